import { expect, test } from "bun:test";
import { formatAgo, formatBytes, formatCompact, formatDuration, formatPosition } from "./format.ts";

test("durations take at most two units", () => {
  const cases: [number, string][] = [
    [0, "0 ms"],
    [999, "999 ms"],
    [1000, "1 s"],
    [200_000, "3 m 20 s"],
    [18_120_000, "5 h 2 m"],
    [273_600_000, "3 d 4 h"],
  ];
  for (const [ms, text] of cases) expect(formatDuration(ms)).toBe(text);
});

test("ago never counts below zero when clocks differ", () => {
  expect(formatAgo(10_000, 5_000)).toBe("now");
  expect(formatAgo(0, 59_999)).toBe("59 s ago");
  expect(formatAgo(0, 3_600_000)).toBe("1 h ago");
});

test("bytes change unit at 1024", () => {
  expect(formatBytes(1023)).toBe("1023 B");
  expect(formatBytes(1536)).toBe("1.5 KiB");
  expect(formatBytes(64 * 1024 * 1024)).toBe("64 MiB");
});

test("large counts are compact, small ones exact", () => {
  expect(formatCompact(9_999)).toBe("9,999");
  expect(formatCompact(12_345)).toBe("12.3K");
});

test("positions are minutes and seconds", () => {
  expect(formatPosition(65.9)).toBe("1:05");
  expect(formatPosition(-1)).toBe("0:00");
});
