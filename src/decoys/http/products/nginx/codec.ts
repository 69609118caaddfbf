// Bytes to request heads, incrementally, with nginx 1.22's limits (1 KiB, then 4 buffers of 8 KiB) and refusals.
// Pure: answers nothing, keeps no clock, and never throws for what a client sends.

import type { BodyFraming } from "../../body.ts";
import { RequestHeaders } from "./headers.ts";
import type { RequestLine } from "./request-line.ts";
import { RequestLineParser } from "./request-line.ts";
import type { ParsedTarget } from "./uri.ts";
import { parseTarget, validateHost } from "./uri.ts";

/** A complete request head. */
export interface RequestHead extends RequestLine, ParsedTarget {
  readonly headers: RequestHeaders;
  /** Host in lower case without port, of the target or the Host header. */
  readonly serverHost: string | undefined;
  readonly body: BodyFraming;
}

/** A head that is refused. 494 is nginx's own "header too large", answered as 400 with its own page. */
export interface HeadFailure {
  readonly status: 400 | 405 | 414 | 494 | 501 | 505;
  /** Our name of what was wrong, for the record. */
  readonly violation: string;
  /** 9 when the answer has no header. */
  readonly version: number;
  /** What was understood before it failed. */
  readonly line: Pick<RequestLine, "method" | "sentTarget" | "version"> | undefined;
  readonly headers: RequestHeaders;
}

/** What feeding gave: bytes used, and the head or its failure once there is one. */
export interface HeadStep {
  readonly used: number;
  readonly head?: RequestHead;
  readonly failure?: HeadFailure;
}

const FIRST_BUFFER = 1024;
const LARGE_BUFFER = 8192;
const LARGE_BUFFERS = 4;

/** nginx's header buffers as arithmetic: how many bytes still fit before a line has to move to a fresh buffer. */
class BufferBudget {
  #room = FIRST_BUFFER;
  #taken = 0;

