// A small VT100-like terminal: output text in, a bounded grid of cells out. Enough for shells, editors and pagers.
// Answers nothing, runs nothing, and keeps nothing but the screen: no title, no clipboard, no links.

import type { Cell, Pen } from "./cells.ts";
import { applySgr, PLAIN } from "./cells.ts";
import type { TerminalActions } from "./parser.ts";
import { TerminalParser } from "./parser.ts";
import { Screen } from "./screen.ts";
import { editScreen, moveCursor } from "./sequences.ts";

interface Saved {
  readonly x: number;
  readonly y: number;
  readonly pen: Pen;
  readonly graphics: boolean;
}

/** All that a terminal remembers, for going back to a moment. */
export interface TerminalSnapshot {
  readonly main: Screen;
  readonly alternate: Screen | undefined;
  readonly saved: Saved;
  readonly graphics: boolean;
  readonly originMode: boolean;
  readonly cursorVisible: boolean;
}

const HOME: Saved = { x: 0, y: 0, pen: PLAIN, graphics: false };
/** DEC special graphics: the glyphs of 0x60…0x7e. */
const GRAPHICS = "◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·";

/** A terminal of a fixed size until resized. */
export class TerminalEmulator implements TerminalActions {
  #main: Screen;
  #alternate: Screen | undefined;
  #saved = HOME;
  #graphics = false;
  #originMode = false;
  #cursorVisible = true;
  #last = 0x20;
  readonly #parser = new TerminalParser(this);
  #decoder = new TextDecoder();

  constructor(columns: number, rows: number) {
    this.#main = new Screen(columns, rows);
  }

