// A request target to the path it names: percent-decoding, `.` and `..`, doubled slashes, query and fragment, as nginx does.
// Touches no file system; the result is a byte string that starts with a slash and never leaves the root.

import { hexValue } from "../../characters.ts";

/** A target taken apart. `query` excludes the question mark; undefined when there was none. */
export interface ParsedTarget {
  readonly path: string;
  readonly query: string | undefined;
}

interface Piece {
  readonly char: string;
  /** It came as %XX: then it can't begin a query or fragment. */
  readonly quoted: boolean;
}

function pieceAt(target: string, at: number): { piece: Piece; next: number } | undefined {
  if (target[at] !== "%") return { piece: { char: target[at] as string, quoted: false }, next: at + 1 };
  const high = hexValue(target.charCodeAt(at + 1));
  const low = hexValue(target.charCodeAt(at + 2));
  if (high < 0 || low < 0 || Number.isNaN(high) || Number.isNaN(low)) return undefined;
  const code = high * 16 + low;
  if (code === 0) return undefined;
  return { piece: { char: String.fromCharCode(code), quoted: true }, next: at + 3 };
}

/** Applies one finished segment to the path; false when it climbs above the root. */
function applySegment(segments: string[], segment: string, last: boolean): boolean {
  if (segment === "..") {
    if (segments.length === 0) return false;
    segments.pop();
    if (last) segments.push("");
    return true;
  }
  if (segment === "." || segment === "") {
    if (last) segments.push("");
    return true;
  }
  segments.push(segment);
  return true;
}

/** Parses a target that starts with `/`. Undefined when nginx refuses it (400). */
export function parseTarget(target: string): ParsedTarget | undefined {
  const segments: string[] = [];
  let segment = "";
  let at = 1;
  while (at < target.length) {
    const step = pieceAt(target, at);
    if (!step) return undefined;
    const { char, quoted } = step.piece;
    if (!quoted && (char === "?" || char === "#")) break;
    at = step.next;
    if (char !== "/") {
      segment += char;
      continue;
    }
    if (!applySegment(segments, segment, false)) return undefined;
    segment = "";
  }
  if (!applySegment(segments, segment, true)) return undefined;
  return { path: `/${segments.join("/")}`, query: queryOf(target, at) };
}

function queryOf(target: string, at: number): string | undefined {
  if (target[at] !== "?") return undefined;
  const hash = target.indexOf("#", at);
  return target.slice(at + 1, hash < 0 ? undefined : hash);
}

/** The host of a Host header or absolute target in lower case without port, or undefined when nginx refuses it. */
export function validateHost(value: string): string | undefined {
  if (value.includes("..")) return undefined;
  let end = value.length;
  if (value.startsWith("[")) {
    const close = value.indexOf("]");
    // nginx takes a literal that never closes as it stands.
    if (close >= 0) end = close + 1;
  } else if (value.includes(":")) end = value.indexOf(":");
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code <= 32 || code === 127 || code === 47) return undefined;
  }
  const host = value.slice(0, end).replace(/\.$/, "").toLowerCase();
  return host === "" ? undefined : host;
}
