// Words that are assignments: `name=value`, `name+=value`, `name[index]=value`. Pure.

import type { Assign, Word } from "./ast.ts";

/** `name=value`, `name+=value` or `name[index]=value` as an assignment. */
export function toAssign(word: Word): Assign | null {
  const [first] = word;
  if (first?.kind !== "text" || first.quoted) return null;
  const match = /^([A-Za-z_][A-Za-z0-9_]{0,255})(\+?)=/.exec(first.text);
  if (!match?.[1]) return indexed(word);
  const value = from(word, 0, match[0].length);
  return { name: match[1], value, append: match[2] === "+" };
}

/** What follows the first `skip` characters of a piece of text. */
function from(word: Word, part: number, skip: number): Word {
  const piece = word[part];
  const rest = piece?.kind === "text" ? piece.text.slice(skip) : "";
  const more = word.slice(part + 1);
  return rest === "" ? more : [{ kind: "text", text: rest, quoted: false }, ...more];
}

function indexed(word: Word): Assign | null {
  const [first] = word;
  const name = first?.kind === "text" ? /^([A-Za-z_][A-Za-z0-9_]{0,255})\[/.exec(first.text)?.[1] : undefined;
  if (name === undefined) return null;
  for (const [i, part] of word.entries()) {
    if (part.kind !== "text" || part.quoted) continue;
    const end = /\](\+?)=/.exec(part.text);
    if (!end) continue;
    const before = word.slice(0, i);
    const index = from([...before, { ...part, text: part.text.slice(0, end.index) }], 0, name.length + 1);
    if (index.length === 0) return null;
    return { name, index, value: from(word, i, end.index + end[0].length), append: end[1] === "+" };
  }
  return null;
}
