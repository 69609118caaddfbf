// Just enough of Lua to answer the scripts that visitors send: `return` of constants, tables, KEYS, ARGV and redis.call.
// There is no interpreter: nothing loops, nothing is defined, and every script ends at once.

/** A value of a script, as it turns into a reply. */
export type LuaValue =
  | { readonly kind: "nil" }
  | { readonly kind: "string"; readonly v: string }
  | { readonly kind: "number"; readonly v: number }
  | { readonly kind: "boolean"; readonly v: boolean }
  | { readonly kind: "table"; readonly v: readonly LuaExpression[] }
  | { readonly kind: "field"; readonly name: "ok" | "err"; readonly v: LuaExpression };

/** What stands behind `return`, or in a statement. */
export type LuaExpression =
  | LuaValue
  | { readonly kind: "argument"; readonly list: "KEYS" | "ARGV"; readonly index: number }
  | { readonly kind: "list"; readonly list: "KEYS" | "ARGV" }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly LuaExpression[] }
  | { readonly kind: "concat"; readonly parts: readonly LuaExpression[] };

/** A script understood: calls before the end, and the value returned. */
export type LuaScript =
  | { readonly ok: true; readonly statements: readonly LuaExpression[]; readonly result: LuaExpression }
  /** `compile`: not Lua. `global`: reads a global that the sandbox lacks. */
  | { readonly ok: false; readonly error: "compile" | "global" | "unknown"; readonly text: string };

interface Token {
  readonly kind: "name" | "string" | "number" | "symbol" | "end";
  readonly text: string;
}

const MAX_TOKENS = 4096;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["0", "\0"],
]);
const KNOWN = new Set(
  "redis KEYS ARGV tostring tonumber string table math cjson cmsgpack struct bit pairs ipairs type error pcall xpcall assert unpack next select loadstring load rawget rawset rawequal setmetatable getmetatable collectgarbage coroutine _G _VERSION gcinfo newproxy".split(
    " ",
  ),
);
const KEYWORDS = new Set(
  "and break do else elseif end false for function if in local nil not or repeat return then true until while".split(
    " ",
  ),
);

function readString(source: string, start: number): { readonly text: string; readonly end: number } | null {
  const quote = source.charAt(start);
  const parts: string[] = [];
  for (let at = start + 1; at < source.length; at++) {
    const char = source.charAt(at);
    if (char === quote) return { text: parts.join(""), end: at + 1 };
    if (char === "\n") return null;
    if (char === "\\") {
      at++;
      parts.push(ESCAPES.get(source.charAt(at)) ?? source.charAt(at));
    } else parts.push(char);
  }
  return null;
}

function tokenize(source: string): Token[] | null {
  const tokens: Token[] = [];
  const word = /[A-Za-z_][A-Za-z0-9_]*|[0-9]+(?:\.[0-9]+)?|\.\.|[=~<>]=|\S/y;
  for (let at = 0; at < source.length && tokens.length < MAX_TOKENS; ) {
    const char = source.charAt(at);
    if (/\s/.test(char)) {
      at++;
      continue;
    }
    if (source.startsWith("--", at)) {
      const end = source.indexOf("\n", at);
      at = end < 0 ? source.length : end;
      continue;
    }
    if (char === '"' || char === "'") {
      const string = readString(source, at);
      if (!string) return null;
      tokens.push({ kind: "string", text: string.text });
      at = string.end;
      continue;
    }
    word.lastIndex = at;
    const text = word.exec(source)?.[0] ?? char;
    const kind = /^[A-Za-z_]/.test(text) ? "name" : /^[0-9]/.test(text) ? "number" : "symbol";
    tokens.push({ kind, text });
    at += text.length;
  }
  return tokens;
}

