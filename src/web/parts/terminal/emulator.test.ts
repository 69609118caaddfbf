import { expect, test } from "bun:test";
import { createSeededRandom } from "../../../contract/random.ts";
import { PLAIN } from "./cells.ts";
import { TerminalEmulator } from "./emulator.ts";

const screen = (terminal: TerminalEmulator): string[] =>
  terminal.rows.map((row) =>
    row
      .map(({ text }) => text)
      .join("")
      .trimEnd(),
  );

function run(text: string, columns = 20, rows = 4): string[] {
  const terminal = new TerminalEmulator(columns, rows);
  terminal.write(text);
  return screen(terminal);
}

test("text wraps at the margin, only when another character comes", () => {
  expect(run("abcd", 4, 3)).toEqual(["abcd", "", ""]);
  expect(run("abcd\r\ne", 4, 3)).toEqual(["abcd", "e", ""]);
  expect(run("abcde", 4, 3)).toEqual(["abcd", "e", ""]);
});

test("lines scroll out at the bottom", () => {
  expect(run("1\r\n2\r\n3\r\n4", 10, 3)).toEqual(["2", "3", "4"]);
});

test("cursor movement, absolute and relative", () => {
  expect(run("\x1b[2;3HX\x1b[AY\x1b[2DZ\x1b[GQ", 10, 3)).toEqual(["Q ZY", "  X", ""]);
  expect(run("\x1b[99;99HX\x1b[99A\x1b[99DY", 4, 2)).toEqual(["Y", "   X"]);
});

test("erase in line and in screen", () => {
  expect(run("abcdef\x1b[1;3H\x1b[K", 10, 2)).toEqual(["ab", ""]);
  expect(run("abcdef\x1b[1;3H\x1b[1K", 10, 2)).toEqual(["   def", ""]);
  expect(run("a\r\nb\r\nc\x1b[2;1H\x1b[J", 10, 3)).toEqual(["a", "", ""]);
  expect(run("a\r\nb\r\nc\x1b[2;1H\x1b[1J", 10, 3)).toEqual(["", "", "c"]);
  expect(run("a\r\nb\x1b[2J", 10, 2)).toEqual(["", ""]);
});

test("insert and delete characters and lines", () => {
  expect(run("abcdef\x1b[1;2H\x1b[2@", 6, 1)).toEqual(["a  bcd"]);
  expect(run("abcdef\x1b[1;2H\x1b[2P", 6, 1)).toEqual(["adef"]);
  expect(run("abcdef\x1b[1;2H\x1b[3X", 6, 1)).toEqual(["a   ef"]);
  expect(run("1\r\n2\r\n3\x1b[2;1H\x1b[L", 5, 3)).toEqual(["1", "", "2"]);
  expect(run("1\r\n2\r\n3\x1b[1;1H\x1b[M", 5, 3)).toEqual(["2", "3", ""]);
});

test("a scroll region keeps what is outside of it", () => {
  expect(run("top\x1b[4;1Hend\x1b[2;3r\x1b[3;1Ha\r\nb\r\nc", 5, 4)).toEqual(["top", "b", "c", "end"]);
  expect(run("1\r\n2\r\n3\x1b[1;2r\x1b[1;1H\x1bM", 5, 3)).toEqual(["", "1", "3"]);
});

test("the alternate screen comes and goes without a trace, cursor included", () => {
  expect(run("shell$ \x1b[?1049h\x1b[2J\x1b[HVIM\x1b[?1049lls", 20, 2)).toEqual(["shell$ ls", ""]);
});

test("SGR: sixteen colours, 256 colours, direct colours, attributes, reset", () => {
  const terminal = new TerminalEmulator(20, 1);
  terminal.write("\x1b[1;31ma\x1b[38;5;200mb\x1b[48;2;1;2;3mc\x1b[0md\x1b[97;7me\x1b[38:5:9mf");
  const pens = terminal.rows[0]?.slice(0, 6).map(({ pen }) => pen);
  expect(pens).toEqual([
    { ...PLAIN, bold: true, fg: 1 },
    { ...PLAIN, bold: true, fg: 200 },
    { ...PLAIN, bold: true, fg: 200, bg: 0x1010203 },
    PLAIN,
    { ...PLAIN, fg: 15, inverse: true },
    { ...PLAIN, fg: 9, inverse: true },
  ]);
});

