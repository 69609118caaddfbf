// A place in the tokens of one statement, with what every parser asks of it.

import { syntaxError, type Token, tokenize } from "./tokens.ts";

const END: Token = { kind: "end", text: "", start: 0, end: 0 };

/** Walks over the tokens of a statement. */
export class Cursor {
  readonly source: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  /** Depth of nesting at the moment. */
  depth = 0;

  constructor(source: string, tokens: readonly Token[] = tokenize(source)) {
    this.source = source;
    this.#tokens = tokens;
  }

  get token(): Token {
    return this.#tokens[this.#at] ?? this.#tokens.at(-1) ?? END;
  }

  peek(ahead: number): Token {
    return this.#tokens[this.#at + ahead] ?? this.#tokens.at(-1) ?? END;
  }

  get ended(): boolean {
    return this.token.kind === "end" || this.is(";");
  }

  /** End of the token before the current one. */
  get lastEnd(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0;
  }

  /** True when the current token is this word (whatever its case) or symbol. */
  is(text: string): boolean {
    return isToken(this.token, text);
  }

  /** True when the next tokens are these words. */
  areWords(...words: readonly string[]): boolean {
    return words.every((word, index) => isToken(this.peek(index), word));
  }

  next(): Token {
    const token = this.token;
    this.#at++;
    return token;
  }

  /** Takes these words or symbols when they all come next. */
  takes(...words: readonly string[]): boolean {
    if (!this.areWords(...words)) return false;
    this.#at += words.length;
    return true;
  }

  expect(text: string): void {
    if (!this.takes(text)) this.fail();
  }

  /** Raises 1064 at the current token. */
  fail(): never {
    return syntaxError(this.source, this.token.start);
  }

  /** A name: a word or a quoted name. */
  name(): string {
    const { kind, text } = this.token;
    if (kind !== "word" && kind !== "quoted") this.fail();
    this.next();
    return text;
  }

  /** The rest of the statement must be empty. */
  finish(): void {
    if (!this.ended) this.fail();
  }

  /** Takes everything up to the end of the statement. */
  skipRest(): void {
    while (!this.ended) this.next();
  }
}

function isToken(token: Token, text: string): boolean {
  if (token.kind === "symbol") return token.text === text;
  return token.kind === "word" && token.text.toUpperCase() === text;
}
