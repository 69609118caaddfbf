import { expect, test } from "bun:test";
import fc from "fast-check";
import { table, wrap } from "./table.ts";

test("text is wrapped between words, never wider than asked for, and nothing of it is lost", () => {
  expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
  expect(wrap("abcdefgh", 3)).toEqual(["abc", "def", "gh"]);
  const word = fc.stringMatching(/^[a-z]{1,12}$/);
  fc.assert(
    fc.property(fc.array(word), fc.integer({ min: 1, max: 20 }), (words, width) => {
      const lines = wrap(words.join(" "), width);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      expect(lines.join("").replaceAll(" ", "")).toBe(words.join(""));
    }),
    { numRuns: 200, seed: 3 },
  );
});

test("a row is as high as its highest cell", () => {
  const head = [
    ["A", 3],
    ["B", 4],
  ] as const;
  const rows = [
    [["x"], ["b c d", "e"]],
    [["yy"], []],
  ];
  expect(table(head, rows)).toBe("A    B\nx    b c\n     d\n     e\nyy\n");
});
