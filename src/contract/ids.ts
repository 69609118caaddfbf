// Identifiers: ULIDs (26 characters, Crockford base 32, sortable by time), branded by what they name.
// Refuses to make an id from anything an attacker sent.

import type { Clock } from "./clock.ts";
import { systemClock } from "./clock.ts";
import type { Random } from "./random.ts";
import { systemRandom } from "./random.ts";

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Id of one evidence record. */
export type EvidenceId = Branded<"evidence">;
/** Id of one conversation with one service. */
export type SessionId = Branded<"session">;
/** Lower-case hex SHA-256, 64 characters: the name of a blob. */
export type Sha256 = Branded<"sha256">;

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const PATTERN = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** True for the 26 characters of a ULID. */
export function isUlid(text: string): boolean {
  return PATTERN.test(text);
}

/** True for 64 lower-case hex digits. */
export function isSha256(text: string): text is Sha256 {
  return /^[0-9a-f]{64}$/.test(text);
}

function encodeTime(ms: number): string {
  let rest = ms;
  let text = "";
  for (let i = 0; i < 10; i++) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** 80 random bits as 16 digits of 5 bits, most significant first. */
function freshDigits(random: Random): number[] {
  return Array.from(random.bytes(16), (byte) => byte & 31);
}

/** Adds one; how many digits that changed. */
function increment(digits: number[]): number {
  for (let i = digits.length - 1; i >= 0; i--) {
    const next = (digits[i] as number) + 1;
    digits[i] = next & 31;
    if (next < 32) return digits.length - i;
  }
  return digits.length;
}

/** Last digits that are put on by themselves; the text before them stays the same for thousands of ids in a row. */
const TAIL = 3;

function textOf(digits: readonly number[]): string {
  return digits.map((digit) => ALPHABET.charAt(digit)).join("");
}

/**
 * Makes a generator whose ids grow strictly within this process, also when the clock stands still or steps back
 * (the ULID specification's monotonic rule).
 */
export function createIdSource(
  clock: Clock = systemClock,
  random: Random = systemRandom,
): <T extends string>() => T {
  let last = -1;
  let digits: number[] = [];
  let head = "";
  return <T extends string>(): T => {
    const now = clock.now();
    const isNew = now > last;
    if (isNew) {
      last = now;
      digits = freshDigits(random);
    }
    if (isNew || increment(digits) > TAIL) head = encodeTime(last) + textOf(digits.slice(0, -TAIL));
    let text = head;
    for (let i = digits.length - TAIL; i < digits.length; i++) text += ALPHABET.charAt(digits[i] as number);
    return text as T;
  };
}

/** Milliseconds since the epoch held in a ULID. */
export function timeOfUlid(ulid: string): number {
  let ms = 0;
  for (const char of ulid.slice(0, 10)) ms = ms * 32 + ALPHABET.indexOf(char);
  return ms;
}
