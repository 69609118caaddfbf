// The text of a sed script to its commands. Throws SedFault and nothing else; bounded in bytes and commands.

import { compileRegex, type Regex, RegexFault } from "../regex/regex.ts";
import type { ByteString } from "../shell.ts";
import type { Address, RangeEnd, SedCommand, Substitution } from "./command.ts";

/** Why a script is none, and after how many characters. */
export class SedFault extends Error {
  readonly at: number;

  constructor(text: string, at: number) {
    super(text);
    this.at = at;
  }
}

const SCRIPT_BYTES = 64 * 1024;
const COMMANDS = 1024;
const PLAIN = "=dDgGhHnNpPxFz";

/** Parses a script. */
export function parseSed(script: ByteString, extended: boolean): readonly SedCommand[] {
  return new SedParser(script.slice(0, SCRIPT_BYTES), extended).script();
}

class SedParser {
  #at = 0;
  readonly #text: ByteString;
  readonly #extended: boolean;
  readonly #commands: SedCommand[] = [];
  readonly #open: number[] = [];

  constructor(text: ByteString, extended: boolean) {
    this.#text = text;
    this.#extended = extended;
  }

  script(): readonly SedCommand[] {
    for (;;) {
      this.#skip(/[\s;]/);
      if (this.#at >= this.#text.length) break;
      if (this.#peek() === "#") this.#skip(/[^\n]/);
      else this.#command();
      if (this.#commands.length > COMMANDS) throw this.#fault("memory exhausted");
    }
    if (this.#open.length > 0) throw new SedFault("unmatched `{'", 0);
    this.#link();
    return this.#commands;
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #skip(what: RegExp): void {
    while (this.#at < this.#text.length && what.test(this.#peek())) this.#at++;
  }

  #fault(text: string): SedFault {
    return new SedFault(text, Math.min(this.#at, this.#text.length));
  }

  #number(): number {
    const digits = /^[0-9]{0,9}/.exec(this.#text.slice(this.#at, this.#at + 9))?.[0] ?? "";
    this.#at += digits.length;
    return Number(digits);
  }

  #address(): Address | null {
    const char = this.#peek();
    if (/[0-9]/.test(char)) {
      const line = this.#number();
      if (this.#peek() !== "~") return { kind: "line", line };
      this.#at++;
      return { kind: "step", first: line, step: this.#number() };
    }
    if (char === "$") {
      this.#at++;
      return { kind: "last" };
    }
    if (char !== "/" && char !== "\\") return null;
    if (char === "\\") this.#at++;
    const mark = this.#peek();
    this.#at++;
    const source = this.#until(mark, true);
    if (source === null) throw this.#fault("unterminated address regex");
    const fold = this.#peek() === "I";
    if (fold) this.#at++;
    return { kind: "regex", regex: this.#compile(source, fold) };
  }

  #rangeEnd(): RangeEnd | null {
    if (this.#peek() !== ",") return null;
    this.#at++;
    this.#skip(/[ \t]/);
    if (this.#peek() === "+") {
      this.#at++;
      return { kind: "after", lines: this.#number() };
    }
    const to = this.#address();
    if (!to) {
      this.#at++;
      throw this.#fault("unexpected `,'");
    }
    return to;
  }

  #compile(source: ByteString, fold: boolean): Regex | null {
    if (source === "") return null;
    try {
      return compileRegex(source, { extended: this.#extended, fold });
    } catch (error) {
      if (!(error instanceof RegexFault)) throw error;
      throw this.#fault(error.message);
    }
  }

  /** Text up to a mark, which is taken; null when it does not come. In a pattern `\n` stays and `[…]` hides the mark. */
  #until(mark: string, pattern: boolean): ByteString | null {
    let text = "";
    let inClass = false;
    for (; this.#at < this.#text.length; this.#at++) {
      const char = this.#peek();
      if (char === "\\" && !inClass) {
        const next = this.#text.charAt(++this.#at);
        text +=
          next === mark && !"()|+?{}".includes(mark)
            ? pattern || mark !== "&"
              ? mark
              : `\\${mark}`
            : `\\${next}`;
        continue;
      }
      if (char === mark && !inClass) {
        this.#at++;
        return text;
      }
      if (pattern && char === "[" && !inClass) {
        inClass = true;
        text += char;
        // A bracket right behind the opening one (or its ^) is one of the set.
        const first = /^\^?\]?/.exec(this.#text.slice(this.#at + 1, this.#at + 3))?.[0] ?? "";
        text += first;
        this.#at += first.length;
        continue;
      }
      if (char === "]") inClass = false;
      text += char;
    }
    return null;
  }

  #command(): void {
    const from = this.#address();
    this.#skip(/[ \t]/);
    const to = from ? this.#rangeEnd() : null;
    this.#skip(/[ \t]/);
    const negated = this.#peek() === "!";
    if (negated) this.#skip(/[! \t]/);
    const name = this.#peek();
    this.#at++;
    if (name === "" || name === "\n" || name === ";") {
      throw this.#fault("missing command");
    }
    if (name === "}") {
      if (from) throw this.#fault("} doesn't want any addresses");
      this.#close();
      return;
    }
    const body = this.#body(name);
    this.#commands.push({ from, to, negated, name, target: -1, text: "", number: 0, change: null, ...body });
    if (name === "{") this.#open.push(this.#commands.length - 1);
  }

  #close(): void {
    const open = this.#open.pop();
    const start = open === undefined ? undefined : this.#commands[open];
    if (!start) throw this.#fault("unexpected `}'");
    start.target = this.#commands.length;
    this.#ended();
  }

  #body(name: string): Partial<SedCommand> {
    if (name === "{") return {};
    if (name === "s") return { change: this.#substitution() };
    if (name === "y") return this.#ended({ text: this.#sets() });
    if (name === "a" || name === "i" || name === "c") return { text: this.#insertion() };
    if (":btT".includes(name)) return { text: this.#word(name === ":" ? /[^\n;]/ : /[^\n;}]/).trim() };
    if ("rwRW".includes(name)) return { text: this.#word(/[^\n]/) };
    if ("qQlL".includes(name)) {
      this.#skip(/[ \t]/);
      return this.#ended({ number: this.#number() });
    }
    if (PLAIN.includes(name)) return this.#ended({});
    throw this.#fault(`unknown command: \`${name}'`);
  }

  /** Nothing but the end of the command may follow. */
  #ended(body: Partial<SedCommand> = {}): Partial<SedCommand> {
    this.#skip(/[ \t]/);
    if (this.#at < this.#text.length && !/[\n;}#]/.test(this.#peek())) {
      this.#at++;
      throw this.#fault("extra characters after command");
    }
    return body;
  }

  #word(what: RegExp): ByteString {
    this.#skip(/[ \t]/);
    const from = this.#at;
    this.#skip(what);
    return this.#text.slice(from, this.#at);
  }

  /** The text of `a`, `i` and `c`: to the end of a line that no backslash continues. */
  #insertion(): ByteString {
    this.#skip(/[ \t]/);
    if (this.#peek() === "\\") {
      this.#at++;
      this.#skip(/[ \t]/);
      if (this.#peek() === "\n") this.#at++;
    }
    if (this.#at >= this.#text.length) throw this.#fault("expected \\ after `a', `c' or `i'");
    let text = "";
    for (; this.#at < this.#text.length && this.#peek() !== "\n"; this.#at++) {
      if (this.#peek() === "\\") this.#at++;
      text += this.#peek();
    }
    return text;
  }

  #substitution(): Substitution {
    const mark = this.#peek();
    this.#at++;
    const source = mark === "" || mark === "\n" ? null : this.#until(mark, true);
    const by = source === null ? null : this.#until(mark, false);
    if (source === null || by === null) throw this.#fault("unterminated `s' command");
    const flags = /^[gpiIeMm0-9]{0,16}/.exec(this.#text.slice(this.#at, this.#at + 16))?.[0] ?? "";
    this.#at += flags.length;
    const writes = this.#peek() === "w";
    if (writes) this.#at++;
    const file = writes ? this.#word(/[^\n]/) : null;
    if (this.#at < this.#text.length && !/[\s;}#]/.test(this.#peek())) {
      this.#at++;
      throw this.#fault("unknown option to `s'");
    }
    this.#references(source, by);
    const nth = Number(/[0-9]{1,6}/.exec(flags)?.[0] ?? 1);
    const regex = this.#compile(source, /i/i.test(flags));
    return { regex, by, all: flags.includes("g"), nth, print: flags.includes("p"), file };
  }

  #references(source: ByteString, by: ByteString): void {
    const groups =
      (this.#extended ? source.replace(/\\.|\[[^\]]*\]/gs, "") : source).split(this.#extended ? "(" : "\\(")
        .length - 1;
    for (const [, digit = ""] of by.matchAll(/\\([\s\S])/g))
      if (/[1-9]/.test(digit) && Number(digit) > groups)
        throw this.#fault(`invalid reference \\${digit} on \`s' command's RHS`);
  }

  /** The two sets of `y`, one after another; they are of one length. */
  #sets(): ByteString {
    const mark = this.#peek();
    this.#at++;
    const sets = [this.#until(mark, false), this.#until(mark, false)];
    const [from, to] = sets.map((set) =>
      set?.replace(/\\([\s\S])/g, (_, char: string) => (char === "n" ? "\n" : char)),
    );
    if (from === undefined || to === undefined) throw this.#fault("unterminated `y' command");
    if (from.length !== to.length) throw this.#fault("strings for `y' command are different lengths");
    return from + to;
  }

  /** Finds where branches go. */
  #link(): void {
    const labels = new Map<ByteString, number>();
    for (const [i, one] of this.#commands.entries()) if (one.name === ":") labels.set(one.text, i);
    for (const one of this.#commands) {
      if (!"btT".includes(one.name)) continue;
      const target = one.text === "" ? this.#commands.length : labels.get(one.text);
      if (target === undefined) throw new SedFault(`can't find label for jump to \`${one.text}'`, -1);
      one.target = target;
    }
  }
}
