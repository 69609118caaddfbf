// The messages of the protocol 4.1: greeting, login, OK, ERR, EOF, result sets.
// Source: MySQL 8.0 source documentation, "Connection Phase Packets", "Text Protocol", "Character Set" pages.

import { int, lenenc, lenencText, PayloadReader } from "./codec.ts";

/** Capability flags that matter here. */
export const CAP = {
  foundRows: 1 << 1,
  connectWithDb: 1 << 3,
  compress: 1 << 5,
  protocol41: 1 << 9,
  ssl: 1 << 11,
  transactions: 1 << 13,
  secureConnection: 1 << 15,
  multiStatements: 1 << 16,
  pluginAuth: 1 << 19,
  connectAttrs: 1 << 20,
  pluginAuthLenenc: 1 << 21,
  deprecateEof: 1 << 24,
  optionalMetadata: 1 << 25,
  queryAttributes: 1 << 27,
} as const;

/**
 * What an 8.0.27 or newer server offers when TLS is off and only `uncompressed` is allowed:
 * every flag but SSL, SSL_VERIFY_SERVER_CERT, COMPRESS and ZSTD_COMPRESSION.
 */
const SERVER_CAPABILITIES = 0x9bff_f7df;
/** utf8mb4_0900_ai_ci, low byte. */
const SERVER_CHARSET = 255;

/** Status flags of OK and EOF. */
export const STATUS = { inTransaction: 1, autocommit: 2, moreResults: 8 } as const;

/** Salt of a challenge: 20 bytes without NUL. */
export interface Greeting {
  readonly version: string;
  readonly threadId: number;
  readonly salt: Uint8Array;
  readonly plugin: string;
}

/** Protocol::HandshakeV10. */
export function encodeGreeting({ version, threadId, salt, plugin }: Greeting): Buffer {
  return Buffer.concat([
    Buffer.of(10),
    Buffer.from(`${version}\0`),
    int(threadId, 4),
    salt.subarray(0, 8),
    Buffer.of(0),
    int(SERVER_CAPABILITIES & 0xffff, 2),
    Buffer.of(SERVER_CHARSET),
    int(STATUS.autocommit, 2),
    int(SERVER_CAPABILITIES >>> 16, 2),
    Buffer.of(21),
    Buffer.alloc(10),
    salt.subarray(8, 20),
    Buffer.of(0),
    Buffer.from(`${plugin}\0`),
  ]);
}

/** Protocol::HandshakeResponse41 as it came. Names are bytes: the client chose them. */
export interface Login {
  readonly capabilities: number;
  readonly username: Buffer;
  readonly response: Buffer;
  readonly database: Buffer | null;
  readonly plugin: string;
  readonly attributes: readonly (readonly [Buffer, Buffer])[];
}

const MAX_ATTRIBUTES = 64;

function readAttributes(reader: PayloadReader): [Buffer, Buffer][] {
  const block = new PayloadReader(reader.lenencBytes());
  const pairs: [Buffer, Buffer][] = [];
  while (block.left > 0 && pairs.length < MAX_ATTRIBUTES) {
    pairs.push([block.lenencBytes(), block.lenencBytes()]);
  }
  return pairs;
}

/** Reads a login; null for one of the protocol before 4.1. Throws DecnetError `protocol` on malformed bytes. */
export function readLogin(payload: Uint8Array): Login | null {
  const reader = new PayloadReader(payload);
  const low = reader.int(2);
  if ((low & CAP.protocol41) === 0) return null;
  const capabilities = (low | (reader.int(2) << 16)) >>> 0;
  reader.bytes(4 + 1 + 23);
  const username = reader.nulBytes();
  const response = readResponse(reader, capabilities);
  const database = capabilities & CAP.connectWithDb && reader.left > 0 ? reader.nulBytes() : null;
  const plugin = capabilities & CAP.pluginAuth && reader.left > 0 ? reader.nulBytes().toString("latin1") : "";
  const attributes = capabilities & CAP.connectAttrs && reader.left > 0 ? readAttributes(reader) : [];
  return { capabilities, username, response, database, plugin, attributes };
}

function readResponse(reader: PayloadReader, capabilities: number): Buffer {
  if (reader.left === 0) return Buffer.alloc(0);
  if (capabilities & CAP.pluginAuthLenenc) return reader.lenencBytes();
  return capabilities & CAP.secureConnection ? reader.bytes(reader.int(1)) : reader.nulBytes();
}

