// Line editing on a terminal: keys in, echo out. Pure: no stream, no clock; one line at a time.
// Bounded: a line has at most 4,096 bytes, what is beyond is answered with a bell.

import { columns } from "./commands/ls.ts";
import type { ByteString } from "./shell.ts";

/** Most bytes of one line, as a terminal in canonical mode has. */
export const LINE_BYTES = 4096;

/** How a line is edited. */
export interface EditorOptions {
  readonly prompt: ByteString;
  /** False for passwords: nothing is shown and no key but erase, kill, end and interrupt does anything. */
  readonly echo: boolean;
  /** Earlier lines, oldest first. */
  readonly history?: readonly ByteString[];
  /** What a tab offers for the word before the cursor. */
  readonly complete?:
    | ((line: ByteString, cursor: number) => { from: number; choices: ByteString[] })
    | undefined;
  readonly columns: number;
  /** True at a shell's prompt: cursor keys, history. False: the plain line discipline of a terminal. */
  readonly rich: boolean;
}

/** How a line ended. */
export type LineEnd =
  | { readonly kind: "line"; readonly line: ByteString }
  | { readonly kind: "interrupt" }
  | { readonly kind: "end" };

/** An editor of one line. */
export interface LineEditor {
  /**
   * Takes bytes up to and with the one that ends the line. Gives how many were taken, what to show, and how the line
   * ended (null while it goes on).
   */
  feed(bytes: ByteString): {
    readonly taken: number;
    readonly output: ByteString;
    readonly end: LineEnd | null;
  };
}

const BELL = "\x07";

/** Makes an editor. The prompt is the caller's to show first. */
export function createLineEditor(options: EditorOptions): LineEditor {
  return new Editor(options);
}

class Editor implements LineEditor {
  readonly #options: EditorOptions;
  #line = "";
  #cursor = 0;
  #output = "";
  #escape = "";
  #tabs = 0;
  #quoted = false;
  #yank = "";
  #at: number;
  #draft = "";

  constructor(options: EditorOptions) {
    this.#options = options;
    this.#at = options.history?.length ?? 0;
  }

