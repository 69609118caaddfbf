// Patterns of the shell: matching, and expansion to paths. Matching is linear with one restart point per star,
// so no pattern makes it run away.

import type { Budget } from "../run/budget.ts";
import type { ByteString } from "../shell.ts";
import type { FsView } from "../vfs/view.ts";

type Token =
  | { readonly kind: "char"; readonly char: string }
  | { readonly kind: "any" }
  | { readonly kind: "star" }
  | { readonly kind: "set"; readonly negated: boolean; readonly has: (char: string) => boolean };

const CLASSES = new Map<string, RegExp>([
  ["alpha", /[A-Za-z]/],
  ["digit", /[0-9]/],
  ["alnum", /[A-Za-z0-9]/],
  ["upper", /[A-Z]/],
  ["lower", /[a-z]/],
  ["space", /\s/],
  ["blank", /[ \t]/],
  ["punct", /[!-/:-@[-`{-~]/],
  ["xdigit", /[0-9A-Fa-f]/],
  ["print", /[ -~]/],
]);

/** Escapes text so that a pattern matches it literally. */
export function escapeGlob(text: ByteString): ByteString {
  return text.replace(/[\\*?[\]]/g, "\\$&");
}

/** Whether a pattern has an unescaped special character. */
export function hasGlob(pattern: ByteString): boolean {
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i);
    if (char === "\\") i++;
    else if (char === "*" || char === "?" || (char === "[" && pattern.indexOf("]", i + 2) > 0)) return true;
  }
  return false;
}

/** The text that a pattern without special characters stands for. */
export function unescapeGlob(pattern: ByteString): ByteString {
  return pattern.replace(/\\([\s\S])/g, "$1");
}

function parseSet(pattern: ByteString, start: number): { token: Token; end: number } | null {
  let at = start + 1;
  const negated = pattern.charAt(at) === "!" || pattern.charAt(at) === "^";
  if (negated) at++;
  const tests: ((char: string) => boolean)[] = [];
  for (let first = true; ; first = false) {
    let char = pattern.charAt(at);
    if (char === "") return null;
    if (char === "]" && !first) break;
    const named = char === "[" ? /^\[:([a-z]{1,8}):\]/.exec(pattern.slice(at, at + 12)) : null;
    const known = named?.[1] ? CLASSES.get(named[1]) : undefined;
    if (named && known) {
      tests.push((c) => known.test(c));
      at += named[0].length;
      continue;
    }
    if (char === "\\") char = pattern.charAt(++at);
    const to = pattern.charAt(at + 2);
    if (pattern.charAt(at + 1) === "-" && to !== "]" && to !== "") {
      const from = char;
      tests.push((c) => c >= from && c <= to);
      at += 3;
    } else {
      const only = char;
      tests.push((c) => c === only);
      at++;
    }
  }
  return { token: { kind: "set", negated, has: (char) => tests.some((test) => test(char)) }, end: at };
}

function compile(pattern: ByteString): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i);
    if (char === "*") {
      if (tokens.at(-1)?.kind !== "star") tokens.push({ kind: "star" });
    } else if (char === "?") tokens.push({ kind: "any" });
    else if (char === "\\" && i + 1 < pattern.length)
      tokens.push({ kind: "char", char: pattern.charAt(++i) });
    else if (char === "[") {
      const set = parseSet(pattern, i);
      if (set) {
        tokens.push(set.token);
        i = set.end;
      } else tokens.push({ kind: "char", char });
    } else tokens.push({ kind: "char", char });
  }
  return tokens;
}

function fits(token: Token, char: string): boolean {
  switch (token.kind) {
    case "char":
      return token.char === char;
    case "set":
      return token.has(char) !== token.negated;
    default:
      return true;
  }
}

/** A compiled pattern. */
export function globMatcher(pattern: ByteString): (text: ByteString) => boolean {
  const tokens = compile(pattern);
  return (text) => {
    let t = 0;
    let p = 0;
    let star = -1;
    let restart = 0;
    while (t < text.length) {
      const token = tokens[p];
      if (token?.kind === "star") {
        star = p++;
        restart = t;
      } else if (token && fits(token, text.charAt(t))) {
        p++;
        t++;
      } else if (star >= 0) {
        p = star + 1;
        t = ++restart;
      } else return false;
    }
    while (tokens[p]?.kind === "star") p++;
    return p === tokens.length;
  };
}

const MOST_PATHS = 4096;

/** The paths that fit a pattern, in order; empty when none does. Bounded in number and counted as steps. */
export async function expandPath(pattern: ByteString, fs: FsView, budget: Budget): Promise<ByteString[]> {
  const absolute = pattern.startsWith("/");
  let found: ByteString[] = [absolute ? "/" : ""];
  const parts = pattern.split("/").filter((part) => part !== "");
  for (const [i, part] of parts.entries()) {
    const last = i === parts.length - 1;
    const next: ByteString[] = [];
    for (const base of found) {
      await budget.step();
      const join = base === "" || base.endsWith("/") ? base : `${base}/`;
      if (!hasGlob(part)) {
        const path = join + unescapeGlob(part);
        if (fs.lstat(path).ok) next.push(path);
        continue;
      }
      const listed = fs.readdir(base === "" ? "." : base);
      if (!listed.ok) continue;
      const match = globMatcher(part);
      for (const { name, stat } of listed.value) {
        if (name.startsWith(".") && !part.startsWith(".")) continue;
        if (!last && stat.type !== "directory" && stat.type !== "symlink") continue;
        if (match(name)) next.push(join + name);
        if (next.length >= MOST_PATHS) break;
      }
    }
    found = next.slice(0, MOST_PATHS);
  }
  return pattern.endsWith("/") ? found.filter((path) => path !== "").map((path) => `${path}/`) : found;
}
