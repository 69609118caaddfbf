// ${…}: the value of a parameter and what its operators make of it.

import { CommandAborted } from "../run/flow.ts";
import type { ByteString } from "../shell.ts";
import type { ParamOp, Part, Word } from "./ast.ts";
import type { Expander, Value } from "./expand.ts";
import { globMatcher } from "./glob.ts";

/** How the words inside a `${…}` are expanded: the caller's own functions, since they come back here. */
export interface Expansions {
  text(word: Word, shell: Expander): Promise<ByteString>;
  pattern(word: Word, shell: Expander): Promise<ByteString>;
  arithmetic(expression: Word, shell: Expander): Promise<bigint>;
}

/** Where a parameter is expanded. */
interface Place {
  readonly shell: Expander;
  readonly expand: Expansions;
}

type ParamPart = Extract<Part, { kind: "param" }>;

/** The value of a parameter, undefined when it is not set. */
function parameter(name: string, shell: Expander): Value | undefined {
  const { state } = shell;
  switch (name) {
    case "@":
      return { list: state.positional };
    case "*":
      return { text: state.positional.join((state.get("IFS") ?? " ").charAt(0)) };
    case "#":
      return { text: String(state.positional.length) };
    case "?":
      return { text: String(state.status) };
    case "$":
      return { text: String(state.pid) };
    case "!":
      return state.lastBackground === null ? undefined : { text: String(state.lastBackground) };
    case "-":
      return {
        text:
          state.identity.dialect === "bash"
            ? state.identity.mode === "interactive"
              ? "himBHs"
              : "hBc"
            : [...state.options].join(""),
      };
    case "0":
      return { text: state.identity.name };
    case "_":
      return { text: state.lastWord };
    case "PIPESTATUS":
      return { text: String(state.pipeStatus[0] ?? 0) };
    case "RANDOM":
      return state.identity.dialect === "dash"
        ? undefined
        : { text: String(Math.floor(shell.random() * 32_768)) };
    case "PPID":
      return { text: String(Math.max(1, state.pid - 1)) };
    case "LINENO":
      return { text: String(state.line) };
    case "SECONDS":
      return state.identity.dialect === "bash" ? { text: String(shell.seconds()) } : undefined;
  }
  if (/^[0-9]/.test(name)) {
    const value = state.positional[Number(name) - 1];
    return value === undefined ? undefined : { text: value };
  }
  const value = state.get(name);
  return value === undefined ? undefined : { text: value };
}

/** The value of a `${…}` before its operator. */
async function currentValue(part: ParamPart, { shell, expand }: Place): Promise<Value | undefined> {
  const { name, index, indirect } = part;
  if (index === undefined) {
    const value = parameter(name, shell);
    if (!indirect || value === undefined || "list" in value) return value;
    return parameter(value.text, shell);
  }
  const items = shell.state.items(name);
  if (index === "@" || index === "*") {
    const list: ByteString[] = [];
    if (indirect) list.push(...shell.state.keys(name));
    else for (const item of items) if (item !== undefined) list.push(item);
    return index === "@" ? { list } : { text: list.join((shell.state.get("IFS") ?? " ").charAt(0)) };
  }
  const table = shell.state.vars.get(name)?.table;
  if (table) {
    const value = table.get(await expand.text(index, shell));
    return value === undefined ? undefined : { text: value };
  }
  const item = items.at(Number(await expand.arithmetic(index, shell)));
  return item === undefined ? undefined : { text: item };
}

const joined = (value: Value | undefined): ByteString =>
  value === undefined ? "" : "list" in value ? value.list.join(" ") : value.text;

/** What a `${…}` stands for. */
export async function expandParameter(part: ParamPart, place: Place): Promise<Value> {
  const { shell, expand } = place;
  const value = await currentValue(part, place);
  const { op } = part;
  if (op === null) {
    if (value === undefined && shell.state.options.has("u") && !"@*".includes(part.name)) {
      await shell.complain(
        `${part.name}: ${shell.state.identity.dialect === "bash" ? "unbound variable" : "parameter not set"}`,
      );
      throw new CommandAborted(shell.state.identity.dialect === "bash" ? 127 : 2);
    }
    return value ?? { text: "" };
  }
  switch (op.kind) {
    case "length":
      return {
        text: String(
          value && "list" in value
            ? value.list.length
            : part.index === "*"
              ? shell.state.items(part.name).filter((item) => item !== undefined).length
              : part.name === "*"
                ? shell.state.positional.length
                : joined(value).length,
        ),
      };
    case "default":
    case "assign":
    case "error":
    case "alternative":
      return conditional(part, { op, value, ...place });
    case "trim": {
      const pattern = await expand.pattern(op.pattern, shell);
      return mapValue(value, (text) => trim(text, op.op, pattern));
    }
    case "replace": {
      const matches = globMatcher(await expand.pattern(op.pattern, shell));
      const by = await expand.text(op.by, shell);
      await shell.budget.step(1 + Math.ceil(joined(value).length / 16));
      return mapValue(value, (text) => replace(text, { op, matches, by }));
    }
    case "substring":
      return substring(value, { op, part }, place);
    default:
      return mapValue(value, (text) => changeCase(text, op.op));
  }
}

