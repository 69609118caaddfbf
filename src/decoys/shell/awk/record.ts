// The record that awk works on and its fields, split when they are first asked for.
// Bounded in fields; gives texts, knows no streams.

import { Killed } from "../run/flow.ts";
import type { ByteString } from "../shell.ts";

const FIELDS = 32_768;

/** Cuts a text into pieces as FS says. */
export type Split = (text: ByteString) => ByteString[];

/** The record. */
export class AwkRecord {
  #text: ByteString = "";
  #fields: ByteString[] | null = [];
  #stale = false;
  readonly #split: Split;
  readonly #separator: () => ByteString;

  /** `separator` is OFS as it is when the record is put together again. */
  constructor(split: Split, separator: () => ByteString) {
    this.#split = split;
    this.#separator = separator;
  }

  get text(): ByteString {
    if (this.#stale) {
      this.#text = this.#split0().join(this.#separator());
      this.#stale = false;
    }
    return this.#text;
  }

  set text(text: ByteString) {
    this.#text = text;
    this.#fields = null;
    this.#stale = false;
  }

  get count(): number {
    return this.#split0().length;
  }

  /** Sets NF: fields are cut off or added. */
  set count(count: number) {
    if (count > FIELDS) throw new Killed();
    const fields = this.#split0();
    while (fields.length < count) fields.push("");
    fields.length = Math.max(0, count);
    this.#stale = true;
  }

  /** Splits now: FS is about to change. */
  settle(): void {
    this.#split0();
  }

  field(index: number): ByteString | undefined {
    return index === 0 ? this.text : this.#split0()[index - 1];
  }

  setField(index: number, text: ByteString): void {
    if (index === 0) {
      this.text = text;
      return;
    }
    if (this.count < index) this.count = index;
    this.#split0()[index - 1] = text;
    this.#stale = true;
  }

  #split0(): ByteString[] {
    if (this.#fields === null) {
      this.#fields = this.#split(this.#text);
      if (this.#fields.length > FIELDS) throw new Killed();
    }
    return this.#fields;
  }
}
