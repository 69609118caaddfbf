// The two protocols as bytes, written and cut by the same kind of code: neither side has the lighter load.
// Only what the benchmark needs of them; the NATS side after docs.nats.io/reference/reference-protocols/nats-protocol.

import { encodeFrame } from "../../../src/bus/wire.ts";

/** Told of each message: where its body begins in the bytes that are scanned. */
export type OnMessage = (body: number) => void;

/** One of the protocols. */
interface WireProtocol {
  /** What a client says first. */
  readonly hello: string;
  subscribe(pattern: string, id: number): string;
  /** A question whose answer, `pong`, proves that what was said before is in force. */
  readonly ping: string;
  readonly pong: string;
  /** One message as a publisher writes it; its body begins at `body`. */
  publication(topic: string, body: Uint8Array): { readonly bytes: Buffer; readonly body: number };
  /** Finds the whole messages in bytes 0 to `end`; returns where the first incomplete one begins. */
  scan(bytes: Buffer, end: number, found: OnMessage): number;
}

const LF = 10;
const SPACE = 32;
const E = 0x45;
const M = 0x4d;
const O = 0x4f;
const P = 0x50;
const U = 0x55;

/** decnet's own, version 1. */
const decnet: WireProtocol = {
  hello: "",
  subscribe: (pattern) => `SUB ${pattern}\n\0\0\0\0`,
  ping: "PING bench\n\0\0\0\0",
  pong: "PONG bench\n\0\0\0\0",
  publication(topic, body) {
    const bytes = Buffer.from(encodeFrame("PUB", topic, body));
    return { bytes, body: bytes.length - body.length };
  },
  scan(bytes, end, found) {
    let at = 0;
    while (at < end) {
      let lf = at;
      while (lf < end && bytes[lf] !== LF) lf++;
      if (lf + 5 > end) return at;
      const next = lf + 5 + bytes.readUInt32BE(lf + 1);
      if (next > end) return at;
      // EVT from a broker; PUB where a publisher writes straight into a sink.
      if (bytes[at] === E || (bytes[at] === P && bytes[at + 1] !== O)) found(lf + 5);
      at = next;
    }
    return at;
  },
};

/** NATS, core protocol. */
const nats: WireProtocol = {
  hello:
    'CONNECT {"verbose":false,"pedantic":false,"echo":false,"lang":"bench","version":"1","protocol":1}\r\n',
  subscribe: (pattern, id) => `SUB ${pattern} ${id}\r\n`,
  ping: "PING\r\n",
  pong: "PONG\r\n",
  publication(topic, body) {
    const head = Buffer.from(`PUB ${topic} ${body.length}\r\n`, "latin1");
    return { bytes: Buffer.concat([head, body, Buffer.from("\r\n")]), body: head.length };
  },
  scan(bytes, end, found) {
    let at = 0;
    while (at < end) {
      let lf = at;
      while (lf < end && bytes[lf] !== LF) lf++;
      if (lf >= end) return at;
      const isMessage = bytes[at] === M || (bytes[at] === P && bytes[at + 1] === U);
      const next = lf + 1 + (isMessage ? sizeBefore(bytes, lf) + 2 : 0);
      if (next > end) return at;
      if (isMessage) found(lf + 1);
      at = next;
    }
    return at;
  },
};

/** The number at the end of a line. */
function sizeBefore(bytes: Buffer, lf: number): number {
  let size = 0;
  let scale = 1;
  for (let i = lf - 2; bytes[i] !== SPACE; i--, scale *= 10) size += ((bytes[i] ?? 48) - 48) * scale;
  return size;
}

/** The sides of the comparison. */
export const protocols = { decnet, nats } as const;
/** One of them. */
export type Side = keyof typeof protocols;
