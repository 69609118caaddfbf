import { expect, test } from "bun:test";
import { TerminalEmulator } from "./emulator.ts";
import { classesOf, cssColour, runsOf } from "./runs.ts";

test("neighbours of one look are one run, the cursor stands alone", () => {
  const terminal = new TerminalEmulator(6, 1);
  terminal.write("a\x1b[31mbc\x1b[md");
  const row = terminal.rows[0] ?? [];
  expect(runsOf(row, -1).map(({ text }) => text)).toEqual(["a", "bc", "d  "]);
  expect(runsOf(row, 4).map(({ text, cursor }) => [text, cursor])).toEqual([
    ["a", false],
    ["bc", false],
    ["d", false],
    [" ", true],
    [" ", false],
  ]);
});

test("wide characters are runs of their own, so columns stay in line", () => {
  const terminal = new TerminalEmulator(6, 1);
  terminal.write("a漢字b");
  expect(runsOf(terminal.rows[0] ?? [], -1).map(({ text, wide }) => [text, wide])).toEqual([
    ["a", false],
    ["漢", true],
    ["字", true],
    ["b", false],
  ]);
});

test("the 256 colours follow the cube and the grey ramp", () => {
  expect(cssColour(7)).toBeUndefined();
  expect(cssColour(16)).toBe("rgb(0 0 0)");
  expect(cssColour(196)).toBe("rgb(255 0 0)");
  expect(cssColour(255)).toBe("rgb(238 238 238)");
  expect(cssColour(0x1000000 + 0x010203)).toBe("#010203");
});

test("the cursor on an inverse cell shows it the right way round", () => {
  const terminal = new TerminalEmulator(2, 1);
  terminal.write("\x1b[7ma");
  const [first] = runsOf(terminal.rows[0] ?? [], 0);
  expect(first && classesOf(first)).toBe("cursor");
});
