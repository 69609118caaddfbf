// Requests as evidence: what was asked, with what, and how it was answered. Pure: makes data, records nothing.

import { capture } from "../../contract/captured.ts";
import type { EvidenceData } from "../../contract/evidence.ts";
import { bytesOf } from "./characters.ts";
import type { BodyRecord } from "./request-body.ts";

const MAX_HEADERS = 64;
const MAX_NAME = 256;
const MAX_VALUE = 2048;
/** Bytes of header text in one record, so that it stays far below what the collector takes. */
const HEADER_BUDGET = 16 * 1024;

/** `0.9`, `1.1` … */
function versionWord(version: number): string {
  return version < 1000 ? "0.9" : `${Math.floor(version / 1000)}.${version % 1000}`;
}

/** Headers in the order and spelling received. */
interface HeaderList {
  readonly list: readonly (readonly [name: string, value: string])[];
}

function headerPairs(headers: HeaderList): EvidenceData<"http.requested">["headers"] {
  let left = HEADER_BUDGET;
  return headers.list.slice(0, MAX_HEADERS).map(([name, value]) => {
    const pair: [ReturnType<typeof capture>, ReturnType<typeof capture>] = [
      capture(bytesOf(name), Math.min(MAX_NAME, left)),
      capture(bytesOf(value), Math.min(MAX_VALUE, left)),
    ];
    left = Math.max(0, left - name.length - value.length);
    return pair;
  });
}

/** The record of one answered request. */
export function requestRecord(
  line: { readonly method: string; readonly sentTarget: string; readonly version: number },
  headers: HeaderList,
  outcome: { readonly status: number; readonly bytes: number; readonly body: BodyRecord },
): EvidenceData<"http.requested"> {
  const { body, ...hashes } = outcome.body;
  return {
    method: capture(bytesOf(line.method), 256),
    target: capture(bytesOf(line.sentTarget)),
    version: versionWord(line.version),
    headers: headerPairs(headers),
    ...(body === undefined ? {} : { body }),
    ...hashes,
    status: outcome.status,
    response_bytes: outcome.bytes,
  };
}

/** The record of bytes that are no request. */
export function violationRecord(
  failure: { readonly violation: string },
  raw: string,
): EvidenceData<"protocol.violated"> {
  const bytes = bytesOf(raw);
  const tls = bytes[0] === 0x16 && failure.violation === "bad-request-line";
  const http2 = raw.startsWith("PRI *");
  const violation = tls ? "tls-on-plain-port" : http2 ? "http2-preface" : failure.violation;
  return { violation, bytes: capture(bytes, 1024) };
}
