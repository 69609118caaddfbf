// Header blocks and bodies to bytes, the last step of every dialect.
// Adds nothing of its own: order and spelling are the caller's.

import { bytesOf } from "../../characters.ts";
import type { HeaderLine } from "../../reply.ts";

/** One answer, ready for the wire. */
export interface WireAnswer {
  /** `HTTP/1.1 200 OK`; undefined for an answer without a head. */
  readonly first: string | undefined;
  readonly lines: readonly (HeaderLine | undefined)[];
  readonly body: Uint8Array;
  /** False for HEAD and for what has no body. */
  readonly sendBody: boolean;
}

/** The bytes. */
export function wireBytes({ first, lines, body, sendBody }: WireAnswer): Uint8Array {
  if (first === undefined) return body;
  const text = lines.flatMap((line) => (line ? [`${line[0]}: ${line[1]}\r\n`] : [])).join("");
  const head = bytesOf(`${first}\r\n${text}\r\n`);
  return sendBody ? new Uint8Array(Buffer.concat([head, body])) : head;
}

/** A body in one chunk. */
export function oneChunk(body: Uint8Array): Uint8Array {
  const data = body.length === 0 ? [] : [bytesOf(`${body.length.toString(16)}\r\n`), body, bytesOf("\r\n")];
  return new Uint8Array(Buffer.concat([...data, bytesOf("0\r\n\r\n")]));
}

/** Text of an HTML page. */
export function escapeHtml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
