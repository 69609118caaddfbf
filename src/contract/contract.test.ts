import { describe, expect, test } from "bun:test";
import { capture, capturedBytes, printable } from "./captured.ts";
import { TestClock } from "./clock.ts";
import { createIdSource, isSha256, isUlid, timeOfUlid } from "./ids.ts";
import { editDistance, nearest } from "./nearest.ts";
import { createSeededRandom, systemRandom } from "./random.ts";

describe("capture", () => {
  test("valid UTF-8 stays text, anything else becomes base64, both with the true length", () => {
    expect(capture("päss")).toEqual({ enc: "utf8", val: "päss", len: 5 });
    expect(capture(new Uint8Array([0xff, 0xfe]))).toEqual({ enc: "base64", val: "//4=", len: 2 });
  });

  test("a cut never splits a character", () => {
    const cut = capture("aé€😀", 6);
    expect(cut).toEqual({ enc: "utf8", val: "aé€", len: 10 });
    for (let max = 0; max <= 10; max++) {
      const kept = capture("aé€😀", max);
      expect(kept.enc).toBe("utf8");
      expect(Buffer.byteLength(kept.val)).toBeLessThanOrEqual(max);
    }
  });

  test("random bytes come back as they were, whatever they are", () => {
    const random = createSeededRandom("capture");
    for (let i = 0; i < 500; i++) {
      const bytes = random.bytes(random.below(40));
      expect(capturedBytes(capture(bytes))).toEqual(bytes);
    }
  });

  test("printable shows control, escape and bidirectional characters as text", () => {
    expect(printable("a\x1b[31m\u202eb\n")).toBe("a\\u{1b}[31m\\u{202e}b\\u{a}");
    expect(printable("x".repeat(300), 10)).toBe(`${"x".repeat(10)}…`);
  });
});

describe("ids", () => {
  test("ULIDs grow strictly also while the clock stands still or steps back", () => {
    const clock = new TestClock();
    const next = createIdSource(clock, createSeededRandom("ids"));
    const ids = Array.from({ length: 200 }, (_, i) => {
      if (i === 100) clock.advance(5);
      return next<string>();
    });
    expect(ids.every(isUlid)).toBe(true);
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(200);
    expect(timeOfUlid(ids[0] as string)).toBe(1_700_000_000_000);
  });

  test("hashes are 64 lower-case hex digits and nothing else", () => {
    expect(isSha256("a".repeat(64))).toBe(true);
    for (const bad of ["A".repeat(64), "a".repeat(63), "../".repeat(21), `${"a".repeat(64)}\n`])
      expect(isSha256(bad)).toBe(false);
  });
});

describe("random", () => {
  test("the same seed gives the same bytes however they are asked for", () => {
    const whole = createSeededRandom("x").bytes(100);
    const parts = createSeededRandom("x");
    expect(Buffer.concat([parts.bytes(1), parts.bytes(63), parts.bytes(36)])).toEqual(Buffer.from(whole));
    expect(createSeededRandom("y").bytes(100)).not.toEqual(whole);
  });

  test("below stays in range", () => {
    for (let i = 0; i < 1000; i++) expect(systemRandom.below(3)).toBeWithin(0, 3);
  });
});

describe("nearest", () => {
  test("counts edits, transpositions as one", () => {
    expect(editDistance("status", "statsu")).toBe(1);
    expect(editDistance("", "abc")).toBe(3);
  });

  test("names the near one and stays silent otherwise", () => {
    expect(nearest("statsu", ["status", "up"])).toBe("status");
    expect(nearest("zzzzzz", ["status", "up"])).toBeUndefined();
    expect(nearest("stat", ["start-all", "status"])).toBeDefined();
  });
});

describe("test clock", () => {
  test("runs what falls due in order, and wakes sleepers when aborted", async () => {
    const clock = new TestClock(0);
    const order: string[] = [];
    clock.after(20, () => order.push("b"));
    clock.after(10, () => order.push("a"));
    clock.after(30, () => order.push("c"))();
    clock.advance(50);
    expect(order).toEqual(["a", "b"]);
    const stop = new AbortController();
    const sleep = clock.sleep(1000, stop.signal);
    stop.abort();
    await sleep;
  });
});
