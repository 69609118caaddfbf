// Questions about words. Pure.

import type { Word } from "./ast.ts";

/** The text of a word that holds nothing but unquoted text, or null. */
export function literal(word: Word): string | null {
  const [only] = word;
  return word.length === 1 && only?.kind === "text" && !only.quoted ? only.text : null;
}
