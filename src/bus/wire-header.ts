// Headers of frames: their verbs, what can be wrong with a frame, and a memory of headers that were seen.
// Knows nothing of bodies or of how frames are cut.

import { DecnetError } from "../contract/errors.ts";
import { isSame } from "./same-bytes.ts";

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
/** Headers that are remembered (a power of two), and the longest of them: most connections use few topics. */
const MEMO = 256;
const MEMO_LENGTH = 128;

interface Header {
  readonly verb: Verb;
  readonly args: string;
}

/** A header that was seen, and the bytes that it was. */
interface Known extends Header {
  readonly bytes: Uint8Array;
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

/** Headers by a hash of their bytes, so that no text need be made of one that is known. One in each place. */
export class HeaderMemo {
  readonly #places: (Known | undefined)[] = new Array(MEMO).fill(undefined);

  /** The header in bytes `start` to `lf`, whose hash is `hash`. Throws what {@link wireError} makes. */
  of(buffer: Buffer, start: number, lf: number, hash: number): Header {
    const place = hash & (MEMO - 1);
    const known = this.#places[place];
    if (known && isSame(known.bytes, buffer, start, lf)) return known;
    const stop = lf > start && buffer[lf - 1] === CR ? lf - 1 : lf;
    const header = parseHeader(buffer.toString("latin1", start, stop));
    if (lf - start <= MEMO_LENGTH)
      this.#places[place] = { ...header, bytes: new Uint8Array(buffer.subarray(start, lf)) };
    return header;
  }
}