test("erased cells take the background", () => {
  const terminal = new TerminalEmulator(4, 1);
  terminal.write("\x1b[44m\x1b[K");
  expect(terminal.rows[0]?.[3]).toEqual({ text: " ", pen: { ...PLAIN, bg: 4 } });
});

test("UTF-8 split anywhere, wide and combining characters", () => {
  const bytes = new TextEncoder().encode("é漢e\u0301x");
  const terminal = new TerminalEmulator(10, 1);
  for (const byte of bytes) terminal.writeBytes(Uint8Array.of(byte));
  expect(terminal.rows[0]?.slice(0, 5).map(({ text }) => text)).toEqual(["é", "漢", "", "e\u0301", "x"]);
});

test("characters that act on the page become a stand-in, and marks do not pile up", () => {
  expect(run("a\u202eb\u2066c", 5, 1)).toEqual(["a\ufffdb\ufffdc"]);
  const terminal = new TerminalEmulator(5, 1);
  terminal.write(`a${"\u0301".repeat(1000)}`);
  expect(terminal.rows[0]?.[0]?.text.length).toBeLessThanOrEqual(8);
});

test("line drawing, tabs, backspace, repeat", () => {
  expect(run("\x1b(0lqk\x1b(B\r\nq", 5, 2)).toEqual(["┌─┐", "q"]);
  expect(run("a\tb\x08c", 20, 1)).toEqual(["a       c"]);
  expect(run("-\x1b[4b", 20, 1)).toEqual(["-----"]);
});

test("titles, device strings and unknown sequences leave no trace", () => {
  expect(
    run("a\x1b]0;owned\x07b\x1bP1;2|x\x1b\\c\x1b[?2004hd\x1b[>4;2me\x1b]52;c;aGk=\x1b\\f", 20, 1),
  ).toEqual(["abcdef"]);
});

test("one character at a time gives the same screen as all at once", () => {
  const text = "a\x1b[1;31mb\x1b]0;t\x07\x1b[2;2Hc\x1b[?1049hd\x1b[?1049l\x1b(0q\x1b(Be\x1b[3;1r\x1b[5Bf漢";
  const whole = new TerminalEmulator(12, 5);
  whole.write(text);
  const pieces = new TerminalEmulator(12, 5);
  for (const char of text) pieces.write(char);
  expect(pieces.rows).toEqual(whole.rows);
});

test("resizing keeps the cursor's line", () => {
  const terminal = new TerminalEmulator(10, 4);
  terminal.write("1\r\n2\r\n3\r\n4");
  terminal.resize(5, 2);
  expect(screen(terminal)).toEqual(["3", "4"]);
  terminal.write("x");
  expect(screen(terminal)).toEqual(["3", "4x"]);
});

test("a snapshot is independent of what follows", () => {
  const terminal = new TerminalEmulator(10, 2);
  terminal.write("one");
  const kept = terminal.snapshot();
  terminal.write("\x1b[2J\x1b[Htwo");
  terminal.restore(kept);
  terminal.write("!");
  expect(screen(terminal)).toEqual(["one!", ""]);
});

test("hostile output never throws and never grows the screen", () => {
  const random = createSeededRandom("terminal");
  const pieces = [
    "\x1b[",
    "\x1b",
    "999999999",
    ";",
    "H",
    "r",
    "L",
    "M",
    "@",
    "P",
    "S",
    "T",
    "b",
    "J",
    "K",
    "漢",
    "\u0301",
    "\x1b[?1049h",
    "\x1b[?6h",
    "\x9b",
    "\x1b]",
    "\x07",
    "\ud800",
    "m",
    "38;5;",
    "\n",
    "\x08",
  ];
  for (let round = 0; round < 200; round++) {
    const terminal = new TerminalEmulator(1 + random.below(40), 1 + random.below(12));
    const { columns } = terminal;
    const height = terminal.rows.length;
    for (let i = 0; i < 200; i++)
      terminal.write(random.below(3) === 0 ? String.fromCharCode(random.below(65_536)) : random.pick(pieces));
    expect(terminal.rows.length).toBe(height);
    expect(terminal.rows.every((row) => row.length === columns)).toBe(true);
    expect(terminal.cursor.x).toBeLessThan(columns);
    expect(terminal.cursor.y).toBeLessThan(height);
  }
});

test("the size is bounded whatever is asked for", () => {
  const terminal = new TerminalEmulator(1e9, 1e9);
  expect(terminal.columns).toBe(500);
  expect(terminal.rows.length).toBe(200);
});
