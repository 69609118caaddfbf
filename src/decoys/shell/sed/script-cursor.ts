// A cursor over the text of a sed script: numbers, words, delimited texts and patterns.
// Throws SedFault and nothing else.

import { compileRegex, type Regex, RegexFault } from "../regex/regex.ts";
import type { ByteString } from "../shell.ts";

/** Why a script is none, and after how many characters. */
export class SedFault extends Error {
  readonly at: number;

  constructor(text: string, at: number) {
    super(text);
    this.at = at;
  }
}

/** Where a script is read. */
export class ScriptCursor {
  at = 0;
  readonly text: ByteString;
  readonly extended: boolean;

  constructor(text: ByteString, extended: boolean) {
    this.text = text;
    this.extended = extended;
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }

  /** The character here; empty at the end. */
  peek(): string {
    return this.text.charAt(this.at);
  }

  /** Passes over characters of a class. */
  skip(what: RegExp): void {
    while (this.at < this.text.length && what.test(this.peek())) this.at++;
  }

  /** A fault at this place. */
  fault(text: string): SedFault {
    return new SedFault(text, Math.min(this.at, this.text.length));
  }

  /** Digits, taken. */
  number(): number {
    const digits = /^[0-9]{0,9}/.exec(this.text.slice(this.at, this.at + 9))?.[0] ?? "";
    this.at += digits.length;
    return Number(digits);
  }

  /** Text up to a mark, which is taken; null when it does not come. In a pattern `\n` stays and `[…]` hides the mark. */
  until(mark: string, pattern: boolean): ByteString | null {
    let text = "";
    let inClass = false;
    for (; this.at < this.text.length; this.at++) {
      const char = this.peek();
      if (char === "\\" && !inClass) {
        const next = this.text.charAt(++this.at);
        text +=
          next === mark && !"()|+?{}".includes(mark)
            ? pattern || mark !== "&"
              ? mark
              : `\\${mark}`
            : `\\${next}`;
        continue;
      }
      if (char === mark && !inClass) {
        this.at++;
        return text;
      }
      if (pattern && char === "[" && !inClass) {
        inClass = true;
        text += char;
        // A bracket right behind the opening one (or its ^) is one of the set.
        const first = /^\^?\]?/.exec(this.text.slice(this.at + 1, this.at + 3))?.[0] ?? "";
        text += first;
        this.at += first.length;
        continue;
      }
      if (char === "]") inClass = false;
      text += char;
    }
    return null;
  }

  /** A pattern; null for an empty one, which means the last one used. */
  compile(source: ByteString, fold: boolean): Regex | null {
    if (source === "") return null;
    try {
      return compileRegex(source, { extended: this.extended, fold });
    } catch (error) {
      if (!(error instanceof RegexFault)) throw error;
      throw this.fault(error.message);
    }
  }

  /** Characters of a class behind blanks, taken. */
  word(what: RegExp): ByteString {
    this.skip(/[ \t]/);
    const from = this.at;
    this.skip(what);
    return this.text.slice(from, this.at);
  }
}
