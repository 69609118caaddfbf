// Characters to substitutions: what a dollar or a backquote opens.
// Throws SyntaxFault and nothing else; nesting is counted by the scanner.

import { SyntaxFault } from "../run/flow.ts";
import type { Part, Word } from "./ast.ts";
import { SPECIAL_PARAMETERS, scanParameter } from "./parameter-scanner.ts";
import type { Scanner } from "./scanner.ts";

/** After a backquote. */
export function scanBackquote(scan: Scanner, parts: Part[], quoted: boolean): void {
  let inner = "";
  const start = scan.line;
  for (;;) {
    if (scan.ended) throw new SyntaxFault(null, start, { quote: "`" });
    const char = scan.next();
    if (char === "`") break;
    if (
      char === "\\" &&
      (scan.peek() === "`" || scan.peek() === "\\" || scan.peek() === "$" || (quoted && scan.peek() === '"'))
    ) {
      inner += scan.next();
    } else inner += char;
  }
  const inside = scan.inside(inner);
  parts.push({ kind: "command", body: inside.descend(() => inside.list(null)), quoted });
}

/** After `$`. */
export function scanDollar(scan: Scanner, parts: Part[], quoted: boolean): void {
  if (scan.looking("((")) {
    const arith = scanArith(scan);
    if (arith) {
      parts.push({ kind: "arith", expression: arith, quoted });
      return;
    }
  }
  const char = scan.peek();
  if (char === "(") {
    scan.next();
    const body = scan.descend(() => scan.list(")"));
    parts.push({ kind: "command", body, quoted });
  } else if (char === "{") {
    scan.next();
    parts.push(scan.descend(() => scanParameter(scan, quoted)));
  } else if (char !== "" && SPECIAL_PARAMETERS.includes(char)) {
    scan.next();
    parts.push({ kind: "param", name: char, op: null, quoted });
  } else if (/[A-Za-z_]/.test(char)) {
    parts.push({ kind: "param", name: scan.name(), op: null, quoted });
  } else scan.text(parts, "$", quoted);
}

/** `((…))` as a word, or null (and no move) when it is not balanced that way. */
export function scanArith(scan: Scanner): Word | null {
  const from = scan.at;
  const line = scan.line;
  let depth = 0;
  let at = scan.at;
  for (; at < scan.source.length; at++) {
    const char = scan.source.charAt(at);
    if (char === "(") depth++;
    else if (char === ")" && --depth === 0) break;
  }
  if (depth !== 0 || scan.source.charAt(at - 1) !== ")" || at - from < 4) return null;
  const inner = scan.inside(scan.source.slice(from + 2, at - 1));
  const parts: Part[] = [];
  inner.descend(() => {
    while (!inner.ended) inner.quotedPiece(parts, inner.next(), "$`\\");
  });
  scan.at = at + 1;
  scan.line = line + inner.line - 1;
  return parts;
}
