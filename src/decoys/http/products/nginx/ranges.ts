// Range requests as nginx 1.22 reads and answers them (RFC 9110 section 14, with its leniencies).
// Pure; the caller decides whether a range applies at all.

import { bytesOf } from "../../characters.ts";

/** A byte range, `end` exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

interface Cursor {
  readonly text: string;
  at: number;
}

function skipSpaces(cursor: Cursor): void {
  while (cursor.text[cursor.at] === " ") cursor.at++;
}

/** Digits as a number, or undefined where there are none or they pass 2^53. */
function digits(cursor: Cursor): number | undefined {
  const from = cursor.at;
  while (/^[0-9]$/.test(cursor.text[cursor.at] ?? "")) cursor.at++;
  if (cursor.at === from || cursor.at - from > 19) return undefined;
  return Number(cursor.text.slice(from, cursor.at));
}

function atBreak(cursor: Cursor): boolean {
  return cursor.at >= cursor.text.length || cursor.text[cursor.at] === ",";
}

/** One range of the list; undefined when it is malformed. */
function oneRange(cursor: Cursor, length: number): ByteRange | undefined {
  skipSpaces(cursor);
  const suffix = cursor.text[cursor.at] === "-";
  let start = 0;
  if (!suffix) {
    const first = digits(cursor);
    if (first === undefined) return undefined;
    start = first;
    skipSpaces(cursor);
    if (cursor.text[cursor.at] !== "-") return undefined;
  }
  cursor.at++;
  if (!suffix) {
    skipSpaces(cursor);
    if (atBreak(cursor)) return { start, end: length };
  }
  const last = digits(cursor);
  if (last === undefined) return undefined;
  skipSpaces(cursor);
  if (!atBreak(cursor)) return undefined;
  if (suffix) return { start: last < length ? length - last : 0, end: length };
  return { start, end: last >= length ? length : last + 1 };
}

/** Ranges of a `Range` value, `whole` when it is to be ignored, `unsatisfiable` for 416. */
export function parseRanges(value: string, length: number): readonly ByteRange[] | "whole" | "unsatisfiable" {
  if (value.length < 7 || value.slice(0, 6).toLowerCase() !== "bytes=") return "whole";
  const cursor: Cursor = { text: value, at: 6 };
  const ranges: ByteRange[] = [];
  let total = 0;
  for (;;) {
    const range = oneRange(cursor, length);
    if (!range) return "unsatisfiable";
    if (range.start < range.end) {
      ranges.push(range);
      total += range.end - range.start;
    } else if (range.start === 0) return "whole";
    if (cursor.text[cursor.at] !== ",") break;
    cursor.at++;
  }
  if (ranges.length === 0) return "unsatisfiable";
  // More bytes than the file has: nginx sends the file instead, so overlapping ranges can't multiply it.
  return total > length ? "whole" : ranges;
}

/** `start-end/length` as Content-Range shows it. */
export function contentRange(range: ByteRange, length: number): string {
  return `bytes ${range.start}-${range.end - 1}/${length}`;
}

/** The multipart/byteranges body. */
export function multipartRanges(
  body: Uint8Array,
  ranges: readonly ByteRange[],
  options: { readonly boundary: string; readonly type: string | undefined },
): Uint8Array {
  const parts = ranges.flatMap((range) => [
    bytesOf(
      `\r\n--${options.boundary}\r\n${options.type === undefined ? "" : `Content-Type: ${options.type}\r\n`}` +
        `Content-Range: ${contentRange(range, body.length)}\r\n\r\n`,
    ),
    body.subarray(range.start, range.end),
  ]);
  return new Uint8Array(Buffer.concat([...parts, bytesOf(`\r\n--${options.boundary}--\r\n`)]));
}
