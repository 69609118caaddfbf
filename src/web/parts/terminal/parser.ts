// Splits terminal output into actions, after the state machine of vt100.net/emu/dec_ansi_parser.
// Knows no screen; keeps no string that a stranger could grow: OSC, DCS, APC and PM bodies are dropped as they pass.

/** What the parser tells. `params` are clamped to 0…9999, at most 16 of them; missing ones are -1. */
export interface TerminalActions {
  /** One printable code point. */
  print(codePoint: number): void;
  /** A C0 control. */
  control(code: number): void;
  /** ESC, intermediates, final. */
  escape(final: string, intermediates: string): void;
  /** CSI; `prefix` is one of `<=>?` or empty. */
  csi(final: string, params: readonly number[], prefix: string, intermediates: string): void;
}

type State = "ground" | "escape" | "csi" | "csi-ignore" | "string" | "string-escape";

const MAX_PARAMS = 16;
const MAX_VALUE = 9999;
const MAX_INTERMEDIATES = 2;

/** A parser with its state; feed it text in any pieces. */
export class TerminalParser {
  #state: State = "ground";
  #params: number[] = [];
  #prefix = "";
  #intermediates = "";
  readonly #actions: TerminalActions;

  constructor(actions: TerminalActions) {
    this.#actions = actions;
  }

  /** Takes the next piece of output. Never throws. */
  write(text: string): void {
    for (let at = 0; at < text.length; ) {
      const code = text.codePointAt(at) ?? 0;
      at += code > 0xffff ? 2 : 1;
      this.#take(code);
    }
  }

  /** False within a sequence. */
  get idle(): boolean {
    return this.#state === "ground";
  }

  /** Forgets a sequence that was begun. */
  reset(): void {
    this.#state = "ground";
  }

  #take(code: number): void {
    if (this.#state === "string" || this.#state === "string-escape") {
      this.#inString(code);
      return;
    }
    if (code === 0x18 || code === 0x1a) {
      this.#state = "ground";
      return;
    }
    if (code === 0x1b) {
      this.#enterEscape();
      return;
    }
    if (code < 0x20) {
      this.#actions.control(code);
      return;
    }
    if (code === 0x7f) return;
    if (code >= 0x80 && code < 0xa0) {
      this.#c1(code);
      return;
    }
    if (this.#state === "ground") {
      this.#actions.print(code);
      return;
    }
    if (this.#state === "escape") {
      this.#inEscape(code);
      return;
    }
    this.#inCsi(code);
  }

  #enterEscape(): void {
    this.#state = "escape";
    this.#params = [];
    this.#prefix = "";
    this.#intermediates = "";
  }

  /** Eight-bit controls mean ESC and the letter 0x40 below. */
  #c1(code: number): void {
    this.#enterEscape();
    this.#inEscape(code - 0x40);
  }

  #inEscape(code: number): void {
    const char = String.fromCodePoint(code);
    if (code >= 0x20 && code < 0x30) {
      this.#collect(char);
      return;
    }
    if (this.#intermediates === "" && char === "[") {
      this.#state = "csi";
      return;
    }
    if (this.#intermediates === "" && "]PX^_".includes(char)) {
      this.#state = "string";
      return;
    }
    this.#state = "ground";
    if (code >= 0x30 && code < 0x7f) this.#actions.escape(char, this.#intermediates);
  }

  #collect(char: string): void {
    if (this.#intermediates.length < MAX_INTERMEDIATES) this.#intermediates += char;
  }

  #inCsi(code: number): void {
    const char = String.fromCodePoint(code);
    if (code >= 0x40 && code < 0x7f) {
      const ignored = this.#state === "csi-ignore";
      this.#state = "ground";
      if (!ignored) this.#actions.csi(char, this.#params, this.#prefix, this.#intermediates);
      return;
    }
    if (this.#state === "csi-ignore") return;
    if (code >= 0x30 && code <= 0x39) {
      this.#digit(code - 0x30);
      return;
    }
    // ISO 8613-6 separates sub-parameters by a colon; for colours they read the same as semicolons.
    if (char === ";" || char === ":") {
      this.#nextParam();
      return;
    }
    if (code >= 0x3c && code <= 0x3f && this.#params.length === 0 && this.#prefix === "") {
      this.#prefix = char;
      return;
    }
    if (code >= 0x20 && code < 0x30) {
      this.#collect(char);
      return;
    }
    this.#state = "csi-ignore";
  }

  #digit(digit: number): void {
    if (this.#params.length === 0) this.#params.push(-1);
    const last = this.#params.length - 1;
    const value = Math.max(0, this.#params[last] ?? 0);
    this.#params[last] = Math.min(MAX_VALUE, value * 10 + digit);
  }

  #nextParam(): void {
    if (this.#params.length === 0) this.#params.push(-1);
    if (this.#params.length < MAX_PARAMS) this.#params.push(-1);
    else this.#state = "csi-ignore";
  }

  /** A string ends with BEL, ST (ESC \ or 0x9c), CAN or SUB. */
  #inString(code: number): void {
    if (code === 0x07 || code === 0x9c || code === 0x18 || code === 0x1a) {
      this.#state = "ground";
      return;
    }
    if (code === 0x1b) {
      this.#state = "string-escape";
      return;
    }
    if (this.#state !== "string-escape") return;
    if (code === 0x5c) {
      this.#state = "ground";
      return;
    }
    // Any other ESC sequence ends the string too and is itself a sequence.
    this.#enterEscape();
    this.#take(code);
  }
}