const END: Token = { kind: "end", text: "<eof>" };
/** Deepest nesting of tables and calls. */
const MAX_DEPTH = 16;

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get ended(): boolean {
    return this.#at >= this.#tokens.length;
  }

  get token(): Token {
    return this.#tokens[this.#at] ?? END;
  }

  skip(): Token {
    const token = this.token;
    this.#at++;
    return token;
  }

  takes(text: string): boolean {
    if (this.token.kind === "string" || this.token.text !== text) return false;
    this.#at++;
    return true;
  }

  expression(depth = 0): LuaExpression | null {
    if (depth > MAX_DEPTH) return null;
    const first = this.#operand(depth);
    if (!first) return null;
    const parts = [first];
    while (this.takes("..")) {
      const next = this.#operand(depth);
      if (!next) return null;
      parts.push(next);
    }
    return parts.length === 1 ? first : { kind: "concat", parts };
  }

  #operand(depth: number): LuaExpression | null {
    const negative = this.takes("-");
    const token = this.skip();
    if (token.kind === "number") return { kind: "number", v: Number(token.text) * (negative ? -1 : 1) };
    if (negative) return null;
    if (token.kind === "string") return { kind: "string", v: token.text };
    if (token.text === "nil") return { kind: "nil" };
    if (token.text === "true" || token.text === "false") return { kind: "boolean", v: token.text === "true" };
    if (token.text === "_VERSION") return { kind: "string", v: "Lua 5.1" };
    if (token.text === "{") return this.#table(depth);
    if (token.text === "KEYS" || token.text === "ARGV") return this.#argument(token.text);
    if (token.kind === "name") return this.#call(token.text, depth);
    return null;
  }

  #argument(list: "KEYS" | "ARGV"): LuaExpression | null {
    if (!this.takes("[")) return { kind: "list", list };
    const index = this.skip();
    return index.kind === "number" && this.takes("]")
      ? { kind: "argument", list, index: Number(index.text) }
      : null;
  }

  #call(name: string, depth: number): LuaExpression | null {
    const path = [name];
    while (this.takes(".")) path.push(this.skip().text);
    if (!this.takes("(")) return null;
    const args: LuaExpression[] = [];
    if (this.takes(")")) return { kind: "call", name: path.join("."), args };
    do {
      const arg = this.expression(depth + 1);
      if (!arg) return null;
      args.push(arg);
    } while (this.takes(","));
    return this.takes(")") ? { kind: "call", name: path.join("."), args } : null;
  }

  #table(depth: number): LuaExpression | null {
    const items: LuaExpression[] = [];
    for (;;) {
      if (this.takes("}")) return { kind: "table", v: items };
      const name = this.token.text;
      if (this.token.kind === "name" && (name === "ok" || name === "err")) {
        this.skip();
        const value = this.takes("=") ? this.expression(depth + 1) : null;
        return value && this.takes("}") ? { kind: "field", name, v: value } : null;
      }
      const item = this.expression(depth + 1);
      if (!item) return null;
      items.push(item);
      if (!this.takes(",") && this.token.text !== "}") return null;
    }
  }
}

/** The first global that the script reads and the sandbox lacks, if any. */
function missingGlobal(tokens: readonly Token[]): string | null {
  const locals = new Set<string>();
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] ?? END;
    if (token.kind !== "name" || KEYWORDS.has(token.text)) continue;
    const before = tokens[at - 1]?.text;
    if (before === "." || before === ":") continue;
    const after = tokens[at + 1]?.text;
    if (["local", "function", "for", ","].includes(before ?? "") || after === "=") {
      locals.add(token.text);
      continue;
    }
    if (!locals.has(token.text) && !KNOWN.has(token.text)) return token.text;
  }
  return null;
}

/** Reads a script. */
export function parseScript(source: string): LuaScript {
  const tokens = tokenize(source);
  if (!tokens) return { ok: false, error: "compile", text: "unfinished string near '<eof>'" };
  const [first, second] = tokens;
  const isWord = first?.kind === "name" && !KEYWORDS.has(first.text);
  if (isWord && second && (second.kind === "name" || second.kind === "number")) {
    return { ok: false, error: "compile", text: `'=' expected near '${second.text}'` };
  }
  const missing = missingGlobal(tokens);
  if (missing !== null) return { ok: false, error: "global", text: missing };
  const reader = new Reader(tokens);
  const statements: LuaExpression[] = [];
  while (!reader.ended) {
    if (reader.takes(";")) continue;
    const returns = reader.takes("return");
    if (returns && (reader.ended || reader.takes(";"))) break;
    const expression = reader.expression();
    if (!expression) return { ok: false, error: "unknown", text: "" };
    if (returns) return { ok: true, statements, result: expression };
    statements.push(expression);
  }
  return { ok: true, statements, result: { kind: "nil" } };
}
