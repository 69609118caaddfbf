// Listings' small parts: permissions, dates, name patterns, data addresses.

import { describe, expect, test } from "bun:test";
import { createSeededRandom } from "../../contract/random.ts";
import type { FileStat } from "../shell/shell.ts";
import { modeText } from "../shell/vfs/mode-text.ts";
import { parseEprt, parsePort } from "./data-channel.ts";
import { dateText } from "./listing.ts";
import { createNameFilter, expandBraces, matchesWildcards } from "./pattern.ts";

const stat = (type: FileStat["type"], mode: number): FileStat => ({
  type,
  mode,
  uid: 0,
  gid: 0,
  size: 0,
  mtimeMs: 0,
  nlink: 1,
  ino: 1,
});

describe("modeText", () => {
  test.each([
    ["file", 0o644, "-rw-r--r--"],
    ["directory", 0o1777, "drwxrwxrwt"],
    ["directory", 0o1770, "drwxrwx--T"],
    ["file", 0o4755, "-rwsr-xr-x"],
    ["file", 0o6644, "-rwSr-Sr--"],
    ["symlink", 0o777, "lrwxrwxrwx"],
  ] as const)("%s %i", (type, mode, text) => {
    expect(modeText(stat(type, mode))).toBe(text);
  });
});

test("dates show the year for the future and for more than 182 days ago", () => {
  const now = Date.UTC(2026, 10, 23, 14, 30);
  expect(dateText(now - 60_000, now)).toBe("Nov 23 14:29");
  expect(dateText(now + 1, now)).toBe("Nov 23  2026");
  expect(dateText(now - 183 * 86_400_000, now)).toBe("May 24  2026");
});

describe("patterns", () => {
  test.each([
    ["a.txt", "*.txt", true],
    ["a.txt", "?.txt", true],
    ["ab.txt", "?.txt", false],
    ["abcabd", "*abd", true],
    ["a", "[a]", false],
    ["[a]", "[a]", true],
    ["", "*", true],
    ["", "?", false],
  ])("%s against %s", (name, pattern, fits) => {
    expect(matchesWildcards(name, pattern)).toBe(fits);
  });

  test("braces", () => {
    expect(expandBraces("{a,b}x{1,2}")).toEqual(["ax1", "ax2", "bx1", "bx2"]);
    expect(expandBraces("{a,b")).toEqual(["{a,b"]);
    expect(expandBraces("{1,2,3,4,5,6,7,8,9}".repeat(9)).length).toBeLessThanOrEqual(64);
    expect(createNameFilter("{a,c}*")("cc")).toBe(true);
  });

  test("hostile patterns end", () => {
    const name = "a".repeat(255);
    expect(createNameFilter("*a".repeat(500))(name)).toBe(false);
    expect(createNameFilter(`${"*a".repeat(120)}*b`)(name)).toBe(false);
  });
});

describe("data addresses", () => {
  test("PORT", () => {
    expect(parsePort("127,0,0,1,200,1")).toEqual({ host: "127.0.0.1", port: 51_201 });
    for (const text of ["", "1,2,3", "1,2,3,4,5,256", "1,2,3,4,5,6,7", "a,b,c,d,e,f", "-1,2,3,4,5,6"]) {
      expect(parsePort(text)).toBeUndefined();
    }
  });

  test("EPRT", () => {
    expect(parseEprt("|1|127.0.0.1|50000|", false)).toEqual({ host: "127.0.0.1", port: 50_000 });
    expect(parseEprt("|2|::1|50000|", true)).toEqual({ host: "::1", port: 50_000 });
    expect(parseEprt("|2|::1|50000|", false)).toBe("bad-protocol");
    expect(parseEprt("", false)).toBe("bad-protocol");
    expect(parseEprt("x", false)).toBe("bad-command");
    expect(parseEprt("|1|nowhere|50000|", false)).toBe("bad-command");
  });

  test("mutations never throw", () => {
    const random = createSeededRandom("ftp-addresses");
    for (let round = 0; round < 500; round++) {
      const text = Buffer.from(random.pick(["|1|127.0.0.1|50000|", "|2|::1|50000|", "127,0,0,1,200,1"]));
      for (let change = 0; change < 3; change++) text[random.below(text.length)] = random.below(256);
      expect(["object", "string"]).toContain(
        typeof parseEprt(text.toString("latin1"), random.below(2) === 0),
      );
      const target = parsePort(text.toString("latin1"));
      expect(target === undefined || target.port <= 65_535).toBe(true);
    }
  });
});
