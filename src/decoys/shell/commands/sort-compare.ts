// How two keys of sort compare: as text, numbers, sizes, months or versions. Pure.

import type { ByteString } from "../shell.ts";

/** What a key is taken for. */
export interface SortKind {
  readonly by: "text" | "number" | "float" | "size" | "version" | "month";
  /** Upper and lower case are one. */
  readonly fold: boolean;
  /** Only blanks, letters and digits count. */
  readonly words: boolean;
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const SUFFIXES = "KMGTPEZY";

const sign = (order: number): number => (order < 0 ? -1 : order > 0 ? 1 : 0);

/** The leading number of a text as `-n` reads it: no exponent, no plus. */
const number = (text: ByteString): number =>
  Number(/^[ \t]*(-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))/.exec(text.slice(0, 400))?.[1] ?? 0);

/** A size first counts by its suffix, then by its figure. */
function size(text: ByteString): readonly [number, number] {
  const match = /^[ \t]*-?[0-9.]*([KMGTPEZYk]?)/.exec(text.slice(0, 400));
  const value = number(text);
  const rank = SUFFIXES.indexOf((match?.[1] ?? "").toUpperCase() || " ") + 1;
  return [value === 0 ? 0 : Math.sign(value) * rank, value];
}

function compareVersions(a: ByteString, b: ByteString): number {
  const cut = (text: ByteString): readonly string[] => text.slice(0, 1024).match(/[0-9]+|[^0-9]+/g) ?? [];
  const [left, right] = [cut(a), cut(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x = "", y = ""] = [left[i], right[i]];
    if (x === y) continue;
    if (/^[0-9]/.test(x) && /^[0-9]/.test(y)) {
      const order = sign(Number(x) - Number(y));
      if (order !== 0) return order;
    } else return x < y ? -1 : 1;
  }
  return 0;
}

function plain(kind: SortKind, text: ByteString): ByteString {
  const words = kind.words ? text.replace(/[^ \tA-Za-z0-9]/g, "") : text;
  return kind.fold ? words.replace(/[a-z]/g, (letter) => letter.toUpperCase()) : words;
}

/** Less than, equal to or greater than zero. */
export function compareAs(kind: SortKind, a: ByteString, b: ByteString): number {
  switch (kind.by) {
    case "number":
      return sign(number(a) - number(b));
    case "float":
      return sign((Number.parseFloat(a) || 0) - (Number.parseFloat(b) || 0));
    case "size": {
      const [x, y] = [size(a), size(b)];
      return sign(x[0] - y[0] || x[1] - y[1]);
    }
    case "month":
      return sign(
        MONTHS.indexOf(a.trim().slice(0, 3).toUpperCase()) -
          MONTHS.indexOf(b.trim().slice(0, 3).toUpperCase()),
      );
    case "version":
      return compareVersions(a, b);
    default: {
      const [x, y] = [plain(kind, a), plain(kind, b)];
      return x < y ? -1 : x > y ? 1 : 0;
    }
  }
}
