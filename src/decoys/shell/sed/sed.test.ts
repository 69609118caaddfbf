import { afterAll, describe, expect, test } from "bun:test";
import { openTestShell } from "../../../../test/support/shell-session.ts";
import { createSeededRandom } from "../../../contract/random.ts";
import { parseSed } from "./script.ts";
import { SedFault } from "./script-cursor.ts";

const shell = openTestShell();
afterAll(() => shell.close());

const run = (script: string, input: string) => shell.run(`sed '${script.replaceAll("'", "'\\''")}'`, input);

describe("sed ends within its bounds", () => {
  test.each([":a;ba", ":a;s/^/xxxxxxxxxxxxxxxx/;ba", ":a;G;h;ba", ":a;s/x*/&&y/g;ta", ":a;p;ba"])(
    "%s",
    async (script) => {
      expect((await run(script, "x\n")).status).toBe(137);
    },
  );

  test("a pattern that makes others explode", async () => {
    expect((await run("s/\\(a*\\)*\\(a*\\)*b/x/", `${"a".repeat(20_000)}\n`)).out).toHaveLength(20_001);
  });
});

test("mutated scripts parse or are faults, and end when they run", async () => {
  const random = createSeededRandom("sed-mutation");
  const seeds = [
    "1,/x/{s/a\\(b\\)/\\1&/gp;d};$!N;y/ab/cd/",
    ":a;N;$!ba;s#[/]#-#2g;ta;b",
    "/a/I,+2!c\\\ntext\n2~3{n;D};w /dev/null",
  ];
  const pieces = [
    "{",
    "}",
    "/",
    "\\",
    ",",
    ";",
    "\n",
    "!",
    "s",
    "y",
    "[",
    "]",
    "\\(",
    "*",
    "$",
    "0",
    "~",
    "a",
    "t",
  ];
  let parsed = 0;
  for (let round = 0; round < 5000; round++) {
    let script = random.pick(seeds);
    for (let edits = 1 + random.below(3); edits > 0; edits--) {
      const at = random.below(script.length);
      const put = random.below(3) > 0 ? random.pick(pieces) : "";
      script = script.slice(0, at) + put + script.slice(at + random.below(3));
    }
    try {
      parseSed(script, round % 2 === 0);
      parsed++;
    } catch (error) {
      if (!(error instanceof SedFault)) throw new Error(`${JSON.stringify(script)} threw ${String(error)}`);
      continue;
    }
    if (parsed % 20 !== 0) continue;
    const { status, out } = await run(script, "ab\nxa/b\ncd\n");
    expect(status).toBeGreaterThanOrEqual(0);
    expect(out.length).toBeLessThanOrEqual(24 << 20);
  }
  expect(parsed).toBeGreaterThan(100);
  expect(() => parseSed("{".repeat(60_000), false)).toThrow(SedFault);
}, 60_000);
