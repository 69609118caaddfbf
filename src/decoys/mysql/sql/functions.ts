// Functions of SQL expressions. All are pure but for the connection's facts; none loads, runs or waits for anything.

import { createHash } from "node:crypto";
import type { Connection } from "../connection.ts";
import { errors, raise } from "../errors.ts";
import type { Value } from "./expression.ts";

/** Text longer than this is NULL, as with `max_allowed_packet`. */
const MAX_TEXT = 1024 * 1024;

type Fn = (args: readonly Value[], connection: Connection) => Value;

/** A value as text. */
export const toText = (value: Value): string => (value === null ? "" : String(value));
/** A value as a number: the leading number of a text. */
export function toNumber(value: Value): number {
  if (typeof value === "number") return value;
  if (value === null) return 0;
  return Number(
    /^\s{0,8}([+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:e[+-]?[0-9]{1,4})?)/i.exec(value)?.[1] ??
      0,
  );
}

const bounded = (text: string): Value => (text.length > MAX_TEXT ? null : text);
const bytes = (value: Value): Buffer => Buffer.from(toText(value));
/** Any NULL argument makes NULL. */
const strict =
  (fn: Fn): Fn =>
  (args, connection) =>
    args.includes(null) ? null : fn(args, connection);
const onText = (fn: (text: string) => Value): Fn => strict(([value = null]) => fn(toText(value)));
const onNumber = (fn: (value: number) => number): Fn =>
  strict(([value = null]) => {
    const result = fn(toNumber(value));
    return Number.isFinite(result) ? result : null;
  });

const stamp = (connection: Connection): string =>
  new Date(connection.clock.now()).toISOString().slice(0, 19).replace("T", " ");

function substring([value = null, startValue = null, lengthValue]: readonly Value[]): Value {
  const text = toText(value);
  const start = Math.trunc(toNumber(startValue));
  if (start === 0) return "";
  const from = start < 0 ? text.length + start : start - 1;
  if (from < 0) return "";
  const length = lengthValue === undefined ? text.length : Math.trunc(toNumber(lengthValue));
  return length <= 0 ? "" : text.slice(from, from + length);
}

function pad([value = null, sizeValue = null, fill = null]: readonly Value[], left: boolean): Value {
  const size = Math.trunc(toNumber(sizeValue));
  if (size < 0 || size > MAX_TEXT) return null;
  const text = toText(value).slice(0, size);
  return left ? text.padStart(size, toText(fill)) : text.padEnd(size, toText(fill));
}

function sha2([value = null, bits = null]: readonly Value[]): Value {
  const names: ReadonlyMap<number, string> = new Map([
    [0, "sha256"],
    [224, "sha224"],
    [256, "sha256"],
    [384, "sha384"],
    [512, "sha512"],
  ]);
  const name = names.get(toNumber(bits));
  return name ? createHash(name).update(bytes(value)).digest("hex") : null;
}

