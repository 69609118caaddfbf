// One evidence record as the spool holds it: its columns as a JSON array, a line feed, its data as JSON.
// The ingester stores the data's text as it is, so that it need not be parsed again on the way.

import type { Evidence, EvidenceKind } from "../contract/evidence.ts";

/** A record's columns; `data` is still JSON text. */
export interface RecordRow {
  readonly id: string;
  readonly ts: number;
  readonly sensor: string;
  readonly decky: string;
  readonly service: string;
  readonly kind: EvidenceKind;
  readonly session: string | null;
  readonly srcIp: string;
  readonly srcPort: number;
  readonly dstIp: string;
  readonly dstPort: number;
  readonly transport: string;
  readonly data: string;
}

type Columns = [
  string,
  number,
  string,
  string,
  string,
  EvidenceKind,
  string | null,
  string,
  number,
  string,
  number,
  string,
];

/** Per column: `s` text, `i` integer, `n` text or null. A row that the store would refuse must not get that far. */
const types = [..."sissssnsisis"];

function fits(value: unknown, column: number): boolean {
  const type = types[column];
  if (type === "i") return Number.isSafeInteger(value);
  return typeof value === "string" || (type === "n" && value === null);
}

/** A record as bytes for the spool. JSON text holds no raw line feed, so the first one ends the columns. */
export function encodeRecord(evidence: Evidence): Uint8Array {
  const { id, ts, sensor, decky, service, kind, session, src, dst, transport, data } = evidence;
  const columns: Columns = [
    id,
    ts,
    sensor,
    decky,
    service,
    kind,
    session,
    src.ip,
    src.port,
    dst.ip,
    dst.port,
    transport,
  ];
  return Buffer.from(`${JSON.stringify(columns)}\n${JSON.stringify(data)}`);
}

/** The columns back, or null for bytes that {@link encodeRecord} did not make. */
export function decodeRecord(bytes: Uint8Array): RecordRow | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
  const end = text.indexOf("\n");
  if (end < 0) return null;
  try {
    const columns = JSON.parse(text.slice(0, end)) as Columns;
    if (!Array.isArray(columns) || columns.length !== types.length || !columns.every(fits)) return null;
    const [id, ts, sensor, decky, service, kind, session, srcIp, srcPort, dstIp, dstPort, transport] =
      columns;
    return {
      id,
      ts,
      sensor,
      decky,
      service,
      kind,
      session,
      srcIp,
      srcPort,
      dstIp,
      dstPort,
      transport,
      data: text.slice(end + 1),
    };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
