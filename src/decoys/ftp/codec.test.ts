// The control connection's lines: golden lines, one byte at a time, seeded mutations.

import { describe, expect, test } from "bun:test";
import { createSeededRandom } from "../../contract/random.ts";
import { LineParser, parseCommand } from "./codec.ts";

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));

describe("parseCommand", () => {
  test.each([
    ["USER bob", "USER", "bob"],
    ["user bob", "USER", "bob"],
    ["PASS a b  c", "PASS", "a b  c"],
    ["NOOP", "NOOP", ""],
    ["NOOP ", "NOOP", ""],
    [" NOOP", "", "NOOP"],
    ["NOOP\r\r", "NOOP", ""],
    ["no\xe9p x", "NO\xe9P", "x"],
  ])("%j", (line, verb, argument) => {
    expect(parseCommand(line)).toMatchObject({ verb, argument });
  });
});

describe("LineParser", () => {
  const script = "USER ftp\r\nPASS x\nLIST -la\r\n\r\nQUIT\r\n";
  const verbs = ["USER", "PASS", "LIST", "", "QUIT"];

  test("takes CRLF and LF", () => {
    expect(new LineParser().feed(bytes(script)).map((one) => ("verb" in one ? one.verb : one))).toEqual(
      verbs,
    );
  });

  test("takes one byte at a time", () => {
    const parser = new LineParser();
    const found = [...bytes(script)].flatMap((byte) => parser.feed(Uint8Array.of(byte)));
    expect(found.map((one) => ("verb" in one ? one.verb : one))).toEqual(verbs);
  });

  test("refuses a line of 4096 bytes with its CR and hears nothing after it", () => {
    const fits = new LineParser().feed(bytes(`${"A".repeat(4094)}\r\nNOOP\r\n`));
    expect(fits).toHaveLength(2);
    const parser = new LineParser();
    const found = parser.feed(bytes(`NOOP\r\n${"A".repeat(4095)}\r\nNOOP\r\n`));
    expect(found.map((one) => "tooLong" in one)).toEqual([false, true]);
    expect(parser.feed(bytes("NOOP\r\n"))).toEqual([]);
  });

  test("never throws and never holds more than a line, whatever is fed", () => {
    const random = createSeededRandom("ftp-lines");
    for (let round = 0; round < 300; round++) {
      const parser = new LineParser();
      const text = bytes(script.repeat(3));
      for (let change = 0; change < 8; change++) text[random.below(text.length)] = random.below(256);
      let at = 0;
      while (at < text.length) {
        const size = 1 + random.below(40);
        for (const one of parser.feed(text.slice(at, at + size))) {
          expect("tooLong" in one ? one.tooLong.length : one.line.length).toBeLessThanOrEqual(4096);
        }
        at += size;
      }
    }
  });
});
