// The functions of awk. Those that touch fields or variables of the caller get them as targets.

import { formatDate } from "../commands/date-format.ts";
import type { ByteString } from "../shell.ts";
import { type Expr, isTarget } from "./ast.ts";
import type { Evaluator } from "./evaluate.ts";
import { AwkFault } from "./flow.ts";
import { formatValues } from "./format.ts";
import { fromInput, toNumber, type Value } from "./value.ts";

type Call = (args: readonly Value[], at: Evaluator) => Value | Promise<Value>;

const number = (value: Value): number => toNumber(value);
const real =
  (of: (value: number) => number): Call =>
  ([value]) =>
    of(number(value));
const bits =
  (of: (a: bigint, b: bigint) => bigint): Call =>
  ([a, b]) =>
    Number(BigInt.asUintN(32, of(BigInt(Math.trunc(number(a))), BigInt(Math.trunc(number(b))))));

/** Rounds half to even, as C's rint does. */
function round(value: number): number {
  const low = Math.floor(value);
  if (value - low !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}

const substr: Call = ([value, from, length], { runtime }) => {
  const text = runtime.text(value);
  if (runtime.proc.busybox) {
    const start = round(number(from));
    const end = length === undefined ? Number.POSITIVE_INFINITY : round(number(from) + number(length));
    return text.slice(Math.max(0, start - 1), Math.max(0, Math.min(text.length, end - 1)));
  }
  // mawk 1.3.4 cuts off fractions, and before the first byte it makes the piece longer.
  const start = Math.trunc(number(from));
  const size = length === undefined ? text.length : Math.trunc(number(length)) - Math.min(0, start);
  const first = Math.max(0, start - 1);
  return size <= 0 ? "" : text.slice(first, first + size);
};

const match: Call = ([value, pattern], { runtime }) => {
  const [start = -1, end = -1] = runtime.pattern(runtime.text(pattern)).exec(runtime.text(value)) ?? [];
  runtime.set("RSTART", start + 1);
  runtime.set("RLENGTH", start < 0 ? -1 : end - start);
  return start + 1;
};

/** Functions of values. */
const calls: ReadonlyMap<string, Call> = new Map<string, Call>([
  ["sin", real(Math.sin)],
  ["cos", real(Math.cos)],
  ["exp", real(Math.exp)],
  ["log", real(Math.log)],
  ["sqrt", real(Math.sqrt)],
  ["int", real(Math.trunc)],
  ["atan2", ([a, b]) => Math.atan2(number(a), number(b))],
  ["and", bits((a, b) => a & b)],
  ["or", bits((a, b) => a | b)],
  ["xor", bits((a, b) => a ^ b)],
  ["compl", bits((a) => ~a)],
  ["lshift", bits((a, b) => a << BigInt.asUintN(5, b))],
  ["rshift", bits((a, b) => a >> BigInt.asUintN(5, b))],
  ["rand", (_, { runtime }) => runtime.proc.login.session.random.fraction()],
  [
    "srand",
    ([seed], { runtime }) => {
      const before = runtime.previousSeed;
      runtime.previousSeed = seed === undefined ? Math.floor(runtime.proc.now() / 1000) : number(seed);
      return before;
    },
  ],
  ["systime", (_, { runtime }) => Math.floor(runtime.proc.now() / 1000)],
  [
    "strftime",
    ([format, at], { runtime }) =>
      formatDate(
        format === undefined ? "%c" : runtime.text(format),
        at === undefined ? runtime.proc.now() : number(at) * 1000,
      ),
  ],
  [
    "mktime",
    ([text], { runtime }) => {
      const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = runtime
        .text(text)
        .split(/\s+/, 6)
        .map(Number);
      const at = Date.UTC(year, month - 1, day, hour, minute, second);
      return Number.isNaN(at) ? -1 : at / 1000;
    },
  ],
  ["tolower", ([text], { runtime }) => runtime.text(text).replace(/[A-Z]/g, (c) => c.toLowerCase())],
  ["toupper", ([text], { runtime }) => runtime.text(text).replace(/[a-z]/g, (c) => c.toUpperCase())],
  ["index", ([text, part], { runtime }) => runtime.text(text).indexOf(runtime.text(part)) + 1],
  ["substr", substr],
  ["match", match],
  [
    "sprintf",
    ([format, ...values], { runtime }) =>
      formatValues(runtime.text(format), values, {
        text: (value) => runtime.text(value),
        name: "sprintf",
        lenient: runtime.proc.busybox,
      }),
  ],
  ["system", ([command], { runtime }) => runtime.streams.system(runtime.text(command))],
  ["close", ([name], { runtime }) => runtime.streams.close(runtime.text(name))],
  ["fflush", (_, { runtime }) => runtime.streams.flush().then(() => 0)],
]);

/** How many arguments a function takes: least and most. */
const ARITY = new Map<string, readonly [number, number]>([
  ...["sin", "cos", "exp", "log", "sqrt", "int", "tolower", "toupper", "system", "close", "compl"].map(
    (name): [string, readonly [number, number]] => [name, [1, 1]],
  ),
  ...["atan2", "index", "match"].map((name): [string, readonly [number, number]] => [name, [2, 2]]),
  ["substr", [2, 3]],
  ["sprintf", [1, 512]],
  ["split", [2, 3]],
  ["sub", [2, 3]],
  ["gsub", [2, 3]],
]);

/** Calls a function of the language. */
export async function callBuiltin(name: string, args: readonly Expr[], at: Evaluator): Promise<Value> {
  const [least, most] = ARITY.get(name) ?? [0, 3];
  if (args.length < least || args.length > most)
    throw new AwkFault("arguments", `wrong number of arguments in call to ${name}`);
  if (name === "length") return length(args, at);
  if (name === "split") return split(args, at);
  if (name === "sub" || name === "gsub") return substitute(args, { at, all: name === "gsub" });
  const call = calls.get(name);
  if (!call) throw new AwkFault("undefined", name);
  const values: Value[] = [];
  for (const [i, arg] of args.entries())
    values.push(name === "match" && i === 1 ? await at.patternText(arg) : await at.value(arg));
  await at.runtime.scanned(typeof values[0] === "string" ? values[0].length : 16);
  return call(values, at);
}

async function length([arg]: readonly Expr[], at: Evaluator): Promise<Value> {
  if (arg === undefined) return at.runtime.record.text.length;
  if (arg.kind === "name") {
    const { array } = at.runtime.memory.cell(arg.name);
    if (array) return array.size;
  }
  return at.runtime.text(await at.value(arg)).length;
}

async function split([text, into, by]: readonly Expr[], at: Evaluator): Promise<Value> {
  const { runtime } = at;
  if (!text || into?.kind !== "name") throw new AwkFault("type", "type error in arg(2) in call to split");
  const source = runtime.text(await at.value(text));
  const pieces =
    by?.kind === "regex"
      ? source === ""
        ? []
        : runtime.splitBy(source, by.regex)
      : runtime.split(source, runtime.text(by ? await at.value(by) : runtime.get("FS")));
  const array = runtime.memory.array(into.name);
  runtime.memory.clear(array);
  await runtime.scanned(source.length + 8 * pieces.length);
  for (const [i, piece] of pieces.entries()) runtime.memory.setItem(array, String(i + 1), fromInput(piece));
  return pieces.length;
}

/** What stands for a match: `&` is the match, `\&` an ampersand. */
function replacement(by: ByteString, matched: ByteString): ByteString {
  return by.replace(/\\\\|\\&|&/g, (mark) => (mark === "&" ? matched : mark.slice(1)));
}

async function substitute(
  [pattern, by, target]: readonly Expr[],
  { at, all }: { readonly at: Evaluator; readonly all: boolean },
): Promise<Value> {
  const { runtime } = at;
  if (!pattern || !by) return 0;
  const regex =
    pattern.kind === "regex" ? pattern.regex : runtime.pattern(runtime.text(await at.value(pattern)));
  const put = runtime.text(await at.value(by));
  const place: Expr = target ?? { kind: "field", index: { kind: "number", value: 0 } };
  const text = runtime.text(await at.value(place));
  let out = "";
  let count = 0;
  for (let from = 0; from <= text.length; ) {
    const [start = -1, end = -1] = regex.exec(text, from) ?? [];
    await runtime.scanned((start < 0 ? text.length : end) - from + 64);
    if (start < 0) {
      out += text.slice(from);
      break;
    }
    count++;
    out = runtime.bounded(out + text.slice(from, start) + replacement(put, text.slice(start, end)));
    from = end;
    if (!all || end >= text.length) {
      out += text.slice(end);
      break;
    }
    // After an empty match one byte is passed over; after another, an empty match at its end does not count.
    if (end === start) out += text.charAt(from++);
    else if (regex.exec(text, from)?.[1] === from) out += text.charAt(from++);
  }
  if (count > 0 && isTarget(place)) await at.assign(place, out);
  return count;
}
