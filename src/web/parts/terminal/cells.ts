// The cell of a terminal screen, its pen, and the width of a character.
// Refuses to keep characters that would act on the page: those become a visible stand-in.

/** -1 is the default colour, 0…255 the palette, 0x1000000 + RGB a direct colour. */
export type Colour = number;

/** How a cell is drawn. Immutable; pens are replaced, never changed. */
export interface Pen {
  readonly fg: Colour;
  readonly bg: Colour;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
  readonly strike: boolean;
}

/** The pen of an untouched cell. */
export const PLAIN: Pen = Object.freeze({
  fg: -1,
  bg: -1,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
  strike: false,
});

/** One cell. `text` is empty for the right half of a wide character. */
export interface Cell {
  readonly text: string;
  readonly pen: Pen;
}

/** An untouched cell. */
export const BLANK: Cell = Object.freeze({ text: " ", pen: PLAIN });

const COMBINING = /^\p{M}$/u;
const ACTING = /^[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]$/u;
/** Emoji presentation and the wide blocks of Unicode's EastAsianWidth.txt, in broad ranges. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

/** Columns that a code point takes: 0 for a combining mark, 2 for a wide one. */
export function widthOf(codePoint: number): 0 | 1 | 2 {
  if (codePoint < 0x300) return 1;
  if (COMBINING.test(String.fromCodePoint(codePoint))) return 0;
  return WIDE.some(([from, to]) => codePoint >= from && codePoint <= to) ? 2 : 1;
}

/** The character to draw; direction marks, lone surrogates and their like become U+FFFD. */
export function drawable(codePoint: number): string {
  if (codePoint < 0x7f) return String.fromCodePoint(codePoint);
  const char = String.fromCodePoint(codePoint);
  return ACTING.test(char) ? "\ufffd" : char;
}

function extendedColour(params: readonly number[], at: number): { colour: Colour | undefined; used: number } {
  const mode = params[at + 1];
  if (mode === 5) {
    const index = params[at + 2] ?? -1;
    return { colour: index >= 0 && index < 256 ? index : undefined, used: 2 };
  }
  if (mode !== 2) return { colour: undefined, used: 1 };
  const [r = 0, g = 0, b = 0] = params.slice(at + 2, at + 5).map((part) => Math.min(255, Math.max(0, part)));
  return { colour: 0x1000000 + r * 65_536 + g * 256 + b, used: 4 };
}

const flags = new Map<number, Partial<Pen>>([
  [1, { bold: true }],
  [2, { dim: true }],
  [3, { italic: true }],
  [4, { underline: true }],
  [7, { inverse: true }],
  [9, { strike: true }],
  [21, { underline: true }],
  [22, { bold: false, dim: false }],
  [23, { italic: false }],
  [24, { underline: false }],
  [27, { inverse: false }],
  [29, { strike: false }],
  [39, { fg: -1 }],
  [49, { bg: -1 }],
]);

function simple(code: number): Partial<Pen> {
  if (code >= 30 && code <= 37) return { fg: code - 30 };
  if (code >= 40 && code <= 47) return { bg: code - 40 };
  if (code >= 90 && code <= 97) return { fg: code - 82 };
  if (code >= 100 && code <= 107) return { bg: code - 92 };
  return flags.get(code) ?? {};
}

/** The pen after SGR (ECMA-48 8.3.117 and the usual colour extensions). */
export function applySgr(pen: Pen, params: readonly number[]): Pen {
  if (params.length === 0) return PLAIN;
  let next = pen;
  for (let at = 0; at < params.length; at++) {
    const code = Math.max(0, params[at] ?? 0);
    if (code === 0) next = PLAIN;
    else if (code === 38 || code === 48) {
      const { colour, used } = extendedColour(params, at);
      if (colour !== undefined) next = code === 38 ? { ...next, fg: colour } : { ...next, bg: colour };
      at += used;
    } else next = { ...next, ...simple(code) };
  }
  return next;
}
