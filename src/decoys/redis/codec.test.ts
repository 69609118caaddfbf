// The request parser: golden bytes, one byte at a time, bounds, and mutations.

import { describe, expect, test } from "bun:test";
import { createSeededRandom } from "../../contract/random.ts";
import type { Parsed } from "./codec.ts";
import { RequestParser } from "./codec.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");

function drain(parser: RequestParser): Parsed[] {
  const found: Parsed[] = [];
  for (let next = parser.next(); next; next = parser.next()) found.push(next);
  return found;
}

function parse(text: string, setUp: (parser: RequestParser) => void = () => undefined): Parsed[] {
  const parser = new RequestParser();
  setUp(parser);
  parser.push(bytes(text));
  return drain(parser);
}

const argsOf = (found: readonly Parsed[]): unknown[] =>
  found.map((entry) => (entry.kind === "request" ? entry.request.args : entry.text));

// What a Redis 7.0.15 answers to these bytes.
const golden: readonly (readonly [string, unknown[]])[] = [
  ["*1\r\n$4\r\nPING\r\n", [["PING"]]],
  ["*2\r\n$3\r\nGET\r\n$0\r\n\r\n", [["GET", ""]]],
  ["*1\r\n$4\r\nPINGxx*1\r\n$4\r\nPING\r\n", [["PING"], ["PING"]]],
  ["*0\r\n*-1\r\nPING\n", [["PING"]]],
  ["\r\nPING\r\n", [["PING"]]],
  ["set a 'b c' \"\\x41\\n\"\r\n", [["set", "a", "b c", "A\n"]]],
  ["*\r\n", ["ERR Protocol error: invalid multibulk length"]],
  ["*01\r\n", ["ERR Protocol error: invalid multibulk length"]],
  ["*2147483648\r\n", ["ERR Protocol error: invalid multibulk length"]],
  ["*1\r\n+x\r\n", ["ERR Protocol error: expected '$', got '+'"]],
  ["*1\r\n$-1\r\n", ["ERR Protocol error: invalid bulk length"]],
  ["*1\r\n$536870913\r\n", ["ERR Protocol error: invalid bulk length"]],
  ['PING "a\r\n', ["ERR Protocol error: unbalanced quotes in request"]],
  ["a".repeat(70_000), ["ERR Protocol error: too big inline request"]],
  [`*${"1".repeat(70_000)}`, ["ERR Protocol error: too big mbulk count string"]],
  [`*1\r\n$${"1".repeat(70_000)}`, ["ERR Protocol error: too big bulk count string"]],
  ["\x16\x03\x01\x02\x00\r\n\r\n", []],
  ["*2147483647\r\n$1\r\na\r\n", []],
];

describe("RequestParser", () => {
  for (const [input, expected] of golden) {
    test(`reads ${JSON.stringify(input.slice(0, 40))}`, () => {
      expect(argsOf(parse(input))).toEqual(expected);
    });
  }

  test("gives the same one byte at a time", () => {
    for (const [input, expected] of golden.filter(([text]) => text.length < 1000)) {
      const parser = new RequestParser();
      const found = [...bytes(input)].flatMap((byte) => {
        parser.push(Uint8Array.of(byte));
        return drain(parser);
      });
      expect(argsOf(found)).toEqual(expected);
    }
  });

  test("holds lengths small before the password", () => {
    const strict = (parser: RequestParser): void => {
      parser.unauthenticated = true;
    };
    expect(argsOf(parse("*11\r\n", strict))).toEqual([
      "ERR Protocol error: unauthenticated multibulk length",
    ]);
    expect(argsOf(parse("*1\r\n$16385\r\n", strict))).toEqual([
      "ERR Protocol error: unauthenticated bulk length",
    ]);
    expect(argsOf(parse("*1\r\n$1\r\na\r\n", strict))).toEqual([["a"]]);
  });

  test("says nothing more after a violation", () => {
    const parser = new RequestParser();
    parser.push(bytes("*x\r\n"));
    expect(drain(parser)).toHaveLength(1);
    parser.push(bytes("PING\r\n"));
    expect(drain(parser)).toEqual([]);
    expect(parser.held).toBe(0);
  });

  test("keeps a command within its bounds and tells that it was cut", () => {
    const parser = new RequestParser({ bytes: 10, args: 3 });
    parser.push(bytes("*4\r\n$3\r\nSET\r\n$20\r\n"));
    for (let i = 0; i < 20; i++) {
      parser.push(bytes("x"));
      expect(drain(parser)).toEqual([]);
      expect(parser.held).toBeLessThanOrEqual(12);
    }
    parser.push(bytes("\r\n$1\r\na\r\n$1\r\nb\r\nPING\r\n"));
    const [cut, after] = drain(parser);
    expect(cut).toEqual({ kind: "request", request: { args: ["SET", "xxxxxxx", ""], cut: true } });
    expect(after).toEqual({ kind: "request", request: { args: ["PING"], cut: false } });
  });

  test("survives mutated input within its bounds", () => {
    const random = createSeededRandom("redis-codec");
    const seeds = golden.map(([text]) => bytes(text.slice(0, 200))).filter((seed) => seed.length > 0);
    const bounds = { bytes: 4096, args: 64 };
    let seen = 0;
    for (let round = 0; round < 3000; round++) {
      const parser = new RequestParser(bounds);
      const data = Buffer.concat([random.pick(seeds), random.pick(seeds)]);
      for (let i = 0; i < 4; i++) data[random.below(data.length)] = random.below(256);
      for (let at = 0; at < data.length; at += 16) {
        parser.push(data.subarray(at, at + 16));
        for (const entry of drain(parser)) {
          seen++;
          if (entry.kind === "request") expect(entry.request.args.length).toBeLessThanOrEqual(64);
        }
        expect(parser.held).toBeLessThanOrEqual(bounds.bytes + data.length);
      }
    }
    expect(seen).toBeGreaterThan(1000);
  });
});
