// scp's command line and control lines.

import { describe, expect, test } from "bun:test";
import { createSeededRandom } from "../../contract/random.ts";
import { parseScp, splitWords } from "./scp.ts";
import { parseControl, parseTimes } from "./scp-sink.ts";

describe("parseScp", () => {
  test("knows the remote modes", () => {
    expect(parseScp("scp -r -p -t /tmp")).toEqual({
      mode: "sink",
      recursive: true,
      preserve: true,
      mustBeDirectory: false,
      paths: ["/tmp"],
    });
    expect(parseScp("/usr/bin/scp -vf -- -x 'a b'")).toMatchObject({ mode: "source", paths: ["-x", "a b"] });
  });
  test("leaves everything else to the shell", () => {
    for (const line of [
      "scp a b:c",
      "scp -t",
      "scp -t a b",
      "scp -t $(id)",
      "scp -t a; id",
      "ls -t",
      "scp -t 'a",
      "",
    ])
      expect(parseScp(line)).toBeNull();
  });
});

test("splitWords takes quotes and backslashes as a shell does", () => {
  expect(splitWords(`a "b \\" c" d\\ e '' f`)).toEqual(["a", 'b " c', "d e", "", "f"]);
  expect(splitWords('"$x"')).toBeNull();
});

test("control lines", () => {
  expect(parseControl("0644 12 a b")).toEqual({ mode: 0o644, size: 12, name: "a b" });
  expect(parseControl("0644x")).toBe("mode not delimited");
  expect(parseControl("9")).toBe("bad mode");
  expect(parseControl("0644 x y")).toBe("size not delimited");
  expect(parseTimes("1700000000 0 1600000000 0")).toBe(1_700_000_000);
  expect(parseTimes("x")).toBe("mtime.sec not present");
});

test("junk is judged, never thrown at", () => {
  const random = createSeededRandom("scp");
  for (let round = 0; round < 2000; round++) {
    const line = `scp -t ${Buffer.from(random.bytes(random.below(30))).toString("latin1")}`;
    const parsed = parseScp(line);
    expect(parsed === null || parsed.paths.length === 1).toBe(true);
    expect(["string", "object"]).toContain(typeof parseControl(line.slice(random.below(8))));
  }
});
