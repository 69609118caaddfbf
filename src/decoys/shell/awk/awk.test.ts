import { afterAll, describe, expect, test } from "bun:test";
import { openTestShell } from "../../../../test/support/shell-session.ts";
import { createSeededRandom } from "../../../contract/random.ts";
import { AwkFault } from "./flow.ts";
import { parseAwk } from "./parser.ts";

const shell = openTestShell();
const device = openTestShell({ device: true });
afterAll(async () => {
  await shell.close();
  await device.close();
});

const run = (program: string, input?: string) =>
  shell.run(`awk '${program.replaceAll("'", "'\\''")}'`, input);

describe("awk ends within its bounds", () => {
  test.each([
    "BEGIN { for (;;) ; }",
    'BEGIN { while (1) x = x "aaaaaaaaaaaaaaaa" x }',
    "function f(n) { return f(n + 1) } BEGIN { f(0) }",
    'BEGIN { for (;;) a[i++] = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" }',
    'BEGIN { for (;;) print "y" }',
    "BEGIN { $99999999 = 1 }",
    "BEGIN { NF = 1e9 }",
    'BEGIN { for (;;) print "x" | ("cat " i++) }',
    'BEGIN { x = sprintf("%99999s", ""); for (;;) { y = y x; gsub(/ /, "&&", y) } }',
    'BEGIN { for (;;) system("true") }',
  ])("%s", async (program) => {
    const { status } = await run(program);
    expect(status).toBeGreaterThan(0);
  });

  test("a pattern that makes others explode", async () => {
    const { out } = await run('/(a*)*(a*)*b/ { print "no" } END { print NR }', `${"a".repeat(20_000)}\n`);
    expect(out).toBe("1\n");
  });

  test("many rounds are not too many", async () => {
    expect((await run("BEGIN { for (i = 0; i < 300000; i++) s += i; print s / 1000 }")).out).toBe(
      "44999850\n",
    );
  });
});

test("the applet of BusyBox counts repeats, knows more functions and words its errors otherwise", async () => {
  expect((await device.run("echo aab | awk '/^a{2}b/{print 2**3, and(6,3), 2^31}'")).out).toBe(
    "8 2 2147483648\n",
  );
  expect((await device.run("awk 'BEGIN{print 1/0}'")).both).toBe("awk: cmd. line:1: Division by zero\n");
  expect((await device.run("awk '{print $'")).both).toBe("awk: cmd. line:1: Unexpected token\n");
});

test("mutated programs parse or are faults", () => {
  const random = createSeededRandom("awk-mutation");
  const seeds = [
    'BEGIN { FS = ":" } $1 ~ /a[b]/ { n[$1]++; print $1, NF > "x" } END { for (k in n) print k, n[k] | "sort" }',
    "function f(a, b) { if (a > b) return a; else { return f(b, a) } } { print f($1, $2)++ ? 1 : -2 ^ 3 }",
    'NR==1, /x/ { while ((getline l < "f") > 0) { sub(/a/, "&b", l); printf("%s %d\\n", l, length) } next }',
  ];
  const pieces = [
    "{",
    "}",
    "(",
    ")",
    "/",
    '"',
    "\\",
    "$",
    "in ",
    "getline ",
    "[",
    "]",
    ";",
    "\n",
    "++",
    "?",
    "!",
    "print ",
    "0x",
    "1e",
    ",",
    "|",
    ">",
  ];
  for (let round = 0; round < 6000; round++) {
    let source = random.pick(seeds);
    for (let edits = 1 + random.below(4); edits > 0; edits--) {
      const at = random.below(source.length);
      const cut = random.below(4);
      source =
        source.slice(0, at) + (random.below(3) > 0 ? random.pick(pieces) : "") + source.slice(at + cut);
    }
    try {
      parseAwk(source, round % 2 === 0);
    } catch (error) {
      if (!(error instanceof AwkFault)) throw new Error(`${JSON.stringify(source)} threw ${String(error)}`);
    }
  }
  expect(() => parseAwk("(".repeat(50_000), false)).toThrow(AwkFault);
  expect(() => parseAwk(`{ print ${"- ".repeat(20_000)} 1 }`, false)).toThrow(AwkFault);
  expect(() => parseAwk("{".repeat(50_000), true)).toThrow(AwkFault);
});

test("mutated programs end when they run", async () => {
  const random = createSeededRandom("awk-run");
  const words =
    'x y $1 $NF NR 1 -3 "a" /b/ + - * % ^ ~ == < && || ! ( ) x[1] length index(x,y) gsub(/a/,"b") print ; NF= x= $2= getline'.split(
      " ",
    );
  for (let round = 0; round < 150; round++) {
    const body = Array.from({ length: 1 + random.below(10) }, () => random.pick(words)).join(" ");
    const { status } = await run(`{ ${body} } END { print x }`, "a b\nc d\n");
    expect(status).toBeGreaterThanOrEqual(0);
  }
}, 30_000);
