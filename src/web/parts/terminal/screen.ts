// A grid of cells with a cursor and a scroll region: what sequences mean, without knowing how they are written.
// Bounded by its size (at most 500 by 200); nothing that scrolls out is kept.

import type { Cell, Pen } from "./cells.ts";
import { BLANK, drawable, PLAIN, widthOf } from "./cells.ts";

const MAX_COLUMNS = 500;
const MAX_ROWS = 200;
/** Combining marks stacked on one cell, in UTF-16 units. */
const MAX_CELL_TEXT = 8;

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** A screen. Rows are replaced when they change, so an unchanged row is the same array as before. */
export class Screen {
  readonly columns: number;
  readonly height: number;
  pen: Pen = PLAIN;
  x = 0;
  y = 0;
  top = 0;
  bottom: number;
  wraps = true;
  /** Cells and rows touched so far: what a caller budgets by. */
  work = 0;
  #rows: (readonly Cell[])[];
  /** Rows that nobody else has seen yet: they may be written in place. */
  #owned = new WeakSet<readonly Cell[]>();
  /** The untouched row last made, shared by all that are erased with the same background. */
  #blanks: { readonly bg: number; readonly row: readonly Cell[] } | undefined;
  /** The last column was written and the next character wraps first. */
  #pendingWrap = false;

  constructor(columns: number, height: number) {
    this.columns = clamp(columns, 1, MAX_COLUMNS);
    this.height = clamp(height, 1, MAX_ROWS);
    this.bottom = this.height - 1;
    this.#rows = Array.from({ length: this.height }, () => this.#blankRow());
  }

