import { describe, expect, test } from "bun:test";
import { escapeGlob, globMatcher, hasGlob, unescapeGlob } from "./glob.ts";

describe("matching", () => {
  test.each([
    ["*", "", true],
    ["*", "abc", true],
    ["a*c", "abbc", true],
    ["a*c", "abbd", false],
    ["a?c", "abc", true],
    ["a?c", "ac", false],
    ["[a-c]x", "bx", true],
    ["[!a-c]x", "bx", false],
    ["[]x]", "]", true],
    ["[a", "[a", true],
    ["\\*", "*", true],
    ["\\*", "x", false],
    ["[[:digit:]]*", "1a", true],
    ["a**b*c", "aXbYc", true],
  ] as [string, string, boolean][])("%s against %s", (pattern, text, expected) => {
    expect(globMatcher(pattern)(text)).toBe(expected);
  });

  test("many stars stay linear in restarts", () => {
    expect(globMatcher("*a".repeat(500))("a".repeat(400))).toBe(false);
  });
});

test("escaping makes a pattern of itself", () => {
  const odd = "a*b?[c]\\d";
  expect(hasGlob(odd)).toBe(true);
  expect(hasGlob(escapeGlob(odd))).toBe(false);
  expect(unescapeGlob(escapeGlob(odd))).toBe(odd);
  expect(globMatcher(escapeGlob(odd))(odd)).toBe(true);
});
