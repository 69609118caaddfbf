// The small pure parts: arguments, numbers, globs, replies, scripts, the command table.

import { describe, expect, test } from "bun:test";
import { createSeededRandom } from "../../contract/random.ts";
import { formatCommand, quoteArgument, splitInline } from "./arguments.ts";
import { handledCommands } from "./commands/index.ts";
import { commands, findCommand, fitsArity, isDenied, keysOf } from "./commands.ts";
import { globMatches } from "./glob.ts";
import { parseScript } from "./lua.ts";
import { formatDecimal, formatDouble, parseDouble, parseInteger } from "./numbers.ts";
import { array, bulk, double, encodeReply, failure, map, nil, REPLY_BYTES, verbatim } from "./reply.ts";

describe("arguments", () => {
  test("split as an inline request", () => {
    expect(splitInline("  a  'b\\'c' \"d\\\"e\"  ")).toEqual(["a", "b'c", 'd"e']);
    expect(splitInline('"\\x00\\xff\\n\\q"')).toEqual(["\0\xff\nq"]);
    expect(splitInline('a"b"')).toEqual(["ab"]);
    expect(splitInline('"a"b')).toBeNull();
    expect(splitInline("'a")).toBeNull();
  });

  test("print as MONITOR does", () => {
    expect(quoteArgument('a"\\\n\x01\xff')).toBe('"a\\"\\\\\\n\\x01\\xff"');
    expect(formatCommand(["SET", "a b", ""])).toBe('SET "a b" ""');
  });

  test("come back from their printed form", () => {
    const random = createSeededRandom("redis-arguments");
    for (let round = 0; round < 500; round++) {
      const text = Buffer.from(random.bytes(random.below(20))).toString("latin1");
      expect(splitInline(quoteArgument(text))).toEqual([text]);
    }
  });
});

describe("numbers", () => {
  test("integers have one spelling", () => {
    expect(parseInteger("-9223372036854775808")).toBe(-9_223_372_036_854_775_808n);
    for (const text of ["", "01", "-0", "+1", " 1", "1 ", "9223372036854775808", "1e3", "0x1"]) {
      expect(parseInteger(text)).toBeNull();
    }
  });

  test("doubles print as %.17g", () => {
    const cases: [number, string][] = [
      [1.1, "1.1000000000000001"],
      [3, "3"],
      [1e20, "1e+20"],
      [1e-7, "9.9999999999999995e-08"],
      [-0.5, "-0.5"],
      [Number.POSITIVE_INFINITY, "inf"],
    ];
    for (const [value, text] of cases) expect(formatDouble(value)).toBe(text);
    expect(parseDouble("-inf")).toBe(Number.NEGATIVE_INFINITY);
    for (const text of ["", "nan", "1a", "--1", "."]) expect(parseDouble(text)).toBeNull();
    expect(formatDecimal(0.1 + 0.2)).toBe("0.3");
    expect(formatDecimal(5000)).toBe("5000");
  });
});

describe("globs", () => {
  test("match as the server's", () => {
    const cases: [string, string, boolean][] = [
      ["*", "", true],
      ["h?llo", "hello", true],
      ["h[ae]llo", "hallo", true],
      ["h[^e]llo", "hello", false],
      ["h[a-c]llo", "hbllo", true],
      ["h[c-a]llo", "hbllo", true],
      ["a\\*b", "a*b", true],
      ["a\\*b", "axb", false],
      ["*b*d", "abcd", true],
      ["a[", "a[", false],
      ["a*", "b", false],
    ];
    for (const [pattern, text, expected] of cases) expect(globMatches(pattern, text)).toBe(expected);
  });

  test("stop at their budget", () => {
    const budget = { steps: 1000 };
    expect(globMatches(`${"a*".repeat(5000)}b`, "a".repeat(100_000), budget)).toBe(false);
    expect(budget.steps).toBeLessThanOrEqual(0);
  });
});

describe("replies", () => {
  test("encode in both protocols", () => {
    const reply = map([bulk("a"), array([nil, double("1.5"), verbatim("x")])]);
    expect(encodeReply(reply, 2)).toBe("*2\r\n$1\r\na\r\n*3\r\n$-1\r\n$3\r\n1.5\r\n$1\r\nx\r\n");
    expect(encodeReply(reply, 3)).toBe("%1\r\n$1\r\na\r\n*3\r\n_\r\n,1.5\r\n=5\r\ntxt:x\r\n");
  });

  test("never break a line, never amplify", () => {
    expect(encodeReply(failure("ERR a\r\nb"), 2)).toBe("-ERR a  b\r\n");
    const big = bulk("x".repeat(1024 * 1024));
    expect(encodeReply(array(Array.from({ length: REPLY_BYTES / 1024 ** 2 }, () => big)), 2)).toBeNull();
  });
});

describe("the command table", () => {
  test("has Redis 7.0.15's commands and a handler for each that the ACL allows", () => {
    expect(commands.size).toBe(240);
    const elsewhere = new Set(["multi", "exec", "discard", "watch", "unwatch", "restore-asking"]);
    const all = [...commands.values()].flatMap((command) => [...command.subcommands.values(), command]);
    const missing = all
      .filter(
        (command) => command.subcommands.size === 0 && !isDenied(command) && !elsewhere.has(command.name),
      )
      .filter((command) => !handledCommands.has(command.name) && !command.name.startsWith("cluster|"))
      .filter((command) => command.group !== "sentinel")
      .map((command) => command.name);
    expect(missing.filter((name) => !/^(?:pfselftest|pfdebug|geo|x)/.test(name))).toEqual([]);
  });

  test("finds, counts and reads keys", () => {
    const get = findCommand(["GeT", "a"]);
    expect(typeof get === "string" ? get : get.name).toBe("get");
    expect(findCommand(["foo", "a", "b"])).toBe(
      "ERR unknown command 'foo', with args beginning with: 'a' 'b' ",
    );
    expect(findCommand(["config", "x"])).toBe("ERR unknown subcommand 'x'. Try CONFIG HELP.");
    const mset = findCommand(["mset", "a", "1", "b", "2"]);
    if (typeof mset === "string") throw new Error(mset);
    expect(fitsArity(mset, 2)).toBe(false);
    expect(keysOf(mset, ["mset", "a", "1", "b", "2"])).toEqual(["a", "b"]);
  });
});

describe("scripts", () => {
  test("fail where the sandbox would", () => {
    expect(parseScript("return os.execute('id')")).toEqual({ ok: false, error: "global", text: "os" });
    expect(parseScript("local x = package.loadlib('a')")).toMatchObject({ error: "global", text: "package" });
    expect(parseScript("retur 1")).toMatchObject({ error: "compile" });
    expect(parseScript("return 'a")).toMatchObject({ error: "compile" });
  });

  test("never throw on anything", () => {
    const random = createSeededRandom("redis-lua");
    const words = [
      "return",
      "{",
      "}",
      "redis.call(",
      ")",
      "'a'",
      "KEYS[1]",
      ",",
      "..",
      "local",
      "=",
      "x",
      "1",
      "[",
      "ok=",
    ];
    for (let round = 0; round < 2000; round++) {
      const source = Array.from({ length: random.below(30) }, () => random.pick(words)).join(" ");
      const script = parseScript(source);
      expect(typeof script.ok).toBe("boolean");
    }
    expect(parseScript(`return ${"{".repeat(100_000)}`).ok).toBe(false);
  });
});
