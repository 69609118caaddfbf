// Arguments as text: the inline command line split as the server splits it, and arguments printed as MONITOR prints them.
// Works on binary strings (one character per byte); linear in its input.

const SPACE = new Set([" ", "\t", "\n", "\v", "\f", "\r", "\0"]);
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["b", "\b"],
  ["a", "\x07"],
]);

interface Piece {
  readonly text: string;
  /** Index behind the closing quote. */
  readonly end: number;
}

/** The quoted text that begins behind `start`, or null when it is not closed properly. */
function readQuoted(line: string, start: number): Piece | null {
  const quote = line.charAt(start);
  const parts: string[] = [];
  for (let at = start + 1; at < line.length; at++) {
    const char = line.charAt(at);
    if (char === quote) {
      const next = line.charAt(at + 1);
      return next === "" || SPACE.has(next) ? { text: parts.join(""), end: at + 1 } : null;
    }
    if (char !== "\\" || at + 1 >= line.length) {
      parts.push(char);
      continue;
    }
    const next = line.charAt(at + 1);
    if (quote === "'") {
      parts.push(next === "'" ? "'" : "\\");
      if (next === "'") at++;
      continue;
    }
    const hex = next === "x" ? line.slice(at + 2, at + 4) : "";
    if (/^[0-9a-fA-F]{2}$/.test(hex)) {
      parts.push(String.fromCharCode(Number.parseInt(hex, 16)));
      at += 3;
      continue;
    }
    parts.push(ESCAPES.get(next) ?? next);
    at++;
  }
  return null;
}

/** Splits an inline command as the server does (quotes, `\xHH`, `\n` …); null on unbalanced quotes. */
export function splitInline(line: string): string[] | null {
  const args: string[] = [];
  let at = 0;
  for (;;) {
    while (at < line.length && SPACE.has(line.charAt(at))) at++;
    if (at >= line.length) return args;
    const parts: string[] = [];
    while (at < line.length && !SPACE.has(line.charAt(at))) {
      const char = line.charAt(at);
      if (char !== '"' && char !== "'") {
        parts.push(char);
        at++;
        continue;
      }
      const quoted = readQuoted(line, at);
      if (!quoted) return null;
      parts.push(quoted.text);
      at = quoted.end;
      break;
    }
    args.push(parts.join(""));
  }
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ["\\", "\\\\"],
  ['"', '\\"'],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\x07", "\\a"],
  ["\b", "\\b"],
]);

/** A double-quoted argument with everything unprintable escaped, as in MONITOR and the slow log. */
export function quoteArgument(text: string): string {
  const body = text.replace(/[^ !#-[\]-~]/g, (char) => {
    return NAMED.get(char) ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return `"${body}"`;
}

/** A command as one readable line: plain words bare, the rest quoted. */
export function formatCommand(args: readonly string[]): string {
  return args.map((arg) => (/^[!#-&(-[\]-~]+$/.test(arg) ? arg : quoteArgument(arg))).join(" ");
}
