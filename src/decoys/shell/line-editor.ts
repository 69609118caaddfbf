// Line editing on a terminal: keys in, echo out; history and completion. Pure: no stream, no clock; one line at a time.
// Bounded as the line under it is; knows no key sequence longer than ten bytes.

import { columns } from "./commands/ls.ts";
import { LINE_BYTES, LineBuffer } from "./line-buffer.ts";
import type { ByteString } from "./shell.ts";

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
  readonly #buffer = new LineBuffer({
    show: (text) => this.#show(text),
    bell: () => {
      this.#output += BELL;
    },
  });
  #output = "";
  #escape = "";
  #tabs = 0;
  #quoted = false;
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
      this.#buffer.insert(char);
      return null;
    }
    if (char !== "\t") this.#tabs = 0;
    switch (char) {
      case "\r":
      case "\n":
        this.#output += "\r\n";
        return { kind: "line", line: this.#buffer.line };
      case "\x03":
        this.#output += this.#options.echo ? "^C\r\n" : "\r\n";
        return { kind: "interrupt" };
      case "\x04":
        if (this.#buffer.line === "") return { kind: "end" };
        if (this.#options.rich) this.#buffer.deleteForward();
        return null;
      case "\x7f":
      case "\b":
        this.#buffer.backspace();
        return null;
      case "\x15":
        this.#buffer.cut(0, this.#buffer.cursor);
        return null;
      case "\x17":
        this.#buffer.cut(this.#buffer.wordStart(), this.#buffer.cursor);
        return null;
      case "\x1b":
        if (this.#options.rich) this.#escape = char;
        return null;
      case "\x16":
        this.#quoted = true;
        return null;
    }
    if (this.#options.rich && this.#control(char)) return null;
    if (char === "\t" && !this.#options.rich) this.#buffer.insert(char);
    else if (char >= " ") this.#buffer.insert(char);
    return null;
  }

  /** Keys of a shell's prompt; true when it was one. */
  #control(char: string): boolean {
    switch (char) {
      case "\x01":
        this.#buffer.moveTo(0);
        return true;
      case "\x05":
        this.#buffer.moveTo(this.#buffer.line.length);
        return true;
      case "\x02":
        this.#buffer.moveTo(this.#buffer.cursor - 1);
        return true;
      case "\x06":
        this.#buffer.moveTo(this.#buffer.cursor + 1);
        return true;
      case "\x0b":
        this.#buffer.cut(this.#buffer.cursor, this.#buffer.line.length);
        return true;
      case "\x0c":
        this.#show(`\x1b[H\x1b[2J${this.#options.prompt}${this.#buffer.line}`);
        this.#show("\b".repeat(this.#buffer.line.length - this.#buffer.cursor));
        return true;
      case "\x0e":
        this.#recall(1);
        return true;
      case "\x10":
        this.#recall(-1);
        return true;
      case "\x19":
        this.#buffer.yank();
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
    else if (key === "C") this.#buffer.moveTo(this.#buffer.cursor + 1);
    else if (key === "D") this.#buffer.moveTo(this.#buffer.cursor - 1);
    else if (key === "H" || key === "1~" || key === "7~") this.#buffer.moveTo(0);
    else if (key === "F" || key === "4~" || key === "8~") this.#buffer.moveTo(this.#buffer.line.length);
    else if (key === "3~") this.#buffer.deleteForward();
  }

  #recall(by: number): void {
    const history = this.#options.history ?? [];
    const target = this.#at + by;
    if (target < 0 || target > history.length) {
      this.#show(BELL);
      return;
    }
    if (this.#at === history.length) this.#draft = this.#buffer.line;
    this.#at = target;
    const line = (target === history.length ? this.#draft : (history[target] ?? ""))
      .replaceAll("\n", " ")
      .slice(0, LINE_BYTES - 1);
    this.#buffer.moveTo(this.#buffer.line.length);
    this.#buffer.replaceAll(line);
  }

  #complete(): void {
    const offered = this.#options.complete?.(this.#buffer.line, this.#buffer.cursor);
    if (!offered || offered.choices.length === 0) {
      this.#show(BELL);
      return;
    }
    const { from, choices } = offered;
    const typed = this.#buffer.line.slice(from, this.#buffer.cursor);
    const common = choices.reduce((prefix, choice) => {
      let length = 0;
      while (length < prefix.length && prefix.charAt(length) === choice.charAt(length)) length++;
      return prefix.slice(0, length);
    });
    const added = choices.length > 1 ? common.trimEnd().slice(typed.length) : common.slice(typed.length);
    if (added !== "") {
      for (const char of added) this.#buffer.insert(char);
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
      `\r\n${columns(names, this.#options.columns).replaceAll("\n", "\r\n")}${this.#options.prompt}${this.#buffer.line}${"\b".repeat(this.#buffer.line.length - this.#buffer.cursor)}`,
    );
  }
}
