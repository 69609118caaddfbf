// The tokens of a program, one after another, and what a parser asks of them.
// Throws AwkFault when something else stands there than must; bounded in nesting.

import { AwkFault } from "./flow.ts";
import type { Token } from "./lexer.ts";

const NESTING = 120;

/** A place in a list of tokens. */
export class Cursor {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  /** Braces that are open. */
  braces = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get here(): Token {
    return this.ahead(0);
  }

  ahead(by: number): Token {
    const token = this.#tokens[Math.min(this.#at + by, this.#tokens.length - 1)];
    if (!token) throw new AwkFault("syntax", "end of file");
    return token;
  }

  next(): Token {
    const token = this.here;
    if (this.#at < this.#tokens.length - 1) this.#at++;
    return token;
  }

  /** True when one of these operators or words stands here. */
  is(...texts: readonly string[]): boolean {
    const { kind, text } = this.here;
    return (kind === "op" || kind === "word") && texts.includes(text);
  }

  /** Takes it if it stands here. */
  take(text: string): boolean {
    const found = this.is(text);
    if (found) this.next();
    return found;
  }

  expect(text: string): void {
    if (!this.take(text)) throw this.fault();
  }

  /** Takes the name of a variable or an array. */
  name(): string {
    if (this.here.kind !== "name") throw this.fault();
    return this.next().text;
  }

  newlines(): void {
    while (this.is("\n")) this.next();
  }

  /** What is told of the token here. */
  fault(): AwkFault {
    const { kind, raw, line } = this.here;
    if (kind === "end" && this.braces > 0) return new AwkFault("cut", "", line);
    return new AwkFault("syntax", kind === "end" || raw === "\n" ? "end of line" : raw, line);
  }

  /** What is told where a statement must end. */
  unended(): AwkFault {
    const { kind, line } = this.here;
    return kind === "end" && this.braces > 0
      ? new AwkFault("missing-brace", "end of file", line + 1)
      : this.fault();
  }

  /** Goes one level deeper. */
  descend<T>(run: () => T): T {
    if (++this.#depth > NESTING) throw this.fault();
    const result = run();
    this.#depth--;
    return result;
  }
}