  get #screen(): Screen {
    return this.#alternate ?? this.#main;
  }

  get columns(): number {
    return this.#screen.columns;
  }

  get rows(): readonly (readonly Cell[])[] {
    return this.#screen.rows;
  }

  get cursor(): { readonly x: number; readonly y: number; readonly visible: boolean } {
    return { x: this.#screen.x, y: this.#screen.y, visible: this.#cursorVisible };
  }

  /** Grows with the work done; a caller that must stay quick stops when it has grown enough. */
  get work(): number {
    return this.#main.work + (this.#alternate?.work ?? 0);
  }

  /** False while a sequence is half read: a snapshot would lose its first half. */
  get idle(): boolean {
    return this.#parser.idle;
  }

  /** Takes decoded output. Never throws. */
  write(text: string): void {
    this.#parser.write(text);
  }

  /** Takes raw output; a UTF-8 sequence may be split over calls, invalid bytes become U+FFFD. */
  writeBytes(bytes: Uint8Array): void {
    this.#parser.write(this.#decoder.decode(bytes, { stream: true }));
  }

  resize(columns: number, rows: number): void {
    this.#main = this.#main.resized(columns, rows);
    this.#alternate = this.#alternate?.resized(columns, rows);
  }

  /** A copy of the state; cheap, since rows are shared. */
  snapshot(): TerminalSnapshot {
    return {
      main: this.#main.clone(),
      alternate: this.#alternate?.clone(),
      saved: this.#saved,
      graphics: this.#graphics,
      originMode: this.#originMode,
      cursorVisible: this.#cursorVisible,
    };
  }

  restore(from: TerminalSnapshot): void {
    this.#main = from.main.clone();
    this.#alternate = from.alternate?.clone();
    this.#saved = from.saved;
    this.#graphics = from.graphics;
    this.#originMode = from.originMode;
    this.#cursorVisible = from.cursorVisible;
    this.#parser.reset();
    this.#decoder = new TextDecoder();
  }

  print(codePoint: number): void {
    const glyph =
      this.#graphics && codePoint >= 0x60 && codePoint <= 0x7e
        ? GRAPHICS.charCodeAt(codePoint - 0x60)
        : codePoint;
    this.#last = glyph;
    this.#screen.print(glyph);
  }

  control(code: number): void {
    const screen = this.#screen;
    if (code === 0x08) screen.moveTo(screen.x - 1, screen.y);
    else if (code === 0x09) screen.moveTo((Math.floor(screen.x / 8) + 1) * 8, screen.y);
    else if (code >= 0x0a && code <= 0x0c) screen.newLine(false);
    else if (code === 0x0d) screen.moveTo(0, screen.y);
    else if (code === 0x0e) this.#graphics = true;
    else if (code === 0x0f) this.#graphics = false;
  }

  escape(final: string, intermediates: string): void {
    const screen = this.#screen;
    if (intermediates === "(") this.#graphics = final === "0";
    else if (intermediates === "#" && final === "8") screen.fill("E");
    if (intermediates !== "") return;
    if (final === "7") this.#save();
    else if (final === "8") this.#restoreCursor();
    else if (final === "D") screen.newLine(false);
    else if (final === "E") screen.newLine(true);
    else if (final === "M") screen.reverseLine();
    else if (final === "c") this.#reset();
  }

  csi(final: string, params: readonly number[], prefix: string, intermediates: string): void {
    if (prefix === "?" && (final === "h" || final === "l")) {
      for (const mode of params) this.#privateMode(mode, final === "h");
      return;
    }
    if (intermediates === "!" && final === "p") {
      this.#softReset();
      return;
    }
    if (prefix !== "" || intermediates !== "") return;
    if (final === "m") {
      this.#screen.pen = applySgr(this.#screen.pen, params);
      return;
    }
    const first = params[0] ?? -1;
    const count = Math.max(1, first);
    if (moveCursor(this.#screen, final, count)) return;
    if (editScreen(this.#screen, final, count, Math.max(0, first))) return;
    this.#place(final, count, params);
  }

  /** Sequences that also depend on modes or on what was saved. */
  #place(final: string, count: number, params: readonly number[]): void {
    if (final === "H" || final === "f") this.#address(Math.max(1, params[1] ?? 1) - 1, count - 1);
    else if (final === "d") this.#address(this.#screen.x, count - 1);
    else if (final === "b") this.#repeat(count);
    else if (final === "r") this.#region(params);
    else if (final === "s") this.#save();
    else if (final === "u") this.#restoreCursor();
  }

  #address(x: number, y: number): void {
    const screen = this.#screen;
    const row = this.#originMode ? Math.min(screen.top + y, screen.bottom) : y;
    screen.moveTo(x, row);
  }

  /** REP, at most one line: programs use it within one, and a few bytes must not cost a screen full. */
  #repeat(count: number): void {
    const most = Math.min(count, this.#screen.columns);
    for (let i = 0; i < most; i++) this.#screen.print(this.#last);
  }

  #region(params: readonly number[]): void {
    const screen = this.#screen;
    const top = Math.max(1, params[0] ?? 1) - 1;
    const asked = params[1] ?? 0;
    const bottom = Math.min(screen.height, asked > 0 ? asked : screen.height) - 1;
    if (top >= bottom) return;
    screen.top = top;
    screen.bottom = bottom;
    this.#address(0, 0);
  }

  #privateMode(mode: number, on: boolean): void {
    if (mode === 6) {
      this.#originMode = on;
      this.#address(0, 0);
    } else if (mode === 7) this.#screen.wraps = on;
    else if (mode === 25) this.#cursorVisible = on;
    else if (mode === 47 || mode === 1047 || mode === 1049) this.#switchScreen(on, mode === 1049);
    else if (mode === 1048 && on) this.#save();
    else if (mode === 1048) this.#restoreCursor();
  }

  #switchScreen(on: boolean, withCursor: boolean): void {
    if (on === (this.#alternate !== undefined)) return;
    if (on) {
      if (withCursor) this.#save();
      this.#alternate = new Screen(this.#main.columns, this.#main.height);
      return;
    }
    this.#alternate = undefined;
    if (withCursor) this.#restoreCursor();
  }

  #save(): void {
    const { x, y, pen } = this.#screen;
    this.#saved = { x, y, pen, graphics: this.#graphics };
  }

  #restoreCursor(): void {
    const { x, y, pen, graphics } = this.#saved;
    this.#screen.moveTo(x, y);
    this.#screen.pen = pen;
    this.#graphics = graphics;
  }

  #softReset(): void {
    const screen = this.#screen;
    screen.pen = PLAIN;
    screen.top = 0;
    screen.bottom = screen.height - 1;
    screen.wraps = true;
    this.#originMode = false;
    this.#graphics = false;
    this.#cursorVisible = true;
    this.#saved = HOME;
  }

  #reset(): void {
    this.#main = new Screen(this.#screen.columns, this.#screen.height);
    this.#alternate = undefined;
    this.#softReset();
  }
}
