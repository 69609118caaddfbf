// A regular expression as data, and what is wrong with one that is none.

import type { ByteString } from "../shell.ts";

/** Which bytes fit: one entry for each of the 256. */
export type ByteSet = Uint8Array;

/** What a place must be like. */
export type Assertion = "start" | "end" | "word" | "inside" | "word-start" | "word-end";

/** A piece of an expression. */
export type Node =
  | { readonly kind: "char"; readonly set: ByteSet }
  | { readonly kind: "assert"; readonly what: Assertion }
  | { readonly kind: "group"; readonly index: number; readonly body: Node }
  | { readonly kind: "repeat"; readonly body: Node; readonly min: number; readonly max: number }
  | { readonly kind: "all"; readonly parts: readonly Node[] }
  | { readonly kind: "any"; readonly choices: readonly Node[] };

/** How a pattern is written. */
export interface Syntax {
  /** `+ ? | ( ) {` are operators without a backslash. */
  readonly extended: boolean;
  /** Upper and lower case are the same. */
  readonly fold: boolean;
  /** `{2,3}` counts; otherwise a brace is a character (mawk 1.3.4). */
  readonly intervals: boolean;
}

/** Why a pattern is none; the text is the C library's. */
export class RegexFault extends Error {}

/** The bytes that pass a test. */
export function byteSet(test: (char: ByteString) => boolean): ByteSet {
  return Uint8Array.from({ length: 256 }, (_, code) => (test(String.fromCharCode(code)) ? 1 : 0));
}

/** Every byte. */
export const anyByte: ByteSet = byteSet(() => true);

/** Letters, digits and the underscore. */
export const wordBytes: ByteSet = byteSet((char) => /[A-Za-z0-9_]/.test(char));

/** White space. */
export const spaceBytes: ByteSet = byteSet((char) => /[ \t\n\r\f\v]/.test(char));

/** The other bytes. */
export function complement(set: ByteSet): ByteSet {
  return set.map((one) => 1 - one);
}

/** The set that takes each of its letters in both cases. */
export function folded(set: ByteSet): ByteSet {
  return byteSet(
    (char) =>
      set[char.toLowerCase().charCodeAt(0)] === 1 ||
      set[char.toUpperCase().charCodeAt(0)] === 1 ||
      set[char.charCodeAt(0)] === 1,
  );
}
