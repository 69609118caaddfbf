// The nearest name to a mistyped one, for error messages.

/** Edits between two short words (Damerau–Levenshtein, adjacent transpositions; Damerau 1964). */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      const crossed = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (crossed) best = Math.min(best, (before[j - 2] ?? 0) + 1);
      next.push(best);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The candidate nearest to `word`, or undefined when none is near (more than a third of its letters off, at least 2). */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const short = word.slice(0, 64);
  const ranked = candidates
    .map((name) => ({ name, distance: editDistance(short, name) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  if (!best) return undefined;
  const starts = candidates.find((name) => short.length >= 2 && name.startsWith(short));
  if (starts) return starts;
  return best.distance <= Math.max(2, Math.floor(short.length / 3)) ? best.name : undefined;
}

/** ` Did you mean "x"?`, or nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const name = nearest(word, candidates);
  return name === undefined ? "" : ` Did you mean "${name}"?`;
}
