// Redis requests as bytes: the incremental parser of multibulk (RESP) and inline commands, with the server's own limits.
// Understands no command, keeps no more than its bounds, and never throws.

import { splitInline } from "./arguments.ts";
import { parseInteger } from "./numbers.ts";

/** One command. Arguments are binary strings: one character per byte. */
export interface Request {
  readonly args: readonly string[];
  /** True when an argument was longer than what is kept of a command; it is then cut. */
  readonly cut: boolean;
}

/** What `next` found: a command, or the protocol error (text of the reply) after which the server hangs up. */
export type Parsed =
  | { readonly kind: "request"; readonly request: Request }
  | { readonly kind: "violation"; readonly text: string; readonly bytes: Uint8Array };

/** Longest inline request or length line, in bytes (PROTO_INLINE_MAX_SIZE of the server). */
const INLINE_BYTES = 64 * 1024;
/** Default of `proto-max-bulk-len`. */
const BULK_BYTES = 512 * 1024 * 1024;
/** Bytes of a violation that are told. */
const VIOLATION_BYTES = 512;
const UNAUTHENTICATED_ARGS = 10;
const UNAUTHENTICATED_BULK = 16_384;
const INT_MAX = 2_147_483_647;

/** What is kept of one command; the rest is counted off the wire and dropped. */
export interface ParserBounds {
  readonly bytes: number;
  readonly args: number;
}

const DEFAULT_BOUNDS: ParserBounds = { bytes: 4 * 1024 * 1024, args: 65_536 };

interface Multibulk {
  left: number;
  readonly args: string[];
  bytes: number;
  cut: boolean;
}

interface Bulk {
  /** Bytes still to come, with the CRLF behind them. */
  left: number;
  /** How many of them are kept. */
  keep: number;
  readonly parts: string[];
}

/** Pulls commands out of a byte stream: `push` what came, then call `next` until it gives null. */
export class RequestParser {
  /** Set while the client has not given the password: multibulk and bulk lengths are then held small. */
  unauthenticated = false;
  readonly #bounds: ParserBounds;
  #buffer: Buffer = Buffer.alloc(0);
  #multibulk: Multibulk | null = null;
  #bulk: Bulk | null = null;
  #broken = false;

  constructor(bounds: ParserBounds = DEFAULT_BOUNDS) {
    this.#bounds = bounds;
  }

  /** Bytes held: unread input and the kept part of an unfinished command. */
  get held(): number {
    return this.#buffer.length + (this.#multibulk?.bytes ?? 0);
  }

  push(chunk: Uint8Array): void {
    if (this.#broken) return;
    this.#buffer = this.#buffer.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#buffer, chunk]);
  }

  /** The next command or violation, or null when more bytes are needed. */
  next(): Parsed | null {
    while (!this.#broken) {
      if (this.#bulk) {
        if (!this.#takeBulk(this.#bulk)) return null;
        continue;
      }
      const multibulk = this.#multibulk;
      if (multibulk && multibulk.left === 0) {
        this.#multibulk = null;
        return { kind: "request", request: { args: multibulk.args, cut: multibulk.cut } };
      }
      if (this.#buffer.length === 0) return null;
      const step = multibulk ? this.#startBulk(multibulk) : this.#start();
      if (step !== "again") return step;
    }
    return null;
  }

  #start(): Parsed | null | "again" {
    return this.#buffer[0] === 0x2a ? this.#startMultibulk() : this.#inline();
  }

  #violation(text: string): Parsed {
    const bytes = this.#buffer.subarray(0, VIOLATION_BYTES);
    this.#broken = true;
    this.#buffer = Buffer.alloc(0);
    return { kind: "violation", text: `ERR Protocol error: ${text}`, bytes };
  }

  /** The server looks for LF with strchr, so a NUL byte before it hides it. */
  #inline(): Parsed | null | "again" {
    const newline = this.#buffer.indexOf(0x0a);
    const nul = this.#buffer.subarray(0, newline < 0 ? undefined : newline).indexOf(0);
    if (newline < 0 || nul >= 0) {
      return this.#buffer.length > INLINE_BYTES ? this.#violation("too big inline request") : null;
    }
    const end = newline > 0 && this.#buffer[newline - 1] === 0x0d ? newline - 1 : newline;
    const line = this.#buffer.toString("latin1", 0, end);
    this.#buffer = this.#buffer.subarray(newline + 1);
    const args = splitInline(line);
    if (!args) return this.#violation("unbalanced quotes in request");
    if (args.length === 0) return "again";
    return { kind: "request", request: { args, cut: false } };
  }

  /** A length line without its CRLF: text, null when incomplete, or the violation. */
  #line(what: string): string | null | Parsed {
    const end = this.#buffer.indexOf(0x0d);
    if (end < 0) return this.#buffer.length > INLINE_BYTES ? this.#violation(`too big ${what} string`) : null;
    if (this.#buffer.length < end + 2) return null;
    return this.#buffer.toString("latin1", 0, end);
  }

  #startMultibulk(): Parsed | null | "again" {
    const line = this.#line("mbulk count");
    if (line === null || typeof line !== "string") return line;
    const count = parseInteger(line.slice(1));
    if (count === null || count > INT_MAX) return this.#violation("invalid multibulk length");
    if (count > UNAUTHENTICATED_ARGS && this.unauthenticated) {
      return this.#violation("unauthenticated multibulk length");
    }
    this.#buffer = this.#buffer.subarray(line.length + 2);
    if (count > 0) this.#multibulk = { left: Number(count), args: [], bytes: 0, cut: false };
    return "again";
  }

  #startBulk(multibulk: Multibulk): Parsed | null | "again" {
    const line = this.#line("bulk count");
    if (line === null || typeof line !== "string") return line;
    if (!line.startsWith("$")) {
      const got = line.charAt(0).replace(/[\r\n]/, " ");
      return this.#violation(`expected '$', got '${got || " "}'`);
    }
    const length = parseInteger(line.slice(1));
    if (length === null || length < 0 || length > BULK_BYTES) {
      return this.#violation("invalid bulk length");
    }
    if (length > UNAUTHENTICATED_BULK && this.unauthenticated) {
      return this.#violation("unauthenticated bulk length");
    }
    this.#buffer = this.#buffer.subarray(line.length + 2);
    const room = multibulk.args.length < this.#bounds.args ? this.#bounds.bytes - multibulk.bytes : 0;
    const keep = Math.min(Number(length), room);
    if (keep < length || multibulk.args.length >= this.#bounds.args) multibulk.cut = true;
    multibulk.bytes += keep;
    this.#bulk = { left: Number(length) + 2, keep, parts: [] };
    return "again";
  }

  /** Takes what has come of the current argument; true once it is whole. */
  #takeBulk(bulk: Bulk): boolean {
    if (this.#buffer.length === 0) return false;
    const taken = this.#buffer.subarray(0, bulk.left);
    const kept = taken.subarray(0, bulk.keep);
    if (kept.length > 0) bulk.parts.push(kept.toString("latin1"));
    bulk.keep -= kept.length;
    bulk.left -= taken.length;
    this.#buffer = this.#buffer.subarray(taken.length);
    if (bulk.left > 0) return false;
    this.#bulk = null;
    const multibulk = this.#multibulk;
    if (!multibulk) return true;
    multibulk.left--;
    if (multibulk.args.length < this.#bounds.args) multibulk.args.push(bulk.parts.join(""));
    return true;
  }
}
