// Records from a stream, cut as RS says. Holds back no more than one record of bounded length.

import type { Regex } from "../regex/regex.ts";
import type { Input } from "../run/streams.ts";
import type { ByteString } from "../shell.ts";
import { TEXT_BYTES } from "./memory.ts";

/** What ends a record: one byte, an empty line (""), or a pattern. */
export type Ender = ByteString | Regex;

/** A stream of records. */
export class RecordSource {
  readonly #input: Input;
  #held: ByteString = "";
  #ended = false;
  /** True once the first paragraph has been looked for. */
  #started = false;

  constructor(input: Input) {
    this.#input = input;
  }

  /** The next record, or null at the end. */
  async next(ender: Ender): Promise<ByteString | null> {
    if (ender === "" && !this.#started) await this.#skipBlankLines();
    this.#started = true;
    for (;;) {
      const cut = this.#cut(ender);
      if (cut !== null) return cut;
      if (this.#ended) return this.#rest(ender);
      const piece = await this.#input.read(16_384);
      if (piece === null) this.#ended = true;
      else this.#held += piece;
    }
  }

  /** The end of the last record. */
  #rest(ender: Ender): ByteString | null {
    const last = ender === "" ? this.#held.replace(/\n$/, "") : this.#held;
    this.#held = "";
    return last === "" ? null : last;
  }

  async #skipBlankLines(): Promise<void> {
    while (!this.#ended) {
      this.#held = this.#held.replace(/^\n+/, "");
      if (this.#held !== "") return;
      const piece = await this.#input.read(16_384);
      if (piece === null) this.#ended = true;
      else this.#held = piece;
    }
  }

  #cut(ender: Ender): ByteString | null {
    const found = this.#find(ender);
    if (found === null) {
      if (this.#held.length < TEXT_BYTES) return null;
      return this.#take(TEXT_BYTES, TEXT_BYTES);
    }
    return this.#take(found[0], found[1]);
  }

  #take(end: number, next: number): ByteString {
    const record = this.#held.slice(0, end);
    this.#held = this.#held.slice(next);
    return record;
  }

  #find(ender: Ender): readonly [number, number] | null {
    if (typeof ender !== "string") {
      const [start = 0, end = 0] = ender.exec(this.#held) ?? [];
      // A match that touches the end of what is here may go on.
      return end > start && (end < this.#held.length || this.#ended) ? [start, end] : null;
    }
    if (ender !== "") {
      const at = this.#held.indexOf(ender);
      return at < 0 ? null : [at, at + ender.length];
    }
    const at = this.#held.indexOf("\n\n");
    if (at < 0) return null;
    let end = at;
    while (this.#held.charAt(end) === "\n") end++;
    return end < this.#held.length || this.#ended ? [at, end] : null;
  }
}
