// Headers of frames: their verbs, what can be wrong with a frame, and a memory of headers that were seen.
// Knows nothing of bodies or of how frames are cut.

import { DecnetError } from "../contract/errors.ts";

const VERBS = ["HELLO", "SUB", "UNSUB", "PUB", "EVT", "PING", "PONG", "ERR", "BYE"] as const;
/** A verb of the protocol. */
export type Verb = (typeof VERBS)[number];

/** What was wrong with a frame: the first word of an ERR. */
type WireFault =
  | "bad_header"
  | "unknown_verb"
  | "header_too_long"
  | "body_too_long"
  | "truncated"
  | "bad_topic"
  | "bad_pattern"
  | "bad_frame"
  | "too_many";

/** The error of everything malformed: DecnetError `protocol` with `details.fault`. */
export function wireError(fault: WireFault, message: string): DecnetError {
  return new DecnetError("protocol", message, { details: { fault } });
}

/** The fault of a {@link wireError}. */
export function faultOf(error: DecnetError): string {
  const fault = error.details?.["fault"];
  return typeof fault === "string" ? fault : "bad_frame";
}

const CR = 13;
/** Headers that are remembered, as a power of two, and the longest of them: most connections use few topics. */
const MEMO_BITS = 9;
const MEMO_LENGTH = 128;
/** An odd number without pattern: what differs in one bit of a hash differs in many of its product's highest. */
const MIX = 0x9e3779b1;

interface Header {
  readonly verb: Verb;
  readonly args: string;
}

/** A header that was seen, and its bytes: whole words of them, and the rest. */
interface Known extends Header {
  readonly words: Int32Array;
  readonly rest: Uint8Array;
}

const verbs: ReadonlySet<string> = new Set(VERBS);

function isVerb(text: string): text is Verb {
  return verbs.has(text);
}

function parseHeader(text: string): Header {
  if (!/^[\x20-\x7e]+$/.test(text)) throw wireError("bad_header", "header is not printable ASCII");
  const space = text.indexOf(" ");
  const verb = space < 0 ? text : text.slice(0, space);
  if (!isVerb(verb)) throw wireError("unknown_verb", "unknown verb");
  return { verb, args: space < 0 ? "" : text.slice(space + 1) };
}

/** Whether a known header is bytes `start` to `end`. */
function isSame({ words, rest }: Known, view: DataView, start: number, end: number): boolean {
  const tail = start + 4 * words.length;
  if (tail + rest.length !== end) return false;
  for (let i = 0; i < words.length; i++) if (view.getInt32(start + 4 * i) !== words[i]) return false;
  for (let i = 0; i < rest.length; i++) if (view.getUint8(tail + i) !== rest[i]) return false;
  return true;
}

/** Headers by a hash of their bytes, so that no text need be made of one that is known. Two may have the same place. */
export class HeaderMemo {
  readonly #places: (Known | undefined)[] = new Array(2 ** MEMO_BITS).fill(undefined);

  /** The header in bytes `start` to `lf`, whose hash is `hash`. Throws what {@link wireError} makes. */
  of(view: DataView, start: number, lf: number, hash: number): Header {
    const place = (Math.imul(hash, MIX) >>> (32 - MEMO_BITS)) & ~1;
    const newest = this.#places[place];
    if (newest && isSame(newest, view, start, lf)) return newest;
    const older = this.#places[place + 1];
    if (older && isSame(older, view, start, lf)) return older;
    const bytes = Buffer.from(view.buffer, view.byteOffset + start, lf - start);
    const stop = bytes.at(-1) === CR ? bytes.length - 1 : bytes.length;
    const header = parseHeader(bytes.toString("latin1", 0, stop));
    if (bytes.length > MEMO_LENGTH) return header;
    const words = Int32Array.from({ length: bytes.length >> 2 }, (_, i) => view.getInt32(start + 4 * i));
    this.#places[place + 1] = newest;
    this.#places[place] = { ...header, words, rest: new Uint8Array(bytes.subarray(4 * words.length)) };
    return header;
  }
}