  get rows(): readonly (readonly Cell[])[] {
    this.#owned = new WeakSet();
    return [...this.#rows];
  }

  /** An independent copy; rows are shared because they are never changed in place. */
  clone(): Screen {
    const copy = new Screen(this.columns, this.height);
    Object.assign(copy, {
      pen: this.pen,
      x: this.x,
      y: this.y,
      top: this.top,
      bottom: this.bottom,
      wraps: this.wraps,
      work: this.work,
    });
    copy.#rows = [...this.rows];
    copy.#pendingWrap = this.#pendingWrap;
    return copy;
  }

  /** A screen of another size holding the same top-left part, with the cursor kept on it. */
  resized(columns: number, height: number): Screen {
    const next = new Screen(columns, height);
    const skip = Math.max(0, this.y - next.height + 1);
    next.#rows = next.#rows.map((row, y) => {
      const old = this.#rows[y + skip];
      return old ? row.map((blank, x) => old[x] ?? blank) : row;
    });
    next.pen = this.pen;
    next.wraps = this.wraps;
    next.work = this.work + next.columns * next.height;
    next.moveTo(this.x, this.y - skip);
    return next;
  }

  print(codePoint: number): void {
    this.work++;
    const width = widthOf(codePoint);
    if (width === 0) {
      this.#combine(codePoint);
      return;
    }
    if (this.#pendingWrap && this.wraps) this.newLine(true);
    if (width === 2 && this.x === this.columns - 1 && this.wraps && this.columns > 1) this.newLine(true);
    const row = this.#edit(this.y);
    row[this.x] = { text: drawable(codePoint), pen: this.pen };
    if (width === 2 && this.x + 1 < this.columns) row[this.x + 1] = { text: "", pen: this.pen };
    const next = this.x + width;
    this.#pendingWrap = next >= this.columns;
    this.x = Math.min(next, this.columns - 1);
  }

  /** Moves within the screen. */
  moveTo(x: number, y: number): void {
    this.x = clamp(x, 0, this.columns - 1);
    this.y = clamp(y, 0, this.height - 1);
    this.#pendingWrap = false;
  }

  /** Moves up or down, stopping at the scroll region when it starts inside. */
  moveRows(by: number): void {
    const inside = this.y >= this.top && this.y <= this.bottom;
    const low = inside ? this.top : 0;
    const high = inside ? this.bottom : this.height - 1;
    this.moveTo(this.x, clamp(this.y + by, low, high));
  }

  /** Down one row, scrolling at the region's bottom. */
  newLine(toStart: boolean): void {
    const x = toStart ? 0 : this.x;
    if (this.y === this.bottom) this.scrollUp(1);
    else if (this.y < this.height - 1) this.y++;
    this.moveTo(x, this.y);
  }

  reverseLine(): void {
    if (this.y === this.top) this.scrollDown(1);
    else if (this.y > 0) this.y--;
    this.moveTo(this.x, this.y);
  }

  scrollUp(count: number, from = this.top): void {
    this.#shift(from, count);
  }

  scrollDown(count: number, from = this.top): void {
    this.#shift(from, -count);
  }

  /** Erases part of the cursor's row: 0 to its end, 1 from its start, 2 all. */
  eraseLine(mode: number): void {
    const from = mode === 0 ? this.x : 0;
    const to = mode === 1 ? this.x : this.columns - 1;
    this.#erase(this.y, from, to);
    this.#pendingWrap = false;
  }

  /** Erases part of the screen, with the same modes as {@link eraseLine}. */
  eraseScreen(mode: number): void {
    this.work += this.height;
    if (mode < 2) this.eraseLine(mode);
    const from = mode === 0 ? this.y + 1 : 0;
    const to = mode === 1 ? this.y - 1 : this.height - 1;
    for (let y = from; y <= to; y++) this.#rows[y] = this.#blankRow();
  }

  eraseChars(count: number): void {
    this.#erase(this.y, this.x, Math.min(this.columns, this.x + count) - 1);
  }

  insertChars(count: number): void {
    this.work += this.columns;
    const row = this.#edit(this.y);
    const fresh = Array.from({ length: Math.min(count, this.columns - this.x) }, () => this.#blank());
    row.splice(this.x, 0, ...fresh);
    row.length = this.columns;
  }

  deleteChars(count: number): void {
    this.work += this.columns;
    const row = this.#edit(this.y);
    row.splice(this.x, count);
    while (row.length < this.columns) row.push(this.#blank());
  }

  insertLines(count: number): void {
    if (this.y >= this.top && this.y <= this.bottom) this.scrollDown(count, this.y);
  }

  deleteLines(count: number): void {
    if (this.y >= this.top && this.y <= this.bottom) this.scrollUp(count, this.y);
  }

  fill(char: string): void {
    this.work += this.height * this.columns;
    this.#rows = this.#rows.map(() =>
      Array.from({ length: this.columns }, () => ({ text: char, pen: PLAIN })),
    );
  }

  #combine(codePoint: number): void {
    let x = this.#pendingWrap ? this.x : this.x - 1;
    if (x > 0 && this.#rows[this.y]?.[x]?.text === "") x--;
    const cell = this.#rows[this.y]?.[x];
    if (!cell || cell.text.length >= MAX_CELL_TEXT) return;
    this.#edit(this.y)[x] = { text: cell.text + String.fromCodePoint(codePoint), pen: cell.pen };
  }

  #shift(from: number, by: number): void {
    this.work += this.height;
    const span = this.bottom - from + 1;
    const count = clamp(Math.abs(by), 0, span);
    const fresh = Array.from({ length: count }, () => this.#blankRow());
    const part = this.#rows.slice(from, this.bottom + 1);
    const moved = by > 0 ? [...part.slice(count), ...fresh] : [...fresh, ...part.slice(0, span - count)];
    this.#rows.splice(from, span, ...moved);
  }

  #erase(y: number, from: number, to: number): void {
    this.work += Math.max(0, to - from);
    const row = this.#edit(y);
    for (let x = from; x <= to; x++) row[x] = this.#blank();
  }

  /** Erased cells take the pen's background, as xterm and the Linux console do. */
  #blank(): Cell {
    return this.pen.bg === -1 ? BLANK : { text: " ", pen: { ...PLAIN, bg: this.pen.bg } };
  }

  #blankRow(): readonly Cell[] {
    const { bg } = this.pen;
    if (this.#blanks?.bg !== bg)
      this.#blanks = { bg, row: new Array<Cell>(this.columns).fill(this.#blank()) };
    return this.#blanks.row;
  }

  #edit(y: number): Cell[] {
    const row = this.#rows[y] ?? this.#blankRow();
    if (this.#owned.has(row)) return row as Cell[];
    const copy = [...row];
    this.work += this.columns;
    this.#owned.add(copy);
    this.#rows[y] = copy;
    return copy;
  }
}
