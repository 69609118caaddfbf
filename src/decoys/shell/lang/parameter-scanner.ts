// Characters to `${…}`: the name, the subscript and the operator.
// Throws SyntaxFault and nothing else; a form without meaning becomes a part that says so when it is expanded.

import { SyntaxFault } from "../run/flow.ts";
import type { ParamOp, Part, Subscript, Word } from "./ast.ts";
import type { Scanner } from "./scanner.ts";

/** Parameters of one character. */
export const SPECIAL_PARAMETERS = "@*#?-$!0123456789";

/** After `${`. */
export function scanParameter(scanner: Scanner, quoted: boolean): Part {
  const start = scanner.at;
  const length = scanner.peek() === "#" && /[A-Za-z0-9_@*?$!-]/.test(scanner.peek(1));
  if (length) scanner.next();
  const indirect = scanner.bash && !length && scanner.peek() === "!" && /[A-Za-z_]/.test(scanner.peek(1));
  if (indirect) scanner.next();
  const special = scanner.peek();
  const name = /[A-Za-z_]/.test(special)
    ? scanner.name()
    : /[0-9]/.test(special)
      ? scanner.name()
      : SPECIAL_PARAMETERS.includes(special) && special !== ""
        ? scanner.next()
        : "";
  const index =
    scanner.bash && /^[A-Za-z_]/.test(name) && scanner.peek() === "[" ? subscript(scanner) : undefined;
  const op = name === "" ? undefined : length ? ({ kind: "length" } as const) : paramOp(scanner, quoted);
  if (op !== undefined && scanner.peek() === "}") {
    scanner.next();
    const more = { ...(index === undefined ? {} : { index }), ...(indirect ? { indirect } : {}) };
    return { kind: "param", name, op, quoted, ...more };
  }
  for (let open = 1; ; ) {
    if (scanner.ended) throw new SyntaxFault(null, scanner.line, { quote: "}" });
    const char = scanner.next();
    if (char === "{") open++;
    else if (char === "}" && --open === 0) break;
  }
  return { kind: "bad", text: `\${${scanner.source.slice(start, scanner.at)}`, quoted };
}

/** `[…]` of an array, at its bracket. */
function subscript(scanner: Scanner): Subscript {
  scanner.next();
  const all = scanner.peek();
  if ((all === "@" || all === "*") && scanner.peek(1) === "]") {
    scanner.next();
    scanner.next();
    return all;
  }
  const index = operand(scanner, "]", false);
  scanner.next();
  return index;
}

/** The operator of `${name…}`; undefined for one that is none. */
function paramOp(scanner: Scanner, quoted: boolean): ParamOp | null | undefined {
  const char = scanner.peek();
  if (char === "}") return null;
  const colon = char === ":" && "-=?+".includes(scanner.peek(1)) && scanner.peek(1) !== "";
  if (colon) scanner.next();
  const op = scanner.peek();
  const kinds = { "-": "default", "=": "assign", "?": "error", "+": "alternative" } as const;
  if (op === "-" || op === "=" || op === "?" || op === "+") {
    scanner.next();
    return { kind: kinds[op], colon, word: operand(scanner, "}", quoted) };
  }
  if (op === "#" || op === "%") {
    scanner.next();
    const twice = scanner.peek() === op;
    if (twice) scanner.next();
    return {
      kind: "trim",
      op: (twice ? op + op : op) as "#" | "##" | "%" | "%%",
      pattern: operand(scanner, "}", false),
    };
  }
  if (op === ":") {
    scanner.next();
    const offset = operand(scanner, ":}", quoted);
    const more = scanner.peek() === ":";
    if (more) scanner.next();
    return { kind: "substring", offset, length: more ? operand(scanner, "}", quoted) : null };
  }
  if (op === "/") return replaceOp(scanner, quoted);
  if (scanner.bash && (op === "^" || op === ",")) {
    scanner.next();
    const twice = scanner.peek() === op;
    if (twice) scanner.next();
    return { kind: "case", op: (twice ? op + op : op) as "^" | "^^" | "," | ",," };
  }
  return undefined;
}

function replaceOp(scanner: Scanner, quoted: boolean): ParamOp {
  scanner.next();
  const all = scanner.peek() === "/";
  const anchor = scanner.peek() === "#" || scanner.peek() === "%" ? (scanner.peek() as "#" | "%") : "";
  if (all || anchor !== "") scanner.next();
  const pattern = operand(scanner, "/}", false);
  const more = scanner.peek() === "/";
  if (more) scanner.next();
  return { kind: "replace", all, anchor, pattern, by: more ? operand(scanner, "}", quoted) : [] };
}

/** A word inside `${}` up to one of `stops` (not taken). */
function operand(scanner: Scanner, stops: string, quoted: boolean): Word {
  const parts: Part[] = [];
  while (!stops.includes(scanner.peek())) {
    if (scanner.ended) throw new SyntaxFault(null, scanner.line, { quote: "}" });
    if (quoted) {
      const char = scanner.next();
      if (char === '"') scanner.doubleQuoted(parts);
      else scanner.quotedPiece(parts, char, '$`"\\}');
    } else scanner.piece(parts, false);
  }
  if (scanner.ended) throw new SyntaxFault(null, scanner.line, { quote: "}" });
  return parts;
}
