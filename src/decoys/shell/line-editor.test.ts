import { describe, expect, test } from "bun:test";
import { createSeededRandom } from "../../contract/random.ts";
import { LINE_BYTES } from "./line-buffer.ts";
import { createLineEditor, type EditorOptions } from "./line-editor.ts";

const PLAIN: EditorOptions = { prompt: "$ ", echo: true, columns: 80, rich: true };

/** What a terminal shows of an output: printable characters, backspaces, line ends. */
function screen(output: string): string {
  const cells: string[] = [];
  let at = 0;
  for (const char of output) {
    if (char === "\b") at = Math.max(0, at - 1);
    else if (char >= " ") cells[at++] = char;
  }
  return cells.join("").trimEnd();
}

function type(keys: string, options: Partial<EditorOptions> = {}) {
  return createLineEditor({ ...PLAIN, ...options }).feed(keys);
}

const line = (keys: string, options: Partial<EditorOptions> = {}): string | undefined => {
  const { end } = type(keys, options);
  return end?.kind === "line" ? end.line : undefined;
};

describe("editing", () => {
  test.each([
    ["plain", "abc\r", "abc"],
    ["erase", "abx\x7fc\r", "abc"],
    ["kill", "wrong\x15right\r", "right"],
    ["word", "one two\x17three\r", "one three"],
    ["left and insert", "ac\x1b[Db\r", "abc"],
    ["home and end", "bc\x01a\x05d\r", "abcd"],
    ["delete key", "abxc\x1b[D\x1b[D\x1b[3~\r", "abc"],
    ["kill to end and yank", "abcd\x02\x02\x0b\x19\x19\r", "abcdcd"],
    ["quoted", "a\x16\x03b\r", "a\x03b"],
  ])("%s", (_, keys, expected) => {
    expect(line(keys)).toBe(expected);
    expect(screen(type(keys).output.replace(/\r\n$/, ""))).toBe(expected.replace("\x03", ""));
  });

  test("what follows the line is left", () => {
    expect(type("ls\rrest").taken).toBe(3);
  });

  test("Ctrl-C interrupts, Ctrl-D ends an empty line only", () => {
    expect(type("abc\x03")).toMatchObject({ end: { kind: "interrupt" }, output: "abc^C\r\n" });
    expect(type("\x04").end).toEqual({ kind: "end" });
    expect(type("a\x04").end).toBeNull();
  });

  test("history goes up and back down to what was typed", () => {
    const history = ["first", "second"];
    expect(line("\x1b[A\r", { history })).toBe("second");
    expect(line("\x1b[A\x1b[A\r", { history })).toBe("first");
    expect(line("dr\x1b[A\x1b[B\r", { history })).toBe("dr");
  });

  test("a secret is not shown", () => {
    expect(type("hidden\x7f\r", { echo: false, rich: false })).toMatchObject({
      output: "\r\n",
      end: { kind: "line", line: "hidde" },
    });
  });

  test("completion adds what is common, then lists", () => {
    const complete = () => ({ from: 0, choices: ["uname ", "unlink "] });
    expect(line("u\t\r", { complete })).toBe("un");
    expect(type("un\t\t", { complete }).output).toContain("uname  unlink");
    expect(line("una\t\r", { complete: () => ({ from: 0, choices: ["uname "] }) })).toBe("uname ");
  });
});

test("a line is bounded and says so", () => {
  const { output } = type("x".repeat(LINE_BYTES + 10));
  expect(output.endsWith("\x07")).toBe(true);
  expect(line(`${"x".repeat(LINE_BYTES * 3)}\r`)).toHaveLength(LINE_BYTES - 1);
});

test("random keys: the screen shows the line, however the bytes are cut", () => {
  const random = createSeededRandom("line-editor");
  const keys = [
    "a",
    "b",
    " ",
    "\x7f",
    "\x15",
    "\x17",
    "\x01",
    "\x05",
    "\x1b[C",
    "\x1b[D",
    "\x1b[3~",
    "\x0b",
    "\x19",
    "\x1b[A",
    "\x1b[B",
    "\x1bX",
  ];
  for (let round = 0; round < 300; round++) {
    const typed = Array.from({ length: 30 }, () => random.pick(keys)).join("");
    const whole = createLineEditor({ ...PLAIN, history: ["one", "two"] });
    const piecewise = createLineEditor({ ...PLAIN, history: ["one", "two"] });
    const once = whole.feed(`${typed}`);
    const cut = [...typed].map((char) => piecewise.feed(char).output).join("");
    expect(cut).toBe(once.output);
    const end = whole.feed("\r").end;
    expect(end?.kind).toBe("line");
    if (end?.kind === "line") expect(screen(once.output.replaceAll("\x07", ""))).toBe(end.line.trimEnd());
  }
});
