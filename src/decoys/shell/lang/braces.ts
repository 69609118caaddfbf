// Brace expansion of bash: {a,b} and {1..9}. Bounded in what it makes.

import type { Part, Word } from "./ast.ts";

const MOST_WORDS = 4096;

type Item = { readonly char: string } | { readonly part: Part };

function explode(word: Word): Item[] {
  return word.flatMap((part): Item[] =>
    part.kind === "text" && !part.quoted ? [...part.text].map((char) => ({ char })) : [{ part }],
  );
}

function assemble(items: readonly Item[]): Word {
  const parts: Part[] = [];
  for (const item of items) {
    const last = parts.at(-1);
    if ("part" in item) parts.push(item.part);
    else if (last?.kind === "text" && !last.quoted)
      parts[parts.length - 1] = { ...last, text: last.text + item.char };
    else parts.push({ kind: "text", text: item.char, quoted: false });
  }
  return parts;
}

const charAt = (items: readonly Item[], i: number): string => {
  const item = items[i];
  return item && "char" in item ? item.char : "";
};

/** Alternatives of the brace that opens at `open`, and where it closes; null when it is none. */
function alternatives(items: readonly Item[], open: number): { close: number; choices: Item[][] } | null {
  let depth = 0;
  const cuts = [open];
  for (let i = open; i < items.length; i++) {
    const char = charAt(items, i);
    if (char === "{") depth++;
    else if (char === "," && depth === 1) cuts.push(i);
    else if (char === "}" && --depth === 0) {
      if (cuts.length > 1) {
        cuts.push(i);
        return {
          close: i,
          choices: cuts.slice(1).map((cut, n) => items.slice((cuts[n] as number) + 1, cut)),
        };
      }
      const choices = range(items.slice(open + 1, i));
      return choices ? { close: i, choices } : null;
    }
  }
  return null;
}

function range(inner: readonly Item[]): Item[][] | null {
  if (inner.length > 48 || inner.some((item) => "part" in item)) return null;
  const text = inner.map((item) => ("char" in item ? item.char : "")).join("");
  const numbers = /^(-?\d{1,9})\.\.(-?\d{1,9})(?:\.\.(-?\d{1,9}))?$/.exec(text);
  const letters = /^([A-Za-z])\.\.([A-Za-z])$/.exec(text);
  const toItems = (value: string): Item[] => [...value].map((char) => ({ char }));
  if (letters?.[1] && letters[2]) {
    const [from, to] = [letters[1].charCodeAt(0), letters[2].charCodeAt(0)];
    return count(from, to, 1).map((code) => toItems(String.fromCharCode(code)));
  }
  if (!numbers?.[1] || !numbers[2]) return null;
  const padded = [numbers[1], numbers[2]].some((n) => /^-?0\d/.test(n));
  const width = padded ? Math.max(numbers[1].length, numbers[2].length) : 0;
  const values = count(Number(numbers[1]), Number(numbers[2]), Math.abs(Number(numbers[3] ?? 1)) || 1);
  return values.map((n) =>
    toItems(n < 0 ? `-${String(-n).padStart(width - 1, "0")}` : String(n).padStart(width, "0")),
  );
}

function count(from: number, to: number, step: number): number[] {
  const length = Math.min(MOST_WORDS, Math.floor(Math.abs(to - from) / step) + 1);
  return Array.from({ length }, (_, i) => from + (to >= from ? i : -i) * step);
}

/** The words that a word with braces stands for, at most 4096. */
export function expandBraces(word: Word): readonly Word[] {
  if (!word.some((part) => part.kind === "text" && !part.quoted && part.text.includes("{"))) return [word];
  let todo = [explode(word)];
  const done: Item[][] = [];
  for (let rounds = 0; todo.length > 0 && rounds < MOST_WORDS * 2; rounds++) {
    const items = todo.shift() as Item[];
    let split: Item[][] | null = null;
    for (let i = 0; i < items.length && !split; i++) {
      if (charAt(items, i) !== "{") continue;
      const found = alternatives(items, i);
      if (!found) continue;
      const [before, after] = [items.slice(0, i), items.slice(found.close + 1)];
      split = found.choices.map((choice) => [...before, ...choice, ...after]);
    }
    if (split) todo = [...split, ...todo].slice(0, MOST_WORDS);
    else done.push(items);
  }
  return [...done, ...todo].slice(0, MOST_WORDS).map(assemble);
}
