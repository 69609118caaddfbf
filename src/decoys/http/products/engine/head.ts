// Bytes to request heads for any dialect, line by line, within its bounds.
// Judges nothing itself and never throws for what a client sends.

import type { Dialect, Field, Line, Refusal, Request } from "./dialect.ts";
import { isRefusal } from "./dialect.ts";

/** What feeding gave: bytes used, and the request or its refusal once there is one. */
export interface HeadStep {
  readonly used: number;
  readonly request?: Request;
  readonly refusal?: Refusal;
}

/** Parses one head. */
export class HeadParser {
  readonly #dialect: Dialect;
  #text = "";
  #line: Line | undefined;
  #blank = 0;
  #fields: Field[] = [];
  #raw = "";

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** The first kibibyte of what came. */
  get raw(): string {
    return this.#raw;
  }

  get line(): Line | undefined {
    return this.#line;
  }

  get fields(): readonly Field[] {
    return this.#fields;
  }

  feed(bytes: Uint8Array): HeadStep {
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (this.#raw.length < 1024) this.#raw += String.fromCharCode(byte);
      const step = byte === 10 ? this.#end() : this.#more(byte);
      if (step) return { used: at + 1, ...step };
    }
    return { used: bytes.length };
  }

  #more(byte: number): Omit<HeadStep, "used"> | undefined {
    const { limits, tooLong } = this.#dialect;
    this.#text += String.fromCharCode(byte);
    // The CR of the line's end does not count.
    const most = (this.#line ? limits.field : limits.line) + 1;
    if (this.#text.length <= most) return undefined;
    return { refusal: this.#line ? tooLong.field : tooLong.line };
  }

  #end(): Omit<HeadStep, "used"> | undefined {
    const whole = this.#text;
    this.#text = "";
    const closed = whole.endsWith("\r");
    const line = closed ? whole.slice(0, -1) : whole;
    if (!this.#line) return this.#firstLine(line, closed);
    if (!closed && !this.#dialect.bareLf) return { refusal: { status: 400, violation: "bare-line-feed" } };
    if (line === "") return this.#complete();
    return this.#field(line);
  }

  #firstLine(line: string, closed: boolean): Omit<HeadStep, "used"> | undefined {
    const { limits, bareLf } = this.#dialect;
    if (line === "" && this.#blank < limits.blank) {
      this.#blank++;
      this.#raw = "";
      return undefined;
    }
    if (!closed && !bareLf) return { refusal: { status: 400, violation: "bare-line-feed" } };
    const read = this.#dialect.line(line);
    if (isRefusal(read)) return { refusal: read };
    this.#line = read;
    return read.version === 9 ? this.#complete() : undefined;
  }

  #field(line: string): Omit<HeadStep, "used"> | undefined {
    const { limits, tooLong } = this.#dialect;
    if (this.#fields.length >= limits.fields) return { refusal: tooLong.fields };
    const read = this.#dialect.field(line);
    if (read === "fold") return this.#fold(line);
    if ("violation" in read) return { refusal: read };
    this.#fields.push(read);
    return undefined;
  }

  #fold(line: string): Omit<HeadStep, "used"> | undefined {
    const last = this.#fields.pop();
    if (!last) return { refusal: { status: 400, violation: "bad-header" } };
    const value = `${last[1]} ${line.trim()}`;
    if (value.length > this.#dialect.limits.field) return { refusal: this.#dialect.tooLong.field };
    this.#fields.push([last[0], value]);
    return undefined;
  }

  #complete(): Omit<HeadStep, "used"> {
    const judged = this.#dialect.judge(this.#line as Line, this.#fields);
    return isRefusal(judged) ? { refusal: judged } : { request: judged };
  }
}
