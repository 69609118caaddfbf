// Prepared statements, as far as drivers need them: parameters are put into the text, columns go out as text.
// Source: MySQL internals manual, "Prepared Statements" and "Binary Protocol Value".

import { DecnetError } from "../../contract/errors.ts";
import { int, lenencText, type PayloadReader } from "./codec.ts";
import type { Column, Rows } from "./packets.ts";
import { CAP, encodeColumn, encodeEof, encodeOk } from "./packets.ts";
import type { Token } from "./sql/tokens.ts";
import { tokenize } from "./sql/tokens.ts";

/** Statements that one connection may hold. */
export const MAX_PREPARED = 64;
/** Characters of all of them together. */
export const MAX_PREPARED_TEXT = 1024 * 1024;

/** A statement with places for parameters. */
export interface Prepared {
  readonly text: string;
  readonly places: readonly Token[];
  /** Types of the last execution, for one that sends none. */
  types: readonly number[];
}

/** Parses a statement; raises 1064 on what is no SQL. */
export function prepare(text: string): Prepared {
  const tokens = tokenize(text);
  const places = tokens.filter(({ kind, text: symbol }) => kind === "symbol" && symbol === "?");
  return { text, places, types: [] };
}

function definitions(count: number, capabilities: number, status: number): Buffer[] {
  if (count === 0) return [];
  const column: Column = { name: "?", type: "text" };
  const end = capabilities & CAP.deprecateEof ? [] : [encodeEof(status)];
  return [...Array.from({ length: count }, () => encodeColumn(column)), ...end];
}

/** The reply to COM_STMT_PREPARE. Columns are told at each execution. */
export function encodePrepared(
  id: number,
  prepared: Prepared,
  capabilities: number,
  status: number,
): Buffer[] {
  const count = prepared.places.length;
  const head = Buffer.concat([Buffer.of(0), int(id, 4), int(0, 2), int(count, 2), Buffer.of(0), int(0, 2)]);
  return [head, ...definitions(count, capabilities, status)];
}

const quote = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;

/** One binary value as an SQL literal. */
function readLiteral(reader: PayloadReader, type: number): string {
  const unsigned = (type & 0x8000) !== 0;
  switch (type & 0xff) {
    case 0x01:
      return String(unsigned ? reader.int(1) : reader.bytes(1).readInt8());
    case 0x02:
    case 0x0d:
      return String(unsigned ? reader.int(2) : reader.bytes(2).readInt16LE());
    case 0x03:
    case 0x09:
      return String(unsigned ? reader.int(4) : reader.bytes(4).readInt32LE());
    case 0x08:
      return String(unsigned ? reader.bytes(8).readBigUInt64LE() : reader.bytes(8).readBigInt64LE());
    case 0x04:
      return String(reader.bytes(4).readFloatLE());
    case 0x05:
      return String(reader.bytes(8).readDoubleLE());
    case 0x06:
      return "NULL";
    case 0x07:
    case 0x0a:
    case 0x0c:
      return readDate(reader.bytes(reader.int(1)));
    case 0x0b:
      reader.bytes(reader.int(1));
      return "'00:00:00'";
    default:
      return quote(reader.lenencBytes().toString("utf8"));
  }
}

function readDate(bytes: Buffer): string {
  if (bytes.length < 4) return "'0000-00-00'";
  const two = (at: number): string => String(bytes[at] ?? 0).padStart(2, "0");
  const date = `${String(bytes.readUInt16LE(0)).padStart(4, "0")}-${two(2)}-${two(3)}`;
  return bytes.length < 7 ? `'${date}'` : `'${date} ${two(4)}:${two(5)}:${two(6)}'`;
}

/** The values of COM_STMT_EXECUTE or of query attributes, as literals. Throws DecnetError `protocol`. */
export function readParameters(
  reader: PayloadReader,
  count: number,
  known: readonly number[],
  named: boolean,
): { readonly literals: string[]; readonly types: readonly number[] } {
  if (count === 0) return { literals: [], types: known };
  if (count > 1024) throw new DecnetError("protocol", "too many parameters");
  const nulls = reader.bytes(Math.ceil(count / 8));
  const fresh = reader.int(1) === 1;
  const types = fresh
    ? Array.from({ length: count }, () => {
        const type = reader.int(2);
        if (named) reader.lenencBytes();
        return type;
      })
    : known;
  const literals = Array.from({ length: count }, (_, index) => {
    const isNull = ((nulls[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
    return isNull ? "NULL" : readLiteral(reader, types[index] ?? 0xfd);
  });
  return { literals, types };
}

/** The statement's text with its parameters in place. */
export function fillIn({ text, places }: Prepared, literals: readonly string[]): string {
  let at = 0;
  const parts: string[] = [];
  for (const [index, place] of places.entries()) {
    parts.push(text.slice(at, place.start), literals[index] ?? "NULL");
    at = place.end;
  }
  return parts.join("") + text.slice(at);
}

function encodeBinaryRow(row: readonly (string | null)[]): Buffer {
  const nulls = Buffer.alloc(Math.floor((row.length + 9) / 8));
  const values: Buffer[] = [];
  for (const [index, value] of row.entries()) {
    const bit = index + 2;
    if (value === null) nulls[bit >> 3] = (nulls[bit >> 3] ?? 0) | (1 << (bit & 7));
    else values.push(lenencText(value));
  }
  return Buffer.concat([Buffer.of(0), nulls, ...values]);
}

/** The payloads of a result in the binary protocol: every column as text. */
export function encodeBinaryRows({ columns, rows }: Rows, capabilities: number, status: number): Buffer[] {
  const modern = (capabilities & CAP.deprecateEof) !== 0;
  const metadata = capabilities & CAP.optionalMetadata ? [Buffer.of(1)] : [];
  return [
    Buffer.concat([...metadata, Buffer.of(columns.length & 0xff)]),
    ...columns.map((column) => encodeColumn({ ...column, type: "text" })),
    ...(modern ? [] : [encodeEof(status)]),
    ...rows.map(encodeBinaryRow),
    modern ? encodeOk({}, status, 0xfe) : encodeEof(status),
  ];
}
