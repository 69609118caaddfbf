import { expect, test } from "bun:test";
import { plainLine, segmentsOf, show } from "./visible-text.ts";

test("controls, direction overrides and invisible characters are spelled out", () => {
  expect(segmentsOf("a\u202eb\x1b[31m\u200b", 100)).toEqual([
    { text: "a", escaped: false },
    { text: "\\u{202e}", escaped: true },
    { text: "b", escaped: false },
    { text: "\\e", escaped: true },
    { text: "[31m", escaped: false },
    { text: "\\u{200b}", escaped: true },
  ]);
});

test("markup stays the same text", () => {
  expect(segmentsOf("<img src=x>", 100)).toEqual([{ text: "<img src=x>", escaped: false }]);
});

test("a cut is by characters, never through a surrogate pair, and is counted", () => {
  const shown = show("😀😀😀", 2);
  expect(shown.segments).toEqual([{ text: "😀😀", escaped: false }]);
  expect(shown.more).toBe(1);
});

test("base64 is shown as bytes, and what was never kept is told", () => {
  const shown = show({ enc: "base64", val: "Af9B", len: 10 }, 100);
  expect(shown.segments.map(({ text }) => text).join("")).toBe("\\x01\\xffA");
  expect(shown.lost).toBe(7);
  expect(shown.binary).toBe(true);
});

test("base64 that is none shows nothing and does not throw", () => {
  expect(show({ enc: "base64", val: "%%%", len: 3 }, 10).segments).toEqual([]);
});

test("a lone surrogate is spelled out", () => {
  expect(plainLine("\ud800")).toBe("\\u{d800}");
});