  feed(bytes: ByteString): { taken: number; output: ByteString; end: LineEnd | null } {
    this.#output = "";
    for (let i = 0; i < bytes.length; i++) {
      const end = this.#key(bytes.charAt(i));
      if (end) return { taken: i + 1, output: this.#output, end };
    }
    return { taken: bytes.length, output: this.#output, end: null };
  }

  #show(text: ByteString): void {
    if (this.#options.echo) this.#output += text;
  }

  #key(char: string): LineEnd | null {
    if (this.#escape !== "") {
      this.#escaped(char);
      return null;
    }
    if (this.#quoted) {
      this.#quoted = false;
      this.#insert(char);
      return null;
    }
    if (char !== "\t") this.#tabs = 0;
    switch (char) {
      case "\r":
      case "\n":
        this.#output += "\r\n";
        return { kind: "line", line: this.#line };
      case "\x03":
        this.#output += this.#options.echo ? "^C\r\n" : "\r\n";
        return { kind: "interrupt" };
      case "\x04":
        if (this.#line === "") return { kind: "end" };
        if (this.#options.rich) this.#deleteForward();
        return null;
      case "\x7f":
      case "\b":
        this.#backspace();
        return null;
      case "\x15":
        this.#cut(0, this.#cursor);
        return null;
      case "\x17":
        this.#cut(this.#wordStart(), this.#cursor);
        return null;
      case "\x1b":
        if (this.#options.rich) this.#escape = char;
        return null;
      case "\x16":
        this.#quoted = true;
        return null;
    }
    if (this.#options.rich && this.#control(char)) return null;
    if (char === "\t" && !this.#options.rich) this.#insert(char);
    else if (char >= " ") this.#insert(char);
    return null;
  }

  /** Keys of a shell's prompt; true when it was one. */
  #control(char: string): boolean {
    switch (char) {
      case "\x01":
        this.#moveTo(0);
        return true;
      case "\x05":
        this.#moveTo(this.#line.length);
        return true;
      case "\x02":
        this.#moveTo(this.#cursor - 1);
        return true;
      case "\x06":
        this.#moveTo(this.#cursor + 1);
        return true;
      case "\x0b":
        this.#cut(this.#cursor, this.#line.length);
        return true;
      case "\x0c":
        this.#show(`\x1b[H\x1b[2J${this.#options.prompt}${this.#line}`);
        this.#show("\b".repeat(this.#line.length - this.#cursor));
        return true;
      case "\x0e":
        this.#recall(1);
        return true;
      case "\x10":
        this.#recall(-1);
        return true;
      case "\x19":
        for (const one of this.#yank) this.#insert(one);
        return true;
      case "\t":
        this.#complete();
        return true;
    }
    return false;
  }

  #escaped(char: string): void {
    const sequence = this.#escape + char;
    const more =
      sequence === "\x1b[" ||
      sequence === "\x1bO" ||
      (/^\x1b\[[0-9;]{1,8}$/.test(sequence) && sequence.length < 10);
    this.#escape = more ? sequence : "";
    if (more) return;
    const key = sequence.slice(2);
    if (key === "A") this.#recall(-1);
    else if (key === "B") this.#recall(1);
    else if (key === "C") this.#moveTo(this.#cursor + 1);
    else if (key === "D") this.#moveTo(this.#cursor - 1);
    else if (key === "H" || key === "1~" || key === "7~") this.#moveTo(0);
    else if (key === "F" || key === "4~" || key === "8~") this.#moveTo(this.#line.length);
    else if (key === "3~") this.#deleteForward();
  }

  #insert(char: string): void {
    if (this.#line.length >= LINE_BYTES - 1) {
      this.#output += BELL;
      return;
    }
    const rest = this.#line.slice(this.#cursor);
    this.#line = this.#line.slice(0, this.#cursor) + char + rest;
    this.#cursor++;
    this.#show(char + rest + "\b".repeat(rest.length));
  }

  #backspace(): void {
    if (this.#cursor > 0) this.#replace(this.#cursor - 1, this.#cursor);
  }

  #deleteForward(): void {
    if (this.#cursor < this.#line.length) this.#replace(this.#cursor, this.#cursor + 1);
  }

  #cut(from: number, to: number): void {
    if (from >= to) return;
    this.#yank = this.#line.slice(from, to);
    this.#replace(from, to);
  }

  /** Removes a stretch that the cursor touches and redraws what follows. */
  #replace(from: number, to: number): void {
    const rest = this.#line.slice(to);
    this.#show("\b".repeat(this.#cursor - from));
    this.#line = this.#line.slice(0, from) + rest;
    this.#show(`${rest}${" ".repeat(to - from)}${"\b".repeat(rest.length + to - from)}`);
    this.#cursor = from;
  }

  #moveTo(to: number): void {
    const target = Math.max(0, Math.min(this.#line.length, to));
    this.#show(
      target < this.#cursor ? "\b".repeat(this.#cursor - target) : this.#line.slice(this.#cursor, target),
    );
    this.#cursor = target;
  }

  #wordStart(): number {
    let at = this.#cursor;
    while (at > 0 && this.#line.charAt(at - 1) === " ") at--;
    while (at > 0 && this.#line.charAt(at - 1) !== " ") at--;
    return at;
  }

  #recall(by: number): void {
    const history = this.#options.history ?? [];
    const target = this.#at + by;
    if (target < 0 || target > history.length) {
      this.#show(BELL);
      return;
    }
    if (this.#at === history.length) this.#draft = this.#line;
    this.#at = target;
    const line = (target === history.length ? this.#draft : (history[target] ?? ""))
      .replaceAll("\n", " ")
      .slice(0, LINE_BYTES - 1);
    this.#moveTo(this.#line.length);
    this.#replaceAll(line);
  }

  #replaceAll(line: ByteString): void {
    const old = this.#line.length;
    this.#show(`${"\b".repeat(old)}${line}`);
    if (line.length < old) this.#show(" ".repeat(old - line.length) + "\b".repeat(old - line.length));
    this.#line = line;
    this.#cursor = line.length;
  }

  #complete(): void {
    const offered = this.#options.complete?.(this.#line, this.#cursor);
    if (!offered || offered.choices.length === 0) {
      this.#show(BELL);
      return;
    }
    const { from, choices } = offered;
    const typed = this.#line.slice(from, this.#cursor);
    const common = choices.reduce((prefix, choice) => {
      let length = 0;
      while (length < prefix.length && prefix.charAt(length) === choice.charAt(length)) length++;
      return prefix.slice(0, length);
    });
    const added = choices.length > 1 ? common.trimEnd().slice(typed.length) : common.slice(typed.length);
    if (added !== "") {
      for (const char of added) this.#insert(char);
      return;
    }
    if (this.#tabs++ === 0) {
      this.#show(BELL);
      return;
    }
    const names = choices
      .map((choice) => choice.trimEnd())
      .map((choice) =>
        choice.slice(0, -1).includes("/") ? choice.slice(choice.slice(0, -1).lastIndexOf("/") + 1) : choice,
      );
    this.#show(
      `\r\n${columns(names, this.#options.columns).replaceAll("\n", "\r\n")}${this.#options.prompt}${this.#line}${"\b".repeat(this.#line.length - this.#cursor)}`,
    );
  }
}
