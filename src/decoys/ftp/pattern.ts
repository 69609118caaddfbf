// File name patterns as vsftpd's listings take them: `*`, `?` and `{a,b}`; brackets are ordinary characters. Pure.
// Bounded: braces expand to a fixed number of patterns, each matched in linear space and quadratic time at worst.

const MAX_PATTERNS = 64;

/** Expands `{a,b}` groups; what is unbalanced stays as it is. */
export function expandBraces(pattern: string): readonly string[] {
  let patterns = [""];
  let at = 0;
  while (at < pattern.length) {
    const open = pattern.indexOf("{", at);
    const close = open < 0 ? -1 : pattern.indexOf("}", open);
    if (close < 0) break;
    const before = pattern.slice(at, open);
    const choices = pattern.slice(open + 1, close).split(",", MAX_PATTERNS);
    const grown = patterns.flatMap((head) => choices.map((choice) => head + before + choice));
    patterns = grown.slice(0, MAX_PATTERNS);
    at = close + 1;
  }
  return patterns.map((head) => head + pattern.slice(at));
}

/** Whether a name matches one pattern of `*` and `?`. */
export function matchesWildcards(name: string, pattern: string): boolean {
  let n = 0;
  let p = 0;
  let star = -1;
  let resume = 0;
  while (n < name.length) {
    const char = pattern[p];
    if (char === "*") {
      star = p++;
      resume = n;
    } else if (char === "?" || char === name[n]) {
      n++;
      p++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++resume;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

/** A filter for names; an empty pattern lets everything through. */
export function createNameFilter(pattern: string): (name: string) => boolean {
  if (pattern === "") return () => true;
  const patterns = expandBraces(pattern.slice(0, 1024));
  return (name) => patterns.some((one) => matchesWildcards(name, one));
}