/** A failure as the server words it. */
export interface SqlError {
  readonly code: number;
  /** SQLSTATE, five characters. */
  readonly state: string;
  readonly text: string;
}

/** ERR_Packet. */
export function encodeError({ code, state, text }: SqlError): Buffer {
  return Buffer.concat([Buffer.of(0xff), int(code, 2), Buffer.from(`#${state}${text}`)]);
}

/** What a statement without rows came to. */
export interface Done {
  readonly affected?: number;
  readonly insertId?: number;
  readonly warnings?: number;
  readonly info?: string;
}

/** OK_Packet; `header` is 0xfe where it takes the place of EOF. */
export function encodeOk(done: Done, status: number, header = 0x00): Buffer {
  return Buffer.concat([
    Buffer.of(header),
    lenenc(done.affected ?? 0),
    lenenc(done.insertId ?? 0),
    int(status, 2),
    int(done.warnings ?? 0, 2),
    ...(done.info ? [lenencText(done.info)] : []),
  ]);
}

/** EOF_Packet. */
export function encodeEof(status: number, warnings = 0): Buffer {
  return Buffer.concat([Buffer.of(0xfe), int(warnings, 2), int(status, 2)]);
}

/** Protocol::AuthSwitchRequest. */
export function encodeAuthSwitch(plugin: string, salt: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(0xfe), Buffer.from(`${plugin}\0`), salt, Buffer.of(0)]);
}

/** Types of columns, with the figures that the server gives for them. */
const columnTypes = {
  text: { id: 0xfd, charset: SERVER_CHARSET, length: 1020, flags: 0, decimals: 31 },
  longText: { id: 0xfc, charset: SERVER_CHARSET, length: 262_140, flags: 0x10, decimals: 0 },
  integer: { id: 0x08, charset: 63, length: 21, flags: 0x81, decimals: 0 },
  double: { id: 0x05, charset: 63, length: 23, flags: 0x80, decimals: 31 },
  decimal: { id: 0xf6, charset: 63, length: 17, flags: 0x80, decimals: 4 },
  datetime: { id: 0x0c, charset: 63, length: 19, flags: 0x80, decimals: 0 },
  date: { id: 0x0a, charset: 63, length: 10, flags: 0x80, decimals: 0 },
  null: { id: 0x06, charset: 63, length: 0, flags: 0x80, decimals: 0 },
} as const;

/** A key of {@link columnTypes}. */
export type ColumnType = keyof typeof columnTypes;

/** A column of a result. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly schema?: string;
  readonly table?: string;
}

/** A result set: `null` is NULL. */
export interface Rows {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly warnings?: number;
}

/** Protocol::ColumnDefinition41; `withDefault` adds the default that COM_FIELD_LIST wants. */
export function encodeColumn(column: Column, withDefault = false): Buffer {
  const type = columnTypes[column.type];
  const table = column.table ?? "";
  return Buffer.concat([
    lenencText("def"),
    lenencText(column.schema ?? ""),
    lenencText(table),
    lenencText(table),
    lenencText(column.name),
    lenencText(table ? column.name : ""),
    Buffer.of(0x0c),
    int(type.charset, 2),
    int(type.length, 4),
    Buffer.of(type.id),
    int(type.flags, 2),
    Buffer.of(type.decimals),
    Buffer.alloc(2),
    ...(withDefault ? [Buffer.of(0xfb)] : []),
  ]);
}

/** ProtocolText::ResultsetRow. */
function encodeRow(row: readonly (string | null)[]): Buffer {
  return Buffer.concat(row.map((value) => (value === null ? Buffer.of(0xfb) : lenencText(value))));
}

/** The payloads of a result set, as the client's capabilities want it. */
export function encodeRows(
  { columns, rows, warnings = 0 }: Rows,
  capabilities: number,
  status: number,
): Buffer[] {
  const modern = (capabilities & CAP.deprecateEof) !== 0;
  const metadata = capabilities & CAP.optionalMetadata ? [Buffer.of(1)] : [];
  return [
    Buffer.concat([...metadata, lenenc(columns.length)]),
    ...columns.map((column) => encodeColumn(column)),
    ...(modern ? [] : [encodeEof(status, 0)]),
    ...rows.map(encodeRow),
    modern ? encodeOk({ warnings }, status, 0xfe) : encodeEof(status, warnings),
  ];
}