function xpathError(args: readonly Value[]): Value {
  const path = toText(args[1] ?? null);
  if (/^[a-zA-Z/*[\]]/.test(path)) return "";
  return raise({ code: 1105, state: "HY000", text: `XPATH syntax error: '${path.slice(0, 32)}'` });
}

function sleep([seconds = null]: readonly Value[], connection: Connection): Value {
  connection.sleepMs += Math.max(0, Math.min(toNumber(seconds), 3600)) * 1000;
  return 0;
}

function extreme(args: readonly Value[], sign: 1 | -1): Value {
  const numeric = args.every((value) => typeof value === "number");
  const sorted = [...args].sort((a, b) =>
    numeric ? toNumber(a) - toNumber(b) : toText(a) < toText(b) ? -1 : 1,
  );
  return (sign > 0 ? sorted.at(-1) : sorted[0]) ?? null;
}

function uuid(connection: Connection): string {
  const hex = Buffer.from(connection.random.bytes(16)).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-11ef-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const table: Readonly<Record<string, Fn>> = {
  VERSION: (_, { server }) => server.version,
  USER: (_, { user, host }) => `${user}@${host}`,
  CURRENT_USER: (_, { account }) => account,
  DATABASE: (_, { database }) => database,
  CONNECTION_ID: (_, { threadId }) => threadId,
  NOW: (_, connection) => stamp(connection),
  CURDATE: (_, connection) => stamp(connection).slice(0, 10),
  CURTIME: (_, connection) => stamp(connection).slice(11),
  UNIX_TIMESTAMP: (_, { clock }) => Math.floor(clock.now() / 1000),
  LAST_INSERT_ID: (_, { lastInsertId }) => lastInsertId,
  ROW_COUNT: (_, { rowCount }) => rowCount,
  FOUND_ROWS: (_, { foundRows }) => foundRows,
  CHARSET: () => "utf8mb4",
  COLLATION: () => "utf8mb4_0900_ai_ci",
  CURRENT_ROLE: () => "NONE",
  CONCAT: strict((args) => bounded(args.map(toText).join(""))),
  CONCAT_WS: ([separator = null, ...args]) =>
    separator === null
      ? null
      : bounded(
          args
            .filter((value) => value !== null)
            .map(toText)
            .join(toText(separator)),
        ),
  LENGTH: strict(([value = null]) => bytes(value).length),
  CHAR_LENGTH: onText((text) => [...text].length),
  UPPER: onText((text) => text.toUpperCase()),
  LOWER: onText((text) => text.toLowerCase()),
  SUBSTRING: strict(substring),
  LEFT: strict(([value = null, count = null]) =>
    toText(value).slice(0, Math.max(0, Math.trunc(toNumber(count)))),
  ),
  RIGHT: strict(([value = null, count = null]) => {
    const size = Math.max(0, Math.trunc(toNumber(count)));
    return size === 0 ? "" : toText(value).slice(-size);
  }),
  HEX: strict(([value = null]) =>
    bounded(
      typeof value === "number"
        ? Math.trunc(value).toString(16).toUpperCase()
        : bytes(value).toString("hex").toUpperCase(),
    ),
  ),
  UNHEX: onText((text) =>
    /^(?:[0-9a-fA-F]{2})*$/.test(text) ? Buffer.from(text, "hex").toString("latin1") : null,
  ),
  ASCII: onText((text) => Buffer.from(text)[0] ?? 0),
  CHAR: (args) => String.fromCharCode(...args.slice(0, 1024).map((value) => toNumber(value) & 0xff)),
  REPLACE: strict(([value = null, from = null, to = null]) => {
    const parts = toText(from) === "" ? [toText(value)] : toText(value).split(toText(from));
    return parts.length * toText(to).length > MAX_TEXT ? null : bounded(parts.join(toText(to)));
  }),
  REPEAT: strict(([value = null, count = null]) => {
    const times = Math.max(0, Math.trunc(toNumber(count)));
    const text = toText(value);
    if (text === "" || times === 0) return "";
    return text.length * times > MAX_TEXT ? null : text.repeat(times);
  }),
  REVERSE: onText((text) => [...text].reverse().join("")),
  TRIM: onText((text) => text.replace(/^ +/, "").trimEnd()),
  LTRIM: onText((text) => text.trimStart()),
  RTRIM: onText((text) => text.trimEnd()),
  LPAD: strict((args) => pad(args, true)),
  RPAD: strict((args) => pad(args, false)),
  SPACE: strict(([count = null]) => {
    const size = Math.max(0, Math.trunc(toNumber(count)));
    return size > MAX_TEXT ? null : " ".repeat(size);
  }),
  INSTR: strict(
    ([value = null, part = null]) => toText(value).toLowerCase().indexOf(toText(part).toLowerCase()) + 1,
  ),
  LOCATE: strict(
    ([part = null, value = null]) => toText(value).toLowerCase().indexOf(toText(part).toLowerCase()) + 1,
  ),
  FIND_IN_SET: strict(([part = null, list = null]) => toText(list).split(",").indexOf(toText(part)) + 1),
  MD5: strict(([value = null]) => createHash("md5").update(bytes(value)).digest("hex")),
  SHA1: strict(([value = null]) => createHash("sha1").update(bytes(value)).digest("hex")),
  SHA2: strict(sha2),
  TO_BASE64: strict(([value = null]) => bytes(value).toString("base64")),
  FROM_BASE64: onText((text) => Buffer.from(text, "base64").toString("latin1")),
  IF: ([test = null, yes = null, no = null]) => (test !== null && toNumber(test) !== 0 ? yes : no),
  IFNULL: ([first = null, second = null]) => first ?? second,
  NULLIF: ([first = null, second = null]) => (first === second ? null : first),
  COALESCE: (args) => args.find((value) => value !== null) ?? null,
  ISNULL: ([value = null]) => (value === null ? 1 : 0),
  GREATEST: strict((args) => extreme(args, 1)),
  LEAST: strict((args) => extreme(args, -1)),
  ABS: onNumber(Math.abs),
  CEIL: onNumber(Math.ceil),
  FLOOR: onNumber(Math.floor),
  SQRT: onNumber(Math.sqrt),
  EXP: onNumber(Math.exp),
  SIGN: onNumber(Math.sign),
  ROUND: strict(([value = null, digits = 0]) => {
    const scale = 10 ** Math.max(0, Math.min(15, toNumber(digits)));
    return Math.round(toNumber(value) * scale) / scale;
  }),
  MOD: strict(([a = null, b = null]) => (toNumber(b) === 0 ? null : toNumber(a) % toNumber(b))),
  POW: strict(([a = null, b = null]) => toNumber(a) ** toNumber(b)),
  PI: () => Number(Math.PI.toFixed(6)),
  RAND: (_, { random }) => random.fraction(),
  UUID: (_, connection) => uuid(connection),
  CAST: ([value = null]) => value,
  CONVERT: ([value = null]) => value,
  SLEEP: strict(sleep),
  BENCHMARK: () => 0,
  LOAD_FILE: () => null,
  EXTRACTVALUE: xpathError,
  UPDATEXML: xpathError,
};

const ALIASES: ReadonlyMap<string, string> = new Map(
  "SESSION_USER=USER SYSTEM_USER=USER SCHEMA=DATABASE SYSDATE=NOW CURRENT_TIMESTAMP=NOW LOCALTIME=NOW UTC_TIMESTAMP=NOW CURRENT_DATE=CURDATE CURRENT_TIME=CURTIME SUBSTR=SUBSTRING MID=SUBSTRING UCASE=UPPER LCASE=LOWER CHARACTER_LENGTH=CHAR_LENGTH OCTET_LENGTH=LENGTH ORD=ASCII SHA=SHA1 CEILING=CEIL POWER=POW POSITION=LOCATE"
    .split(" ")
    .map((pair) => {
      const [alias = "", name = ""] = pair.split("=");
      return [alias, name];
    }),
);

const functions: ReadonlyMap<string, Fn> = new Map(Object.entries(table));

/** Calls a function by its name in capitals; raises 1305 for one that the server does not have. */
export function callFunction(name: string, args: readonly Value[], connection: Connection): Value {
  const fn = functions.get(ALIASES.get(name) ?? name);
  if (!fn) {
    if (connection.database === null) raise(errors.noDatabase);
    raise(errors.noFunction(`${connection.database}.${name.toLowerCase()}`));
  }
  return fn(args, connection);
}
