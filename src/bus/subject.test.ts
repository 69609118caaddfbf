// Topics and patterns against the rule said again in another way.

import { describe, expect, test } from "bun:test";
import { createSeededRandom } from "../contract/random.ts";
import { isPattern, isToken, isTopic, MATCH_CACHE, Matcher } from "./subject.ts";

/** The rule said again, token by token: the trie is held against it. */
function fits(pattern: string, topic: string): boolean {
  const want = pattern.split(".");
  const have = topic.split(".");
  const open = want.at(-1) === ">";
  if (open) want.pop();
  if (open ? have.length <= want.length : have.length !== want.length) return false;
  return want.every((token, i) => token === "*" || token === have[i]);
}

describe("what is a topic", () => {
  test("every byte alone: a token is printable ASCII but `.`, `*`, `>` and space", () => {
    for (let code = 0; code < 300; code++) {
      const expected = code > 0x20 && code < 0x7f && !".*>".includes(String.fromCharCode(code));
      expect([code, isToken(String.fromCharCode(code))]).toEqual([code, expected]);
    }
  });

  test.each(["", ".", "a.", ".a", "a..b", "a.*", "a.>", "a b", "a\n", "a".repeat(4092)])(
    "%j is no topic",
    (topic) => {
      expect(isTopic(topic)).toBe(false);
    },
  );

  test.each(["", "*.", "a.>.b", ">.>", "a*", "**", "a.b>"])("%j is no pattern", (pattern) => {
    expect(isPattern(pattern)).toBe(false);
  });

  test.each(["*", ">", "*.*", "*.>", "a.*.b.>", "a"])("%j is a pattern", (pattern) => {
    expect(isPattern(pattern)).toBe(true);
  });
});

describe("Matcher", () => {
  test("agrees with the plain rule over random patterns and topics, through adding and removing", () => {
    const random = createSeededRandom("matcher");
    const matcher = new Matcher<number>();
    const held = new Map<string, Set<number>>();
    const literal = ["a", "b", "c"];
    for (let step = 0; step < 1500; step++) {
      const tokens = Array.from({ length: 1 + random.below(4) }, () => random.pick([...literal, "*"]));
      const pattern = random.below(4) === 0 ? [...tokens, ">"].join(".") : tokens.join(".");
      const value = random.below(6);
      const values = held.get(pattern) ?? new Set();
      held.set(pattern, values);
      if (random.below(2) === 0) {
        expect(matcher.add(pattern, value)).toBe(!values.has(value));
        values.add(value);
      } else expect(matcher.remove(pattern, value)).toBe(values.delete(value));
      const topic = Array.from({ length: 1 + random.below(5) }, () => random.pick(literal)).join(".");
      const expected = [...held].filter(([key]) => fits(key, topic)).flatMap(([, set]) => [...set]);
      for (let again = 0; again < 2; again++) {
        expect(matcher.match(topic).toSorted()).toEqual([...new Set(expected)].toSorted());
      }
    }
    expect(matcher.size).toBe([...held.values()].reduce((sum, set) => sum + set.size, 0));
  });

  test("remembers a topic until a pattern changes, and a bounded number of them", () => {
    const matcher = new Matcher<string>();
    matcher.add("a.*", "x");
    const first = matcher.match("a.b");
    expect(matcher.remembered("a.b")).toBe(first);
    expect(matcher.match("a.b")).toBe(first);
    matcher.add("a.>", "y");
    expect(matcher.remembered("a.b")).toBeUndefined();
    expect(matcher.match("a.b").toSorted()).toEqual(["x", "y"]);
    const topics = Array.from({ length: MATCH_CACHE * 3 }, (_, i) => `a.${i}`);
    for (const topic of topics) matcher.match(topic);
    expect(topics.filter((topic) => matcher.remembered(topic)).length).toBeLessThanOrEqual(MATCH_CACHE);
  });

  test("topics that reach the same values share one list, until a pattern changes", () => {
    const matcher = new Matcher<number>();
    for (let value = 0; value < 100; value++) matcher.add("a.*", value);
    const list = matcher.match("a.x");
    expect(matcher.match("a.y")).toBe(list);
    matcher.add("a.x", 100);
    expect(matcher.match("a.x").toSorted((a, b) => a - b)).toEqual(Array.from({ length: 101 }, (_, i) => i));
    expect(matcher.match("a.y")).toHaveLength(100);
  });

  test("the names of an object's own things are plain tokens", () => {
    const matcher = new Matcher<string>();
    for (const token of ["__proto__", "constructor", "toString"]) {
      expect(matcher.match(token)).toEqual([]);
      matcher.add(token, token);
      expect(matcher.match(token)).toEqual([token]);
    }
  });
});
