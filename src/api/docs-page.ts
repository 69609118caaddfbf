// The OpenAPI document as one HTML page: every operation, its parameters, what it takes and gives, every schema.
// Escapes all text; holds no script.

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly additionalProperties?: Schema | boolean;
  readonly default?: unknown;
}

interface Body {
  readonly description?: string;
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface Operation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly "x-role"?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema?: Schema;
    readonly description?: string;
  }[];
  readonly requestBody?: Body;
  readonly responses?: Readonly<Record<string, Body>>;
}

interface Document {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}

/** A schema in a few words, named ones as links. Already escaped. */
function typeOf(schema: Schema | undefined): string {
  if (!schema) return "";
  if (schema.$ref) {
    const name = escapeHtml(schema.$ref.split("/").at(-1) ?? "");
    return `<a href="#schema-${name}">${name}</a>`;
  }
  if (schema.enum)
    return schema.enum.map((value) => `<code>${escapeHtml(JSON.stringify(value))}</code>`).join(" | ");
  const parts = schema.anyOf ?? schema.oneOf;
  if (parts) return parts.map(typeOf).join(" | ");
  if (schema.items) return `${typeOf(schema.items)}[]`;
  if (schema.properties) {
    const fields = Object.entries(schema.properties).map(
      ([name, field]) => `${escapeHtml(name)}: ${typeOf(field)}`,
    );
    return `{ ${fields.join(", ")} }`;
  }
  return escapeHtml([schema.type ?? "any"].flat().join(" | "));
}

function row(cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}

function bodyOf(label: string, body: Body | undefined): string {
  const entries = Object.entries(body?.content ?? {});
  return entries
    .map(([type, { schema }]) => `<p>${label} <code>${escapeHtml(type)}</code>: ${typeOf(schema)}</p>`)
    .join("");
}

function renderOperation(method: string, path: string, operation: Operation): string {
  const parameters = (operation.parameters ?? []).map(
    ({ name, in: where, schema, required, description }) => {
      const text = escapeHtml(description ?? schema?.description ?? "");
      const fallback =
        schema?.default === undefined ? "" : ` (default ${escapeHtml(JSON.stringify(schema.default))})`;
      return row([
        `<code>${escapeHtml(name)}</code>${required ? " *" : ""}`,
        escapeHtml(where),
        typeOf(schema),
        text + fallback,
      ]);
    },
  );
  const success = Object.entries(operation.responses ?? {}).filter(([status]) => status !== "default");
  return [
    `<article><h3><span class="method">${escapeHtml(method.toUpperCase())}</span> <code>${escapeHtml(path)}</code></h3>`,
    `<p>${escapeHtml(operation.summary ?? "")} <span class="role">open to: ${escapeHtml(operation["x-role"] ?? "anybody")}</span></p>`,
    operation.description ? `<p>${escapeHtml(operation.description)}</p>` : "",
    parameters.length > 0 ? `<table>${parameters.join("")}</table>` : "",
    bodyOf("Takes", operation.requestBody),
    ...success.map(
      ([status, body]) =>
        `<p>${escapeHtml(status)}: ${escapeHtml(body.description ?? "")}</p>${bodyOf("Gives", body)}`,
    ),
    "</article>",
  ].join("");
}

function renderSchema(name: string, schema: Schema): string {
  const fields = Object.entries(schema.properties ?? {}).map(([field, value]) => {
    const mark = schema.required?.includes(field) ? "" : "?";
    return row([
      `<code>${escapeHtml(field)}${mark}</code>`,
      typeOf(value),
      escapeHtml(value.description ?? ""),
    ]);
  });
  const body =
    fields.length > 0 ? `<table>${fields.join("")}</table>` : `<p>${typeOf({ ...schema, $ref: "" })}</p>`;
  const text = schema.description ? `<p>${escapeHtml(schema.description)}</p>` : "";
  return `<article id="schema-${escapeHtml(name)}"><h3>${escapeHtml(name)}</h3>${text}${body}</article>`;
}

/** The page. */
export function renderDocs(document: object, base: string): string {
  const { info, paths, components } = document as Document;
  const sections = new Map<string, string[]>();
  for (const [path, methods] of Object.entries(paths ?? {})) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags?.[0] ?? "Other";
      sections.set(tag, [...(sections.get(tag) ?? []), renderOperation(method, path, operation)]);
    }
  }
  const schemas = Object.entries(components?.schemas ?? {}).map(([name, schema]) =>
    renderSchema(name, schema),
  );
  const parts = [...sections, ["Schemas", schemas] as const];
  const nav = parts.map(([tag]) => `<a href="#${escapeHtml(tag)}">${escapeHtml(tag)}</a>`).join("");
  const body = parts
    .map(([tag, items]) => `<h2 id="${escapeHtml(tag)}">${escapeHtml(tag)}</h2>${items.join("")}`)
    .join("");
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(info.title)} API</title>` +
    `<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="${escapeHtml(base)}/docs.css"></head>` +
    `<body><h1>${escapeHtml(info.title)} API ${escapeHtml(info.version)}</h1><p>${escapeHtml(info.description ?? "")}</p>` +
    `<p>The same for machines: <a href="${escapeHtml(base)}/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>` +
    `<nav>${nav}</nav>${body}</body></html>`
  );
}
