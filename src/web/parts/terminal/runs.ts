// A row of cells as runs of one look, and the look as class names and colours. Pure.

import type { Cell, Colour, Pen } from "./cells.ts";

/** Neighbouring cells that look the same; a wide character is a run of its own, so that columns stay in line. */
export interface Run {
  readonly text: string;
  readonly pen: Pen;
  readonly wide: boolean;
  readonly cursor: boolean;
}

function samePen(a: Pen, b: Pen): boolean {
  return (
    a === b ||
    (a.fg === b.fg &&
      a.bg === b.bg &&
      a.bold === b.bold &&
      a.dim === b.dim &&
      a.italic === b.italic &&
      a.underline === b.underline &&
      a.inverse === b.inverse &&
      a.strike === b.strike)
  );
}

/** Groups a row; `cursorX` is the column of the cursor or -1. */
export function runsOf(row: readonly Cell[], cursorX: number): readonly Run[] {
  const runs: Run[] = [];
  for (let x = 0; x < row.length; x++) {
    const cell = row[x];
    if (!cell || cell.text === "") continue;
    const wide = row[x + 1]?.text === "";
    const cursor = x === cursorX;
    const last = runs.at(-1);
    if (last && !wide && !cursor && !last.wide && !last.cursor && samePen(last.pen, cell.pen)) {
      runs[runs.length - 1] = { ...last, text: last.text + cell.text };
    } else runs.push({ text: cell.text, pen: cell.pen, wide, cursor });
  }
  return runs;
}

const LEVELS = [0, 95, 135, 175, 215, 255];

/** A colour beyond the sixteen named ones: the 6×6×6 cube, the grey ramp, or a direct colour. */
export function cssColour(colour: Colour): string | undefined {
  if (colour >= 0x1000000) return `#${(colour - 0x1000000).toString(16).padStart(6, "0")}`;
  if (colour < 16) return undefined;
  if (colour >= 232) {
    const grey = 8 + (colour - 232) * 10;
    return `rgb(${grey} ${grey} ${grey})`;
  }
  const index = colour - 16;
  const [r, g, b] = [Math.floor(index / 36), Math.floor(index / 6) % 6, index % 6].map(
    (level) => LEVELS[level] ?? 0,
  );
  return `rgb(${r} ${g} ${b})`;
}

/** Class names for what the style sheet knows. */
export function classesOf({ pen, wide, cursor }: Run): string {
  const names: string[] = [];
  const inverse = pen.inverse !== cursor;
  if (inverse) names.push("inverse");
  if (pen.fg >= 0 && pen.fg < 16) names.push(`fg${pen.bold && pen.fg < 8 ? pen.fg + 8 : pen.fg}`);
  if (pen.bg >= 0 && pen.bg < 16) names.push(`bg${pen.bg}`);
  if (pen.bold) names.push("bold");
  if (pen.dim) names.push("dim");
  if (pen.italic) names.push("italic");
  if (pen.underline) names.push("underline");
  if (pen.strike) names.push("strike");
  if (wide) names.push("wide");
  if (cursor) names.push("cursor");
  return names.join(" ");
}
