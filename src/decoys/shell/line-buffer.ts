// A line under a cursor, and what a terminal must be sent to show each change of it. Pure.
// Bounded: a line has at most 4,096 bytes, what is beyond is answered with a bell.

import type { ByteString } from "./shell.ts";

/** Most bytes of one line, as a terminal in canonical mode has. */
export const LINE_BYTES = 4096;

/** An edited line. `show` is given what its change looks like, `bell` is called for one that can't be. */
export class LineBuffer {
  line: ByteString = "";
  cursor = 0;
  #yank: ByteString = "";
  readonly #show: (text: ByteString) => void;
  readonly #bell: () => void;

  constructor(on: { readonly show: (text: ByteString) => void; readonly bell: () => void }) {
    this.#show = on.show;
    this.#bell = on.bell;
  }

  /** Puts what was cut last at the cursor. */
  yank(): void {
    for (const one of this.#yank) this.insert(one);
  }

  /** Puts a character at the cursor. */
  insert(char: string): void {
    if (this.line.length >= LINE_BYTES - 1) {
      this.#bell();
      return;
    }
    const rest = this.line.slice(this.cursor);
    this.line = this.line.slice(0, this.cursor) + char + rest;
    this.cursor++;
    this.#show(char + rest + "\b".repeat(rest.length));
  }

  /** Removes the character before the cursor. */
  backspace(): void {
    if (this.cursor > 0) this.#replace(this.cursor - 1, this.cursor);
  }

  /** Removes the character at the cursor. */
  deleteForward(): void {
    if (this.cursor < this.line.length) this.#replace(this.cursor, this.cursor + 1);
  }

  /** Removes a stretch and remembers it. */
  cut(from: number, to: number): void {
    if (from >= to) return;
    this.#yank = this.line.slice(from, to);
    this.#replace(from, to);
  }

  /** Removes a stretch that the cursor touches and redraws what follows. */
  #replace(from: number, to: number): void {
    const rest = this.line.slice(to);
    this.#show("\b".repeat(this.cursor - from));
    this.line = this.line.slice(0, from) + rest;
    this.#show(`${rest}${" ".repeat(to - from)}${"\b".repeat(rest.length + to - from)}`);
    this.cursor = from;
  }

  /** Moves the cursor, within the line. */
  moveTo(to: number): void {
    const target = Math.max(0, Math.min(this.line.length, to));
    this.#show(
      target < this.cursor ? "\b".repeat(this.cursor - target) : this.line.slice(this.cursor, target),
    );
    this.cursor = target;
  }

  /** Where the word before the cursor begins. */
  wordStart(): number {
    let at = this.cursor;
    while (at > 0 && this.line.charAt(at - 1) === " ") at--;
    while (at > 0 && this.line.charAt(at - 1) !== " ") at--;
    return at;
  }

  /** Shows another line in place of this one; the cursor stands at its end. */
  replaceAll(line: ByteString): void {
    const old = this.line.length;
    this.#show(`${"\b".repeat(old)}${line}`);
    if (line.length < old) this.#show(" ".repeat(old - line.length) + "\b".repeat(old - line.length));
    this.line = line;
    this.cursor = line.length;
  }
}
