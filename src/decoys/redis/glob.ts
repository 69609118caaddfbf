// Glob patterns as KEYS, SCAN, CONFIG GET and PSUBSCRIBE take them: * ? [a-z] [^x] and backslash.
// Never backtracks further than the last star, and stops at its budget of steps, so no pattern is expensive.

/** Steps that a whole command may spend on matching. */
export interface GlobBudget {
  steps: number;
}

/** A budget of some hundredths of a second. */
export function globBudget(): GlobBudget {
  return { steps: 4_000_000 };
}

interface ClassMatch {
  readonly matched: boolean;
  /** Index of the last character of the class in the pattern. */
  readonly end: number;
}

function matchClass(pattern: string, start: number, char: string): ClassMatch {
  let at = start + 1;
  const negated = pattern.charAt(at) === "^";
  if (negated) at++;
  let matched = false;
  for (; at < pattern.length && pattern.charAt(at) !== "]"; at++) {
    if (pattern.charAt(at) === "\\" && at + 1 < pattern.length) {
      at++;
      matched ||= pattern.charAt(at) === char;
      continue;
    }
    if (pattern.charAt(at + 1) === "-" && at + 2 < pattern.length) {
      const low = pattern.charAt(at);
      const high = pattern.charAt(at + 2);
      matched ||= low <= high ? char >= low && char <= high : char >= high && char <= low;
      at += 2;
      continue;
    }
    matched ||= pattern.charAt(at) === char;
  }
  return { matched: matched !== negated, end: Math.min(at, pattern.length - 1) };
}

/** The index in the pattern behind one matched character, or -1. */
function matchOne(pattern: string, at: number, char: string): number {
  const token = pattern.charAt(at);
  if (token === "?") return at + 1;
  if (token === "[") {
    const { matched, end } = matchClass(pattern, at, char);
    return matched ? end + 1 : -1;
  }
  const literal = token === "\\" && at + 1 < pattern.length ? at + 1 : at;
  return pattern.charAt(literal) === char ? literal + 1 : -1;
}

/** True when the whole text fits. A match that exceeds the budget is none. */
export function globMatches(pattern: string, text: string, budget: GlobBudget = globBudget()): boolean {
  let p = 0;
  let t = 0;
  let starAt = -1;
  let starText = 0;
  while (t < text.length) {
    if (budget.steps-- <= 0) return false;
    if (pattern.charAt(p) === "*") {
      starAt = p++;
      starText = t;
      continue;
    }
    const next = p < pattern.length ? matchOne(pattern, p, text.charAt(t)) : -1;
    if (next >= 0) {
      p = next;
      t++;
      continue;
    }
    if (starAt < 0) return false;
    p = starAt + 1;
    t = ++starText;
  }
  while (pattern.charAt(p) === "*") p++;
  return p >= pattern.length;
}
