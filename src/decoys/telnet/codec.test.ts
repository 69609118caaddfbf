import { describe, expect, test } from "bun:test";
import { createSeededRandom } from "../../contract/random.ts";
import {
  encodeText,
  INITIAL_OPTIONS,
  SUBNEGOTIATION_BYTES,
  TelnetDecoder,
  type TelnetEvent,
} from "./codec.ts";

const bytes = (...parts: (number | string)[]): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === "number" ? [part] : [...Buffer.from(part, "latin1")])),
  );
const decode = (input: Uint8Array): TelnetEvent[] => new TelnetDecoder().feed(input);

/** Neighbouring texts joined, so that feeding in pieces compares. */
function joined(events: readonly TelnetEvent[]): TelnetEvent[] {
  const out: TelnetEvent[] = [];
  for (const event of events) {
    const last = out.at(-1);
    if (event.kind === "text" && last?.kind === "text")
      out[out.length - 1] = { kind: "text", text: last.text + event.text };
    else out.push(event);
  }
  return out;
}

test("the opening is BusyBox telnetd's", () => {
  expect(Buffer.from(INITIAL_OPTIONS).toString("hex")).toBe("fffd01fffd1ffffd21fffb01fffb03");
});

describe("decoding", () => {
  test("line ends of every kind are one LF", () => {
    expect(decode(bytes("a\r\nb\r\0c\rd\ne"))).toEqual([{ kind: "text", text: "a\nb\nc\nd\ne" }]);
  });

  test("negotiation is taken out and not answered", () => {
    expect(
      joined(decode(bytes("a", 255, 251, 24, "b", 255, 253, 3, 255, 254, 1, 255, 252, 39, "c", 255, 241))),
    ).toEqual([{ kind: "text", text: "abc" }]);
  });

  test("the window's size", () => {
    expect(decode(bytes(255, 250, 31, 0, 132, 0, 50, 255, 240, "x"))).toEqual([
      { kind: "window", columns: 132, rows: 50 },
      { kind: "text", text: "x" },
    ]);
    expect(decode(bytes(255, 250, 31, 255, 255, 0, 0, 80, 255, 240))).toEqual([
      { kind: "window", columns: 65_280, rows: 80 },
    ]);
    expect(decode(bytes(255, 250, 31, 0, 255, 240, "x"))).toEqual([{ kind: "text", text: "x" }]);
  });

  test("a doubled IAC is a byte, IP and BRK interrupt", () => {
    expect(decode(bytes(255, 255, 255, 244, 255, 243))).toEqual([
      { kind: "text", text: "\xff" },
      { kind: "interrupt" },
      { kind: "interrupt" },
    ]);
  });

  test("an endless subnegotiation is told once and dropped", () => {
    const events = decode(bytes(255, 250, 24, "x".repeat(SUBNEGOTIATION_BYTES * 4), 255, 240, "y"));
    expect(events).toEqual([{ kind: "overflow" }, { kind: "text", text: "y" }]);
  });
});

test("any bytes, whole or one at a time, mean the same and never throw", () => {
  const random = createSeededRandom("telnet-codec");
  const interesting = [255, 254, 253, 252, 251, 250, 244, 241, 240, 31, 13, 10, 0, 97];
  for (let round = 0; round < 1000; round++) {
    const input = Uint8Array.from({ length: random.below(60) }, () =>
      random.below(3) === 0 ? random.below(256) : random.pick(interesting),
    );
    const single = new TelnetDecoder();
    expect(joined([...input].flatMap((byte) => single.feed(Uint8Array.of(byte))))).toEqual(
      joined(decode(input)),
    );
  }
});

test("encoding doubles IAC, and decoding undoes it", () => {
  expect(encodeText(bytes("a", 255, "b"))).toEqual(bytes("a", 255, 255, "b"));
  const plain = bytes("abc");
  expect(encodeText(plain)).toBe(plain);
  expect(decode(encodeText(bytes(255, 254, 255)))).toEqual([{ kind: "text", text: "\xff\xfe\xff" }]);
});
