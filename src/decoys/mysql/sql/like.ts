// LIKE: % and _ with backslash, without case, never backtracking further than the last %.

/** What a match may spend: the statement's own steps. */
interface Spender {
  steps: number;
}

/** True when the whole text fits the pattern. Gives up, unmatched, when the steps are spent. */
export function globMatches(pattern: string, text: string, spender: Spender): boolean {
  const [wanted, given] = [pattern.toLowerCase(), text.toLowerCase()];
  let p = 0;
  let t = 0;
  let anyAt = -1;
  let anyText = 0;
  while (t < given.length) {
    if (spender.steps-- <= 0) return false;
    const token = wanted.charAt(p);
    if (token === "%") {
      anyAt = p++;
      anyText = t;
      continue;
    }
    const literal = token === "\\" && p + 1 < wanted.length ? p + 1 : p;
    if (
      p < wanted.length &&
      ((token === "_" && literal === p) || wanted.charAt(literal) === given.charAt(t))
    ) {
      p = literal + 1;
      t++;
      continue;
    }
    if (anyAt < 0) return false;
    p = anyAt + 1;
    t = ++anyText;
  }
  while (wanted.charAt(p) === "%") p++;
  return p >= wanted.length;
}
