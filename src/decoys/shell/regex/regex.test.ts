import { describe, expect, test } from "bun:test";
import { createSeededRandom } from "../../../contract/random.ts";
import { Killed } from "../run/flow.ts";
import { compileRegex, RegexFault } from "./regex.ts";

const span = (pattern: string, text: string, extended = true): readonly number[] | undefined =>
  compileRegex(pattern, { extended }).exec(text)?.slice(0, 2);

describe("extended expressions", () => {
  test.each([
    ["a+b", "xaab", [1, 4]],
    ["(ab|c)*d", "abcabd", [0, 6]],
    ["^x", "ax", undefined],
    ["b$", "ab", [1, 2]],
    ["[0-9]{2,3}", "a1234", [1, 4]],
    ["[^a-c]", "abcd", [3, 4]],
    ["\\bfoo\\b", "a foo b", [2, 5]],
    ["a?", "b", [0, 0]],
    ["[[:digit:]]+", "ab12", [2, 4]],
    ["(a|ab)(c|bcd)", "abcd", [0, 4]],
  ] as [string, string, number[] | undefined][])("%s in %s", (pattern, text, expected) => {
    expect(span(pattern, text)).toEqual(expected);
  });

  test("groups are captured", () => {
    expect(compileRegex("(a+)(b+)", { extended: true }).exec("xaabb")?.slice(0, 6)).toEqual([
      1, 5, 1, 3, 3, 5,
    ]);
  });
});

test("basic expressions take + ? | ( literally unless escaped", () => {
  expect(span("a+", "a+", false)).toEqual([0, 2]);
  expect(span("\\(a\\)\\+", "xaa", false)).toEqual([1, 3]);
  expect(span("a*b", "aab", false)).toEqual([0, 3]);
});

test("bad expressions are faults with the C library's words", () => {
  expect(() => compileRegex("(a", { extended: true })).toThrow("Unmatched ( or \\(");
  expect(() => compileRegex("[a")).toThrow(RegexFault);
  expect(() => compileRegex("a{1,9999}", { extended: true })).toThrow("Regular expression too big");
  expect(() => compileRegex("(".repeat(200), { extended: true })).toThrow(RegexFault);
  expect(() => compileRegex("((((a{99}){99}){99}){99})", { extended: true })).toThrow(RegexFault);
});

test("the patterns that make a backtracking matcher explode are matched in one pass", () => {
  const text = "a".repeat(5000);
  expect(compileRegex("(a*)*(a*)*(a|a)*b", { extended: true }).test(text)).toBe(false);
});

/** The leftmost of the longest matches, found by trying every stretch. */
function oracle(pattern: string, text: string): [number, number] | undefined {
  const whole = new RegExp(`^(?:${pattern})$`);
  for (let start = 0; start <= text.length; start++)
    for (let end = text.length; end >= start; end--)
      if (whole.test(text.slice(start, end))) return [start, end];
  return undefined;
}

test("finds the leftmost of the longest matches of random small expressions", () => {
  const random = createSeededRandom("regex");
  const pieces = [
    "a",
    "b",
    ".",
    "a*",
    "b+",
    "a?",
    "(ab)",
    "(a|ab)",
    "[ab]",
    "[^a]",
    "(ab)*",
    "(b|ba)?",
    "a{2}",
  ];
  for (let round = 0; round < 1500; round++) {
    const pattern = Array.from({ length: 1 + random.below(4) }, () => random.pick(pieces)).join("");
    const text = Array.from({ length: random.below(8) }, () => random.pick(["a", "b", "c"])).join("");
    expect([pattern, text, span(pattern, text)]).toEqual([pattern, text, oracle(pattern, text)]);
  }
});

test("a search has an end: beyond its bound the program is killed", () => {
  const costly = compileRegex("(a?){200}b", { extended: true });
  expect(() => costly.test("a".repeat(1 << 20))).toThrow(Killed);
  expect(compileRegex("needle").test(`${"a".repeat(1 << 20)}needle`)).toBe(true);
});

test("mutated patterns are expressions or faults", () => {
  const random = createSeededRandom("regex-mutation");
  const alphabet = "ab\\()|*+?{}[]^$.,19:-<w";
  for (let round = 0; round < 4000; round++) {
    const pattern = Array.from({ length: random.below(24) }, () => random.pick([...alphabet])).join("");
    for (const extended of [true, false]) {
      try {
        compileRegex(pattern, { extended }).exec("abba a1b");
      } catch (error) {
        expect(error).toBeInstanceOf(RegexFault);
      }
    }
  }
});
