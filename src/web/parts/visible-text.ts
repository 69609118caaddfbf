// Attacker text for the eye: every character that could hide, reorder or imitate is spelled out.
// Makes segments, never markup; whoever draws them uses text nodes only.

import type { Captured } from "../../api/types.ts";

/** A run of plain text, or one escaped character. */
export interface Segment {
  readonly text: string;
  readonly escaped: boolean;
}

const ACTING = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/u;
const short = new Map([
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0d, "\\r"],
  [0x1b, "\\e"],
]);

function escapeChar(code: number): string {
  const known = short.get(code);
  if (known) return known;
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
}

/** Bytes of a base64 value; empty when it is not base64. */
function decodeBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch (error) {
    if (error instanceof DOMException) return new Uint8Array(0);
    throw error;
  }
}

function push(segments: Segment[], text: string, escaped: boolean): void {
  const last = segments.at(-1);
  if (last && last.escaped === escaped) segments[segments.length - 1] = { text: last.text + text, escaped };
  else segments.push({ text, escaped });
}

/** Splits text into what may be shown as it is and what is spelled out, at most `max` characters. */
export function segmentsOf(text: string, max: number): readonly Segment[] {
  const segments: Segment[] = [];
  let count = 0;
  for (const char of text) {
    if (count++ >= max) break;
    if (ACTING.test(char)) push(segments, escapeChar(char.codePointAt(0) ?? 0), true);
    else push(segments, char, false);
  }
  return segments;
}

/** Bytes that are no UTF-8: ASCII as it is, the rest as `\xNN`. */
function segmentsOfBytes(bytes: Uint8Array, max: number): readonly Segment[] {
  const segments: Segment[] = [];
  for (const byte of bytes.subarray(0, max)) {
    const plain = byte >= 0x20 && byte < 0x7f;
    push(segments, plain ? String.fromCharCode(byte) : escapeChar(byte), !plain);
  }
  return segments;
}

/** What to show of a value. */
export interface Shown {
  readonly segments: readonly Segment[];
  /** Characters or bytes that are held but not among the segments. */
  readonly more: number;
  /** Bytes that were sent but never kept. */
  readonly lost: number;
  readonly binary: boolean;
}

/** Prepares a captured value or a plain text, at most `max` characters of it. */
export function show(value: Captured | string, max: number): Shown {
  if (typeof value === "string") {
    return {
      segments: segmentsOf(value, max),
      more: Math.max(0, [...value].length - max),
      lost: 0,
      binary: false,
    };
  }
  if (value.enc === "base64") {
    const bytes = decodeBase64(value.val);
    const lost = Math.max(0, value.len - bytes.length);
    return {
      segments: segmentsOfBytes(bytes, max),
      more: Math.max(0, bytes.length - max),
      lost,
      binary: true,
    };
  }
  const kept = new TextEncoder().encode(value.val).length;
  const more = Math.max(0, [...value.val].length - max);
  return { segments: segmentsOf(value.val, max), more, lost: Math.max(0, value.len - kept), binary: false };
}

/** One line of plain text, for titles and labels. */
export function plainLine(value: Captured | string, max = 80): string {
  const { segments, more } = show(value, max);
  return segments.map(({ text }) => text).join("") + (more > 0 ? "…" : "");
}
