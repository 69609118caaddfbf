import { describe, expect, test } from "bun:test";
import { recordLines, transferLine } from "./dd-report.ts";

// The lines of GNU coreutils 9.1 on Debian 12 for the same bytes and seconds.
const REAL = [
  "52 bytes copied, 0.000221749 s, 234 kB/s",
  "999 bytes copied, 0.000541231 s, 1.8 MB/s",
  "1000 bytes (1.0 kB) copied, 0.000168147 s, 5.9 MB/s",
  "1023 bytes (1.0 kB) copied, 0.00105694 s, 968 kB/s",
  "1024 bytes (1.0 kB, 1.0 KiB) copied, 0.000298203 s, 3.4 MB/s",
  "9949 bytes (9.9 kB, 9.7 KiB) copied, 0.00151747 s, 6.6 MB/s",
  "9950 bytes (10 kB, 9.7 KiB) copied, 0.000494002 s, 20.1 MB/s",
  "10239 bytes (10 kB, 10 KiB) copied, 0.000306338 s, 33.4 MB/s",
  "10485760 bytes (10 MB, 10 MiB) copied, 0.058597 s, 179 MB/s",
  "1073741824 bytes (1.1 GB, 1.0 GiB) copied, 5.1129 s, 210 MB/s",
  "99500000 bytes (100 MB, 95 MiB) copied, 0.383728 s, 259 MB/s",
];

describe("the line of the bytes", () => {
  test.each(REAL)("%s", (line) => {
    const [, bytes, seconds] = /^(\d+) .* ([\d.]+) s,/.exec(line) ?? [];
    expect(transferLine(Number(bytes), Number(seconds))).toBe(`${line}\n`);
  });

  test("next to no time and next to nothing", () => {
    expect(transferLine(0, 4.2e-5)).toBe("0 bytes copied, 4.2e-05 s, 0.0 kB/s\n");
    expect(transferLine(1, 0.123)).toBe("1 byte copied, 0.123 s, 0.0 kB/s\n");
    expect(transferLine(12, 0.000_05)).toBe("12 bytes copied, 5e-05 s, 240 kB/s\n");
  });
});

test("records, whole and partial", () => {
  expect(recordLines({ read: [2, 1], written: [2, 0], bytes: 5 })).toBe("2+1 records in\n2+0 records out\n");
});
