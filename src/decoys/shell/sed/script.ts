// The text of a sed script to its commands. Throws SedFault and nothing else; bounded in bytes and commands.

import type { ByteString } from "../shell.ts";
import { parseAddress, parseRangeEnd } from "./address.ts";
import type { SedCommand, Substitution } from "./command.ts";
import { ScriptCursor, SedFault } from "./script-cursor.ts";

const SCRIPT_BYTES = 64 * 1024;
const COMMANDS = 1024;
const PLAIN = "=dDgGhHnNpPxFz";

/** Parses a script. */
export function parseSed(script: ByteString, extended: boolean): readonly SedCommand[] {
  return new SedParser(script.slice(0, SCRIPT_BYTES), extended).script();
}

class SedParser {
  readonly #c: ScriptCursor;
  readonly #commands: SedCommand[] = [];
  readonly #open: number[] = [];

  constructor(text: ByteString, extended: boolean) {
    this.#c = new ScriptCursor(text, extended);
  }

  script(): readonly SedCommand[] {
    for (;;) {
      this.#c.skip(/[\s;]/);
      if (this.#c.at >= this.#c.text.length) break;
      if (this.#c.peek() === "#") this.#c.skip(/[^\n]/);
      else this.#command();
      if (this.#commands.length > COMMANDS) throw this.#c.fault("memory exhausted");
    }
    if (this.#open.length > 0) throw new SedFault("unmatched `{'", 0);
    this.#link();
    return this.#commands;
  }

  #command(): void {
    const from = parseAddress(this.#c);
    this.#c.skip(/[ \t]/);
    const to = from ? parseRangeEnd(this.#c) : null;
    this.#c.skip(/[ \t]/);
    const negated = this.#c.peek() === "!";
    if (negated) this.#c.skip(/[! \t]/);
    const name = this.#c.peek();
    this.#c.at++;
    if (name === "" || name === "\n" || name === ";") {
      throw this.#c.fault("missing command");
    }
    if (name === "}") {
      if (from) throw this.#c.fault("} doesn't want any addresses");
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
    if (!start) throw this.#c.fault("unexpected `}'");
    start.target = this.#commands.length;
    this.#ended();
  }

  #body(name: string): Partial<SedCommand> {
    if (name === "{") return {};
    if (name === "s") return { change: this.#substitution() };
    if (name === "y") return this.#ended({ text: this.#sets() });
    if (name === "a" || name === "i" || name === "c") return { text: this.#insertion() };
    if (":btT".includes(name)) return { text: this.#c.word(name === ":" ? /[^\n;]/ : /[^\n;}]/).trim() };
    if ("rwRW".includes(name)) return { text: this.#c.word(/[^\n]/) };
    if ("qQlL".includes(name)) {
      this.#c.skip(/[ \t]/);
      return this.#ended({ number: this.#c.number() });
    }
    if (PLAIN.includes(name)) return this.#ended({});
    throw this.#c.fault(`unknown command: \`${name}'`);
  }

  /** Nothing but the end of the command may follow. */
  #ended(body: Partial<SedCommand> = {}): Partial<SedCommand> {
    this.#c.skip(/[ \t]/);
    if (this.#c.at < this.#c.text.length && !/[\n;}#]/.test(this.#c.peek())) {
      this.#c.at++;
      throw this.#c.fault("extra characters after command");
    }
    return body;
  }

  /** The text of `a`, `i` and `c`: to the end of a line that no backslash continues. */
  #insertion(): ByteString {
    this.#c.skip(/[ \t]/);
    if (this.#c.peek() === "\\") {
      this.#c.at++;
      this.#c.skip(/[ \t]/);
      if (this.#c.peek() === "\n") this.#c.at++;
    }
    if (this.#c.at >= this.#c.text.length) throw this.#c.fault("expected \\ after `a', `c' or `i'");
    let text = "";
    for (; this.#c.at < this.#c.text.length && this.#c.peek() !== "\n"; this.#c.at++) {
      if (this.#c.peek() === "\\") this.#c.at++;
      text += this.#c.peek();
    }
    return text;
  }

  #substitution(): Substitution {
    const mark = this.#c.peek();
    this.#c.at++;
    const source = mark === "" || mark === "\n" ? null : this.#c.until(mark, true);
    const by = source === null ? null : this.#c.until(mark, false);
    if (source === null || by === null) throw this.#c.fault("unterminated `s' command");
    const flags = /^[gpiIeMm0-9]{0,16}/.exec(this.#c.text.slice(this.#c.at, this.#c.at + 16))?.[0] ?? "";
    this.#c.at += flags.length;
    const writes = this.#c.peek() === "w";
    if (writes) this.#c.at++;
    const file = writes ? this.#c.word(/[^\n]/) : null;
    if (this.#c.at < this.#c.text.length && !/[\s;}#]/.test(this.#c.peek())) {
      this.#c.at++;
      throw this.#c.fault("unknown option to `s'");
    }
    this.#references(source, by);
    const nth = Number(/[0-9]{1,6}/.exec(flags)?.[0] ?? 1);
    const regex = this.#c.compile(source, /i/i.test(flags));
    return { regex, by, all: flags.includes("g"), nth, print: flags.includes("p"), file };
  }

  #references(source: ByteString, by: ByteString): void {
    const groups =
      (this.#c.extended ? source.replace(/\\.|\[[^\]]*\]/gs, "") : source).split(
        this.#c.extended ? "(" : "\\(",
      ).length - 1;
    for (const [, digit = ""] of by.matchAll(/\\([\s\S])/g))
      if (/[1-9]/.test(digit) && Number(digit) > groups)
        throw this.#c.fault(`invalid reference \\${digit} on \`s' command's RHS`);
  }

  /** The two sets of `y`, one after another; they are of one length. */
  #sets(): ByteString {
    const mark = this.#c.peek();
    this.#c.at++;
    const sets = [this.#c.until(mark, false), this.#c.until(mark, false)];
    const [from, to] = sets.map((set) =>
      set?.replace(/\\([\s\S])/g, (_, char: string) => (char === "n" ? "\n" : char)),
    );
    if (from === undefined || to === undefined) throw this.#c.fault("unterminated `y' command");
    if (from.length !== to.length) throw this.#c.fault("strings for `y' command are different lengths");
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
