import { describe, expect, test } from "bun:test";
import { createSeededRandom } from "../../../contract/random.ts";
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

test("agrees with a known matcher on random small expressions", () => {
  const random = createSeededRandom("regex");
  const pieces = ["a", "b", ".", "a*", "b+", "a?", "(ab)", "(a|b)", "[ab]", "[^a]", "(ab)*"];
  for (let round = 0; round < 800; round++) {
    const pattern = Array.from({ length: 1 + random.below(4) }, () => random.pick(pieces)).join("");
    const text = Array.from({ length: random.below(8) }, () => random.pick(["a", "b", "c"])).join("");
    const expected = new RegExp(pattern).exec(text);
    const found = compileRegex(pattern, { extended: true }).exec(text);
    expect([pattern, text, found?.[0], found?.[1]]).toEqual([
      pattern,
      text,
      expected?.index,
      expected ? expected.index + expected[0].length : undefined,
    ]);
  }
});
