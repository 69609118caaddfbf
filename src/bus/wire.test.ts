// Frames: exact bytes, every way to cut them, both sides of every limit, mutated streams.

import { describe, expect, test } from "bun:test";
import { DecnetError, isDecnetError } from "../contract/errors.ts";
import { createSeededRandom } from "../contract/random.ts";
import { bodyOf, encodeFrame, FrameParser, frameLength, MAX_BODY, MAX_HEADER } from "./wire.ts";
import { faultOf } from "./wire-header.ts";

interface Seen {
  readonly verb: string;
  readonly args: string;
  readonly body: string;
}

function parse(...chunks: readonly Uint8Array[]): { readonly frames: Seen[]; readonly parser: FrameParser } {
  const frames: Seen[] = [];
  const parser = new FrameParser((frame) => {
    const body = Buffer.from(bodyOf(frame)).toString("hex");
    frames.push({ verb: frame.verb, args: frame.args, body });
  });
  // Copies: the parser keeps what it is fed.
  for (const chunk of chunks) parser.feed(Uint8Array.from(chunk));
  return { frames, parser };
}

function faultIn(action: () => void): string {
  try {
    action();
  } catch (error) {
    if (isDecnetError(error, "protocol")) return faultOf(error);
    throw error;
  }
  return "none";
}

const text = (value: string): Uint8Array => Buffer.from(value, "latin1");

describe("encodeFrame", () => {
  test.each([
    [encodeFrame("HELLO", "me"), "HELLO me\n\0\0\0\0"],
    [encodeFrame("SUB", "a.*.>"), "SUB a.*.>\n\0\0\0\0"],
    [encodeFrame("PUB", "a.b", Uint8Array.of(0x80)), "PUB a.b\n\0\0\0\x01\x80"],
    [encodeFrame("EVT", "a", new Uint8Array(258)), `EVT a\n\0\0\x01\x02${"\0".repeat(258)}`],
    [encodeFrame("BYE"), "BYE\n\0\0\0\0"],
  ])("%#: these bytes", (bytes, golden) => {
    expect(Buffer.from(bytes).toString("latin1")).toBe(golden);
    expect(frameLength(Buffer.concat([Buffer.from("xx"), bytes]), 2)).toBe(golden.length);
  });

  test("refuses what is beyond a limit and takes what is at it", () => {
    expect(encodeFrame("PUB", "a".repeat(MAX_HEADER - 5)).length).toBe(MAX_HEADER + 4);
    expect(() => encodeFrame("PUB", "a".repeat(MAX_HEADER - 4))).toThrow(DecnetError);
    expect(encodeFrame("PUB", "a", new Uint8Array(MAX_BODY)).length).toBe(6 + 4 + MAX_BODY);
    expect(() => encodeFrame("PUB", "a", new Uint8Array(MAX_BODY + 1))).toThrow(DecnetError);
  });
});