function mapValue(value: Value | undefined, change: (text: ByteString) => ByteString): Value {
  if (value && "list" in value) return { list: value.list.map(change) };
  return { text: change(joined(value)) };
}

async function conditional(
  part: ParamPart,
  at: Place & { op: Extract<ParamOp, { colon: boolean }>; value: Value | undefined },
): Promise<Value> {
  const { op, value, shell, expand } = at;
  const missing =
    value === undefined || (op.colon && joined(value) === "") || ("list" in value && value.list.length === 0);
  if (op.kind === "alternative") return missing ? { text: "" } : { text: await expand.text(op.word, shell) };
  if (!missing && value !== undefined) return value;
  const text = await expand.text(op.word, shell);
  if (op.kind === "default") return { text };
  if (op.kind === "assign") {
    shell.state.set(part.name, text);
    return { text };
  }
  await shell.complain(
    `${part.name}: ${text || (op.colon ? "parameter null or not set" : "parameter not set")}`,
  );
  throw new CommandAborted(shell.state.identity.dialect === "bash" ? 127 : 2);
}

function trim(text: ByteString, op: "#" | "##" | "%" | "%%", pattern: ByteString): ByteString {
  const matches = globMatcher(pattern);
  const most = Math.min(text.length, 4096);
  const lengths = Array.from({ length: most + 1 }, (_, i) => i);
  if (op.length === 2) lengths.reverse();
  for (const length of lengths) {
    const piece = op.startsWith("#") ? text.slice(0, length) : text.slice(text.length - length);
    if (matches(piece)) return op.startsWith("#") ? text.slice(length) : text.slice(0, text.length - length);
  }
  return text;
}

interface Replacement {
  readonly op: Extract<ParamOp, { kind: "replace" }>;
  readonly matches: (text: ByteString) => boolean;
  readonly by: ByteString;
}

/** The longest match that starts at `from`, or 0. Looks at most 256 characters far. */
function matchLength(text: ByteString, from: number, matches: Replacement["matches"]): number {
  for (let length = Math.min(text.length - from, 256); length > 0; length--) {
    if (matches(text.slice(from, from + length))) return length;
  }
  return 0;
}

function replace(text: ByteString, how: Replacement): ByteString {
  const { op, matches, by } = how;
  const source = text.slice(0, 8192);
  let out = "";
  for (let at = 0; at < source.length; ) {
    const anchored = op.anchor === "#" && at > 0;
    const length = anchored ? 0 : matchLength(source, at, matches);
    const misplaced = op.anchor === "%" && at + length !== source.length;
    if (length === 0 || misplaced) {
      out += source.charAt(at++);
      continue;
    }
    out += by;
    at += length;
    if (!op.all) return out + text.slice(at);
  }
  return out + text.slice(source.length);
}

async function substring(
  value: Value | undefined,
  { op, part }: { op: Extract<ParamOp, { kind: "substring" }>; part: ParamPart },
  { shell, expand }: Place,
): Promise<Value> {
  const offset = Number(await expand.arithmetic(op.offset, shell));
  const length = op.length === null ? null : Number(await expand.arithmetic(op.length, shell));
  const range = (size: number, shift: number): [number, number] => {
    const from = offset < 0 ? Math.max(0, size + offset) : Math.max(0, offset - shift);
    const to = length === null ? size : length < 0 ? size + length : from + length;
    return [from, Math.max(from, to)];
  };
  if (value && "list" in value)
    return { list: value.list.slice(...range(value.list.length, part.index ? 0 : 1)) };
  const text = joined(value);
  return { text: text.slice(...range(text.length, 0)) };
}

function changeCase(text: ByteString, op: "^" | "^^" | "," | ",,"): ByteString {
  const change = (piece: ByteString): ByteString =>
    op.startsWith("^")
      ? piece.replace(/[a-z]/g, (c) => c.toUpperCase())
      : piece.replace(/[A-Z]/g, (c) => c.toLowerCase());
  return op.length === 2 ? change(text) : change(text.slice(0, 1)) + text.slice(1);
}
