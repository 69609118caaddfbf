// Frames of the events that a client publishes, written one behind the other as they will go out.
// Knows no socket; the frames' format is wire.ts.

import type { Frames } from "./outbox-run.ts";
import { Pages } from "./pages.ts";
import { checkBody, encodeHeader, writeLength } from "./wire.ts";

/** Headers that are remembered: a client publishes to few topics. */
const HEADERS = 256;

/** Writes PUB frames. */
export class FrameWriter {
  readonly #pages = new Pages();
  readonly #headers = new Map<string, Uint8Array>();

  /** One frame, right behind the one before where there is room. Throws DecnetError `too_large` beyond a limit. */
  event(topic: string, body: Uint8Array): Frames {
    checkBody(body);
    const header = this.#header(topic);
    const length = header.length + 4 + body.length;
    const start = this.#pages.reserve(length);
    const bytes = this.#pages.page;
    bytes.set(header, start);
    writeLength(bytes, start + header.length, body.length);
    bytes.set(body, start + header.length + 4);
    return { bytes, start, end: start + length, frames: 1 };
  }

  #header(topic: string): Uint8Array {
    const known = this.#headers.get(topic);
    if (known) return known;
    const header = encodeHeader("PUB", topic);
    if (this.#headers.size >= HEADERS) this.#headers.clear();
    this.#headers.set(topic, header);
    return header;
  }
}