describe("FrameParser", () => {
  const stream = Buffer.concat([
    encodeFrame("HELLO", "reader 1"),
    text("PING\r\n\0\0\0\0"),
    encodeFrame("PUB", "a.b", text("\n\n\0PUB x\n")),
    encodeFrame("EVT", "a.b", new Uint8Array(600).fill(10)),
    encodeFrame("BYE"),
  ]);
  const golden: readonly Seen[] = [
    { verb: "HELLO", args: "reader 1", body: "" },
    { verb: "PING", args: "", body: "" },
    { verb: "PUB", args: "a.b", body: Buffer.from("\n\n\0PUB x\n").toString("hex") },
    { verb: "EVT", args: "a.b", body: "0a".repeat(600) },
    { verb: "BYE", args: "", body: "" },
  ];

  test("reads a stream at once", () => {
    expect(parse(stream).frames).toEqual([...golden]);
  });

  test("reads it one byte at a time", () => {
    const bytes = Array.from(stream, (byte) => Uint8Array.of(byte));
    expect(parse(...bytes).frames).toEqual([...golden]);
  });

  test("reads it cut in two at every byte", () => {
    for (let at = 0; at <= stream.length; at++) {
      expect(parse(stream.subarray(0, at), stream.subarray(at)).frames).toEqual([...golden]);
    }
  });

  test("reads it in pieces of every small size", () => {
    for (let size = 2; size < 40; size++) {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < stream.length; at += size) pieces.push(stream.subarray(at, at + size));
      expect(parse(...pieces).frames).toEqual([...golden]);
    }
  });

  test("hands over frames where they lie: offsets of a run are contiguous", () => {
    const spans: number[][] = [];
    const parser = new FrameParser(({ start, body, end }) => spans.push([start, body, end]));
    parser.feed(Buffer.concat([encodeFrame("PUB", "a", text("xyz")), encodeFrame("PUB", "bb")]));
    expect(spans).toEqual([
      [0, 10, 13],
      [13, 24, 24],
    ]);
  });

  test("takes a header and a body at their limits, in one piece or split", () => {
    const longest = encodeFrame("PUB", "a".repeat(MAX_HEADER - 5), new Uint8Array(MAX_BODY));
    for (const at of [0, 1, 4095, 4096, 4097, 4100, 4101, longest.length - 1]) {
      const { frames, parser } = parse(longest.subarray(0, at), longest.subarray(at));
      expect(frames.map((frame) => [frame.args.length, frame.body.length])).toEqual([
        [MAX_HEADER - 5, MAX_BODY * 2],
      ]);
      expect(parser.held).toBe(0);
    }
  });

  test.each([
    ["header_too_long", `PUB ${"a".repeat(MAX_HEADER - 4)}\n`],
    ["header_too_long", "a".repeat(MAX_HEADER)],
    ["body_too_long", "PUB a\n\0\x10\0\x01"],
    ["body_too_long", "PUB a\n\xff\xff\xff\xff"],
    ["unknown_verb", "EVTS a\n\0\0\0\0"],
    ["unknown_verb", " PUB a\n\0\0\0\0"],
    ["bad_header", "\n\0\0\0\0"],
    ["bad_header", "\r\n\0\0\0\0"],
    ["bad_header", "PUB a\r\r\n\0\0\0\0"],
    ["bad_header", "PUB \x7f\n\0\0\0\0"],
    ["bad_header", "PUB \x80\n\0\0\0\0"],
  ])("%s at every split", (fault, bytes) => {
    for (const at of [0, 1, 5, bytes.length - 1]) {
      expect(faultIn(() => parse(text(bytes.slice(0, at)), text(bytes.slice(at))))).toBe(fault);
    }
  });

  test("one byte less than a limit is waited for", () => {
    expect(parse(text("a".repeat(MAX_HEADER - 1))).parser.held).toBe(MAX_HEADER - 1);
  });

  test("the end of the stream is a fault only within a frame", () => {
    expect(faultIn(() => parse(stream).parser.end())).toBe("none");
    for (let at = 1; at < 14; at++) {
      const expected = at === encodeFrame("HELLO", "reader 1").length ? "none" : "truncated";
      expect(faultIn(() => parse(stream.subarray(0, at)).parser.end())).toBe(expected);
    }
  });

  test("takes memory for what has come, not for what was announced", () => {
    const { parser } = parse(text("PUB a\n\0\x10\0\0"));
    expect(parser.capacity).toBeLessThanOrEqual(MAX_HEADER + 4);
    for (let i = 0; i < 100; i++) parser.feed(new Uint8Array(100));
    expect(parser.capacity).toBeLessThanOrEqual(2 * parser.held);
  });

  test("10,000 mutated streams: only its own error, never more than one frame held", () => {
    const random = createSeededRandom("wire-mutations");
    for (let i = 0; i < 10_000; i++) {
      const bytes = Uint8Array.from(stream.subarray(0, 1 + random.below(stream.length)));
      for (let n = random.below(6); n >= 0; n--) bytes[random.below(bytes.length)] = random.below(256);
      const cut = random.below(bytes.length + 1);
      const parser = new FrameParser(() => undefined);
      const fault = faultIn(() => {
        parser.feed(bytes.slice(0, cut));
        parser.feed(bytes.slice(cut));
        parser.end();
      });
      expect(fault).toMatch(/^[a-z_]+$/);
      expect(parser.capacity).toBeLessThanOrEqual(MAX_HEADER + 4 + bytes.length * 2);
    }
  });
});