  /** Counts one byte that does not end a line; false when no buffer can hold the line of `lineBytes`. */
  take(lineBytes: number, midLine: boolean): boolean {
    this.#room--;
    if (this.#room > 0) return true;
    if (midLine && lineBytes >= LARGE_BUFFER) return false;
    if (this.#taken === LARGE_BUFFERS) return false;
    this.#taken++;
    this.#room = LARGE_BUFFER - (midLine ? lineBytes : 0);
    return true;
  }

  /** Leading line ends do not use up buffers. */
  rewind(): void {
    this.#room = FIRST_BUFFER;
  }
}

type LineState = "name" | "value" | "cr" | "end-cr";

/** Parses request heads one after the other. After a head or failure, make a new one for the next request. */
export class RequestHeadParser {
  readonly #requestLine = new RequestLineParser();
  readonly #budget = new BufferBudget();
  readonly #headers = new RequestHeaders();
  #line: (RequestLine & ParsedTarget) | undefined;
  #lineBytes = 0;
  #state: LineState = "name";
  #name = "";
  #value = "";
  #raw = "";

  /** True when nothing of a request has come yet. */
  get idle(): boolean {
    return !this.#line && this.#requestLine.atStart;
  }

  /** The request line bytes so far, at most 1 KiB, for a record of what failed. */
  get raw(): string {
    return this.#raw;
  }

  /** Feeds bytes up to the end of the head. */
  feed(bytes: Uint8Array): HeadStep {
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      const step = this.#line ? this.#headerByte(byte) : this.#lineByte(byte);
      if (step) return { used: at + 1, ...step };
    }
    return { used: bytes.length };
  }

  #fail(status: HeadFailure["status"], violation: string, version = 1000): Omit<HeadStep, "used"> {
    const { method, target } = this.#requestLine.sofar;
    const partial = method === "" || target === "" ? undefined : { method, sentTarget: target, version };
    return { failure: { status, violation, version, line: this.#line ?? partial, headers: this.#headers } };
  }

  #lineByte(byte: number): Omit<HeadStep, "used"> | undefined {
    if (this.#raw.length < FIRST_BUFFER) this.#raw += String.fromCharCode(byte);
    const result = this.#requestLine.step(byte);
    if (!result && this.#requestLine.atStart) {
      this.#raw = "";
      if (!this.#budget.take(0, false)) this.#budget.rewind();
      return undefined;
    }
    this.#lineBytes++;
    if (!result) {
      return this.#budget.take(this.#lineBytes, true) ? undefined : this.#fail(414, "request-line-too-long");
    }
    if ("status" in result) {
      const violation = result.status === 505 ? "unknown-version" : "bad-request-line";
      return this.#fail(result.status, violation, result.version);
    }
    this.#budget.take(this.#lineBytes, false);
    const target = parseTarget(result.target);
    if (!target) return this.#fail(400, "bad-target", result.version);
    if (result.host !== undefined && validateHost(result.host) === undefined) {
      return this.#fail(400, "bad-host", result.version);
    }
    this.#line = { ...result, ...target };
    this.#lineBytes = 0;
    return result.version === 9 ? this.#complete() : undefined;
  }

  #headerByte(byte: number): Omit<HeadStep, "used"> | undefined {
    this.#lineBytes++;
    const outcome = this.#headerStep(byte);
    if (outcome === "bad") return this.#fail(400, "bad-header");
    if (outcome === "head") return this.#complete();
    if (outcome === "more") {
      return this.#budget.take(this.#lineBytes, true) ? undefined : this.#fail(494, "header-too-large");
    }
    const known = this.#budget.take(this.#lineBytes, false);
    const refused = this.#headers.add(this.#name, this.#value);
    this.#name = "";
    this.#value = "";
    this.#state = "name";
    this.#lineBytes = 0;
    if (refused) return this.#fail(400, refused);
    return known ? undefined : this.#fail(494, "header-too-large");
  }

  #headerStep(byte: number): "more" | "line" | "head" | "bad" {
    if (this.#state === "end-cr") return byte === 10 ? "head" : "bad";
    if (this.#state === "cr") {
      if (byte === 10) return "line";
      return byte === 13 ? "more" : "bad";
    }
    if (byte === 10) return this.#lineBytes === 1 ? "head" : "line";
    if (byte === 13) {
      this.#state = this.#lineBytes === 1 ? "end-cr" : "cr";
      return "more";
    }
    if (this.#state === "value") {
      if (byte === 0) return "bad";
      this.#value += String.fromCharCode(byte);
      return "more";
    }
    if (byte === 58 && this.#name !== "") {
      this.#state = "value";
      return "more";
    }
    if (byte <= 32 || byte === 127 || byte === 58) return "bad";
    this.#name += String.fromCharCode(byte);
    return "more";
  }

  /** The checks that nginx makes once all headers are there, in its order. */
  #complete(): Omit<HeadStep, "used"> {
    const line = this.#line as RequestLine & ParsedTarget;
    const headers = this.#headers;
    const hostHeader = headers.get("host");
    const serverHost = validateHost(line.host ?? hostHeader ?? "");
    const bare = { ...line, headers, serverHost };
    if (line.version === 9) return { head: { ...bare, body: { kind: "none" } } };
    if (hostHeader === undefined && line.version > 1000) return this.#fail(400, "no-host");
    const framing = bodyFraming(line.version, headers);
    if (typeof framing === "number") {
      return this.#fail(framing, framing === 501 ? "unknown-transfer-encoding" : "bad-body-length");
    }
    if (line.method === "TRACE" || line.method === "CONNECT") return this.#fail(405, "method-not-allowed");
    return { head: { ...bare, body: framing } };
  }
}

function bodyFraming(version: number, headers: RequestHeaders): BodyFraming | 400 | 501 {
  const lengthText = headers.get("content-length");
  const coding = headers.get("transfer-encoding");
  const length = lengthText === undefined ? -1 : parseLength(lengthText);
  if (length === undefined) return 400;
  if (coding === undefined) return length > 0 ? { kind: "length", length } : { kind: "none" };
  if (version < 1001) return 400;
  if (coding.toLowerCase() !== "chunked") return 501;
  return lengthText === undefined ? { kind: "chunked" } : 400;
}

/** Digits only, within a signed 64-bit number; beyond 2^53 the exact value no longer matters. */
function parseLength(text: string): number | undefined {
  if (!/^[0-9]+$/.test(text) || BigInt(text) > 0x7fff_ffff_ffff_ffffn) return undefined;
  return Number(text);
}
