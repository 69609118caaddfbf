// Request heads: golden requests, one byte at a time, nginx's limits, seeded mutations.

import { describe, expect, test } from "bun:test";
import { createSeededRandom } from "../../../../contract/random.ts";
import { bytesOf } from "../../characters.ts";
import type { HeadStep } from "./codec.ts";
import { RequestHeadParser } from "./codec.ts";
import { parseTarget, validateHost } from "./uri.ts";

const parse = (text: string): HeadStep => new RequestHeadParser().feed(bytesOf(text));

const golden =
  "POST /a%20b/../c?x=1#f HTTP/1.1\r\nHost: Example.COM:8080\r\nUser-Agent: curl/8\r\nX-Odd!:  v \r\n" +
  "Content-Length: 5\r\n\r\nhello";

describe("RequestHeadParser", () => {
  test("takes a request apart", () => {
    const { used, head } = parse(golden);
    expect(used).toBe(golden.length - 5);
    expect(head).toMatchObject({
      method: "POST",
      target: "/a%20b/../c?x=1#f",
      path: "/c",
      query: "x=1",
      version: 1001,
      serverHost: "example.com",
      body: { kind: "length", length: 5 },
    });
    expect(head?.headers.list).toEqual([
      ["Host", "Example.COM:8080"],
      ["User-Agent", "curl/8"],
      ["X-Odd!", "v"],
      ["Content-Length", "5"],
    ]);
    expect(head?.headers.get("x-odd!")).toBeUndefined();
  });

  test("takes it one byte at a time", () => {
    const parser = new RequestHeadParser();
    const steps = [...bytesOf(golden.slice(0, -5))].map((byte) => parser.feed(Uint8Array.of(byte)));
    expect(steps.slice(0, -1).every((step) => !step.head && !step.failure)).toBe(true);
    expect(steps.at(-1)?.head).toMatchObject({ method: "POST", path: "/c" });
  });

  test.each([
    ["\x16\x03\x01", 400, "bad-request-line"],
    ["get / HTTP/1.1\r\n", 400, "bad-request-line"],
    ["GET / HTTP/2.0\r\n", 505, "unknown-version"],
    ["GET /../x HTTP/1.1\r\n", 400, "bad-target"],
    ["GET http:///x HTTP/1.1\r\n", 400, "bad-host"],
    ["GET / HTTP/1.1\r\n\r\n", 400, "no-host"],
    ["GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n", 400, "repeated-header"],
    ["GET / HTTP/1.1\r\nHost: a\r\nA : b\r\n", 400, "bad-header"],
    ["TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405, "method-not-allowed"],
    ["GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\n\r\n", 501, "unknown-transfer-encoding"],
    ["GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1e3\r\n\r\n", 400, "bad-body-length"],
    [`GET /${"a".repeat(9000)}`, 414, "request-line-too-long"],
    [`GET / HTTP/1.1\r\nHost: a\r\nA: ${"a".repeat(9000)}`, 494, "header-too-large"],
  ])("refuses %j", (text, status, violation) => {
    expect(parse(text).failure).toMatchObject({ status, violation });
  });

  test("holds no more than nginx's buffers whatever is fed", () => {
    const random = createSeededRandom("http-heads");
    for (let round = 0; round < 400; round++) {
      const text = bytesOf(golden.repeat(1 + random.below(3)));
      for (let change = 0; change < 1 + random.below(6); change++)
        text[random.below(text.length)] = random.below(256);
      const parser = new RequestHeadParser();
      for (let at = 0; at < text.length; ) {
        const step = parser.feed(text.slice(at, at + 1 + random.below(50)));
        expect(step.used).toBeGreaterThan(0);
        if (step.head || step.failure) break;
        at += step.used;
      }
    }
    const endless = new RequestHeadParser();
    let total = 0;
    let failed = false;
    endless.feed(bytesOf("GET / HTTP/1.1\r\nHost: a\r\n"));
    for (let line = 0; line < 7000 && !failed; line++) {
      failed = endless.feed(bytesOf("A: b\r\n")).failure !== undefined;
      total += 6;
    }
    expect(failed).toBe(true);
    expect(total).toBeLessThanOrEqual(1024 + 4 * 8192);
  });
});

describe("parseTarget", () => {
  test.each([
    ["/", "/"],
    ["/a//b/./c/../d", "/a/b/d"],
    ["/a/..", "/"],
    ["/a/.", "/a/"],
    ["/%41%2f%2E%2e/b", "/b"],
    ["/a%3fb", "/a?b"],
    ["/...", "/..."],
  ])("%s is %s", (target, path) => {
    expect(parseTarget(target)?.path).toBe(path);
  });

  test.each(["/..", "/a/../../b", "/%", "/%0", "/%zz", "/%00", "/%2e%2e/"])("%s is refused", (target) => {
    expect(parseTarget(target)).toBeUndefined();
  });

  test("no mutation leaves the root", () => {
    const random = createSeededRandom("http-targets");
    const alphabet = ["/", ".", "..", "%2e", "%2F", "a", "?", "#", "%", "\\", "%5c", "//"];
    for (let round = 0; round < 2000; round++) {
      const target = `/${Array.from({ length: random.below(12) }, () => random.pick(alphabet)).join("")}`;
      const path = parseTarget(target)?.path;
      if (path === undefined) continue;
      expect(path.startsWith("/")).toBe(true);
      expect(path.split("/")).not.toContain("..");
    }
  });
});

test("hosts", () => {
  expect(validateHost("FOO.bar.:99")).toBe("foo.bar");
  expect(validateHost("[::1]:80")).toBe("[::1]");
  for (const host of ["", ":80", "a..b", "a/b", "a b", "."]) expect(validateHost(host)).toBeUndefined();
});
