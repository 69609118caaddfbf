// What `print` of a literal or of simple arithmetic prints in Python and Perl. Anything else has no value here.
// Bounded by its source; no name is looked up and nothing is run.

import type { ByteString } from "../shell.ts";

/** A value: text, or a number that may be a Python float. */
type Plain = { readonly text: ByteString } | { readonly number: number; readonly float: boolean };

const SOURCE = 4096;
const TEXT = 65_536;
const DEPTH = 32;

class NotPlain extends Error {}

const ESCAPES = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
  ["0", "\0"],
  ["e", "\x1b"],
  ["$", "$"],
  ["@", "@"],
]);

class Reader {
  #at = 0;
  #depth = 0;
  readonly #source: ByteString;
  readonly #perl: boolean;

  constructor(source: ByteString, perl: boolean) {
    this.#source = source;
    this.#perl = perl;
  }

  get ended(): boolean {
    this.#blanks();
    return this.#at >= this.#source.length;
  }

  #blanks(): void {
    while (/\s/.test(this.#source.charAt(this.#at))) this.#at++;
  }

  /** Takes one of some operators, longest first. */
  take(...wanted: readonly string[]): string | null {
    this.#blanks();
    const found = wanted.find((one) => this.#source.startsWith(one, this.#at));
    if (found === undefined) return null;
    this.#at += found.length;
    return found;
  }

  word(): string {
    this.#blanks();
    const word = /^[A-Za-z_]\w{0,63}/.exec(this.#source.slice(this.#at, this.#at + 64))?.[0] ?? "";
    this.#at += word.length;
    return word;
  }

  /** Passes over what is up to the next `;`. */
  skipStatement(): void {
    while (this.#at < this.#source.length && this.#source.charAt(this.#at) !== ";") this.#at++;
  }

  sum(): Plain {
    if (++this.#depth > DEPTH) throw new NotPlain();
    let value = this.#product();
    const operators = this.#perl ? ["+", "-", "."] : ["+", "-"];
    for (let op = this.take(...operators); op !== null; op = this.take(...operators))
      value = this.#combine(op, value, this.#product());
    this.#depth--;
    return value;
  }

  #product(): Plain {
    let value = this.#power();
    const operators = this.#perl ? ["*", "/", "%", "x"] : ["//", "*", "/", "%"];
    for (let op = this.take(...operators); op !== null; op = this.take(...operators))
      value = this.#combine(op, value, this.#power());
    return value;
  }

  #power(): Plain {
    if (this.take("-")) return this.#combine("-", { number: 0, float: false }, this.#power());
    const value = this.#atom();
    return this.take("**") ? this.#combine("**", value, this.#power()) : value;
  }

  #atom(): Plain {
    if (this.take("(")) {
      const value = this.sum();
      if (!this.take(")")) throw new NotPlain();
      return value;
    }
    const quote = this.take("'", '"');
    if (quote !== null) return { text: this.#string(quote) };
    const number = /^(?:0x[0-9a-fA-F]{1,12}|\d{1,15}(?:\.\d{1,15})?)/.exec(
      this.#source.slice(this.#at, this.#at + 40),
    )?.[0];
    if (number === undefined) throw new NotPlain();
    this.#at += number.length;
    return { number: Number(number), float: number.includes(".") };
  }

  #string(quote: string): ByteString {
    let text = "";
    for (;;) {
      if (this.#at >= this.#source.length) throw new NotPlain();
      const char = this.#source.charAt(this.#at++);
      if (char === quote) return text;
      const literal = this.#perl && quote === "'";
      if (this.#perl && !literal && (char === "$" || char === "@")) throw new NotPlain();
      if (char !== "\\") {
        text += char;
        continue;
      }
      const next = this.#source.charAt(this.#at++);
      if (literal) text += next === "'" || next === "\\" ? next : `\\${next}`;
      else text += ESCAPES.get(next) ?? (this.#perl ? next : `\\${next}`);
    }
  }

  #combine(op: string, a: Plain, b: Plain): Plain {
    if (op === ".") return { text: shown(a, true) + shown(b, true) };
    if ("text" in a || "text" in b) {
      if (op === "+" && !this.#perl && "text" in a && "text" in b) return { text: a.text + b.text };
      const times = "number" in b ? b.number : "number" in a && !this.#perl ? a.number : Number.NaN;
      const text = "text" in a ? a.text : "text" in b ? b.text : "";
      if (op !== (this.#perl ? "x" : "*") || !(text.length * times <= TEXT)) throw new NotPlain();
      return { text: text.repeat(Math.max(0, Math.floor(times))) };
    }
    const [x, y] = [a.number, b.number];
    if (y === 0 && (op === "/" || op === "//" || op === "%")) throw new NotPlain();
    const results = new Map([
      ["+", x + y],
      ["-", x - y],
      ["*", x * y],
      ["/", x / y],
      ["//", Math.floor(x / y)],
      ["%", x - y * Math.floor(x / y)],
      ["**", x ** y],
    ]);
    const number = results.get(op);
    if (number === undefined || !(Math.abs(number) <= Number.MAX_SAFE_INTEGER)) throw new NotPlain();
    return { number, float: a.float || b.float || op === "/" || !Number.isInteger(number) };
  }
}

function shown(value: Plain, perl: boolean): ByteString {
  if ("text" in value) return value.text;
  if (perl) return String(Number(value.number.toPrecision(15)));
  return value.float && Number.isInteger(value.number) ? `${value.number}.0` : String(value.number);
}

/** What a program prints, or null when it is more than plain prints. */
export function plainPrint(
  source: ByteString,
  how: { readonly language: "python" | "perl"; readonly lines?: boolean },
): ByteString | null {
  const perl = how.language === "perl";
  const reader = new Reader(source.slice(0, SOURCE), perl);
  let out = "";
  try {
    while (!reader.ended) {
      if (reader.take(";")) continue;
      const word = reader.word();
      if (word === "import" || word === "use") {
        reader.skipStatement();
        continue;
      }
      if (word !== "print" && !(perl && word === "say")) return null;
      const open = reader.take("(");
      if (!open && !perl) return null;
      const values: Plain[] = [];
      if (!(open && reader.take(")"))) {
        do values.push(reader.sum());
        while (reader.take(","));
        if (open && !reader.take(")")) return null;
      }
      if (!reader.ended && !reader.take(";")) return null;
      const end = !perl || how.lines || word === "say" ? "\n" : "";
      out += values.map((value) => shown(value, perl)).join(perl ? "" : " ") + end;
    }
  } catch (error) {
    if (error instanceof NotPlain) return null;
    throw error;
  }
  return out;
}
