import { describe, expect, test } from "bun:test";
import { encode } from "@msgpack/msgpack";
import { isDecnetError } from "../../contract/errors.ts";
import { createSeededRandom } from "../../contract/random.ts";
import { FrameReader, MAX_FRAME_BYTES, toFrame } from "./frames.ts";
import { formatMessage, parseClientMessage, parseServerMessage } from "./messages.ts";
import { isBoundedMessage } from "./shape.ts";

const put = (): Uint8Array => formatMessage(["put", 7, [Buffer.from("{}"), Buffer.from('{"a":1}')]]);
const body = (frame: Uint8Array): Uint8Array => frame.subarray(4);

describe("door frames", () => {
  test("golden bytes of a greeting", () => {
    expect(Buffer.from(formatMessage(["hello", 1, "local"])).toString("hex")).toBe(
      "0000000e93a568656c6c6f01a56c6f63616c",
    );
  });

  test("one byte at a time gives the same frames as all at once", () => {
    const stream = Buffer.concat([formatMessage(["hello", 1, "a"]), put(), formatMessage(["hello", 1, "b"])]);
    const whole = new FrameReader().push(stream).map((frame) => Buffer.from(frame).toString("hex"));
    const reader = new FrameReader();
    const single = [...stream].flatMap((byte) => reader.push(new Uint8Array([byte])));
    expect(whole.length).toBe(3);
    expect(single.map((frame) => Buffer.from(frame).toString("hex"))).toEqual(whole);
    expect(reader.partial).toBe(false);
  });

  test("a length of zero or beyond the bound is refused before anything is held", () => {
    for (const length of [0, MAX_FRAME_BYTES + 1, 0xffff_ffff]) {
      const prefix = Buffer.alloc(4);
      prefix.writeUInt32BE(length);
      expect(() => new FrameReader().push(prefix)).toThrow("frame length out of bounds");
    }
  });
});

describe("door messages", () => {
  test("come back as they were", () => {
    const message = parseClientMessage(body(put()));
    expect(message[0] === "put" && message[2].map((record) => Buffer.from(record).toString())).toEqual([
      "{}",
      '{"a":1}',
    ]);
    expect(parseServerMessage(body(formatMessage(["ack", 7, 1, 2, 3])))).toEqual(["ack", 7, 1, 2, 3]);
  });

  test("anything else is a protocol error", () => {
    const wrong: unknown[] = [
      ["hello"],
      ["hello", 1, "a b"],
      ["hello", -1, "a"],
      ["put", 1, ["text"]],
      ["put", 1.5, []],
      ["drop", 1, []],
      "hello",
      5,
      null,
      { 0: "hello" },
      ["put", 1, [[new Uint8Array(1)]]],
    ];
    for (const value of wrong) {
      expect(() => parseClientMessage(encode(value))).toThrow(expect.objectContaining({ code: "protocol" }));
    }
  });

  test("a few bytes cannot claim much", () => {
    const deep = Buffer.alloc(1000, 0x91);
    const wide = Buffer.from([0xdd, 0x7f, 0xff, 0xff, 0xff]);
    const long = Buffer.from([0x93, 0xdb, 0x7f, 0xff, 0xff, 0xff]);
    const map = Buffer.from([0xdf, 0x7f, 0xff, 0xff, 0xff]);
    const extension = Buffer.from([0x91, 0xc9, 0x7f, 0xff, 0xff, 0xff, 0x01]);
    const nested = Buffer.from([0x92, 0xdc, 0x0f, 0xff, 0xdc, 0x0f, 0xff]);
    for (const bomb of [deep, wide, long, map, extension, nested, Buffer.alloc(0)]) {
      expect(isBoundedMessage(bomb)).toBe(false);
    }
    expect(isBoundedMessage(encode(["ack", 1, 2, 3, 4]))).toBe(true);
    expect(isBoundedMessage(encode(["put", 2 ** 40, [new Uint8Array(300), new Uint8Array(70_000)]]))).toBe(
      true,
    );
    expect(isBoundedMessage(encode(["put", 1, []]))).toBe(true);
    expect(isBoundedMessage(Buffer.concat([encode(["put", 1, []]), Buffer.from([0])]))).toBe(false);
  });

  test("mutations never throw outside the error type", () => {
    const random = createSeededRandom("door");
    for (let round = 0; round < 5000; round++) {
      const bytes = Buffer.from(body(put()));
      for (let i = random.below(5); i >= 0; i--)
        bytes.writeUInt8(random.below(256), random.below(bytes.length));
      const cut = bytes.subarray(0, random.below(bytes.length + 1));
      try {
        parseClientMessage(cut);
      } catch (error) {
        expect(isDecnetError(error, "protocol")).toBe(true);
      }
      const reader = new FrameReader();
      expect(reader.push(toFrame(cut.length === 0 ? Buffer.from([1]) : cut)).length).toBe(1);
    }
  });
});
