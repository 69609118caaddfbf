// Products whose real servers can't run here: lengths and lines of published captures, and how the heads are read.

import { describe, expect, test } from "bun:test";
import { apacheDialect } from "./apache/dialect.ts";
import { embeddedDialect } from "./embedded/dialect.ts";
import { alphapdStyle, ddWrtStyle, hpStyle, schneiderStyle } from "./embedded/styles.ts";
import type { Dialect } from "./engine/dialect.ts";
import { HeadParser } from "./engine/head.ts";
import { iisDialect } from "./iis/dialect.ts";
import { lighttpdDialect } from "./lighttpd/dialect.ts";

const dialects: Readonly<Record<string, Dialect>> = {
  iis: iisDialect("Microsoft-IIS/10.0"),
  apache: apacheDialect("Apache/2.4.62 (Debian)"),
  lighttpd: lighttpdDialect("lighttpd/1.4.76"),
  schneider: embeddedDialect(schneiderStyle("V2.1.4")),
  alphapd: embeddedDialect(alphapdStyle()),
  ddWrt: embeddedDialect(ddWrtStyle()),
  hp: embeddedDialect(hpStyle("HP HTTP Server; HP LaserJet - X; Serial Number: Y; Built: Z")),
};

const context = {
  fields: [],
  nowMs: Date.UTC(2026, 10, 24, 2, 40),
  local: { ip: "10.0.0.5", port: 80 },
  before: 0,
};

/** What a dialect answers to bytes, without a site. */
function answer(dialect: Dialect, raw: string): string {
  const parser = new HeadParser(dialect);
  const step = parser.feed(Buffer.from(raw, "latin1"));
  const about = { ...context, request: step.request ?? parser.line, fields: parser.fields };
  if (step.refusal) return Buffer.from(dialect.refuse(step.refusal, about).bytes).toString("latin1");
  if (!step.request) return "";
  const content = dialect.before?.(step.request, false) ?? { status: 404 };
  return Buffer.from(dialect.render(content, about).bytes).toString("latin1");
}

describe("IIS", () => {
  const iis = dialects["iis"] as Dialect;
  const get = (target: string, headers = "Host: x\r\n"): string =>
    answer(iis, `GET ${target} HTTP/1.1\r\n${headers}\r\n`);

  test.each([
    ["an invalid verb", answer(iis, "\r\n"), 400, 326],
    ["no host", get("/", ""), 400, 334],
    ["a bad URL", get("/%zz"), 400, 324],
  ] as const)("HTTP.sys refuses %s with a page of the known length", (_, text, status, length) => {
    expect(text).toStartWith(
      `HTTP/1.1 ${status} Bad Request\r\nContent-Type: text/html; charset=us-ascii\r\nServer: Microsoft-HTTPAPI/2.0\r\nDate: `,
    );
    expect(text).toContain(`\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`);
  });

  test("what is missing is answered in one line of 103 bytes, its name after the type", () => {
    expect(get("/nope")).toBe(
      "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nServer: Microsoft-IIS/10.0\r\nDate: Tue, 24 Nov 2026 02:40:00 GMT\r\nContent-Length: 103\r\n\r\nThe resource you are looking for has been removed, had its name changed, or is temporarily unavailable.",
    );
  });

  test("OPTIONS names the methods twice", () => {
    expect(answer(iis, "OPTIONS / HTTP/1.1\r\nHost: x\r\n\r\n")).toContain(
      "\r\nAllow: OPTIONS, TRACE, GET, HEAD, POST\r\nServer: Microsoft-IIS/10.0\r\nPublic: OPTIONS, TRACE, GET, HEAD, POST\r\n",
    );
  });
});

test("Schneider's server answers what it does not know as nmap's probe has it", () => {
  expect(answer(dialects["schneider"] as Dialect, "OPTIONS / HTTP/1.0\r\n\r\n")).toBe(
    "HTTP/1.1 400 Page not found\r\nServer: Schneider-WEB/V2.1.4\r\nDate: TUE NOV 24 02:40:00 2026\r\nPragma: no-cache\r\nCache-Control: no-cache\r\nContent-length: 154\r\nContent-Type: text/html\r\n\r\n<html><head><title>Document Error: Page not found</title></head>\r\n\t\t<body><h2>Access Error: Page not found</h2>\r\n\t\t<p>Bad request type</p></body></html>\r\n\r\n",
  );
});

describe.each(Object.entries(dialects))("the dialect %s", (_, dialect) => {
  const whole = "GET /a?b=c HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\n";

  test("reads a head byte by byte as at once", () => {
    const parser = new HeadParser(dialect);
    const steps = [...Buffer.from(whole)].map((byte) => parser.feed(Uint8Array.of(byte)));
    expect(steps.slice(0, -1).every(({ request, refusal }) => !request && !refusal)).toBe(true);
    expect(steps.at(-1)?.request).toEqual(new HeadParser(dialect).feed(Buffer.from(whole)).request as never);
    expect(steps.at(-1)?.request?.path).toBe("/a");
  });

  test("neither throws nor keeps more than its bounds, whatever is mutated", () => {
    let seed = 7;
    const next = (limit: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return seed % limit;
    };
    for (let round = 0; round < 400; round++) {
      const bytes = Buffer.from(whole.repeat(1 + next(3)));
      for (let change = 0; change < 1 + next(6); change++) bytes[next(bytes.length)] = next(256);
      expect(() => answer(dialect, bytes.toString("latin1"))).not.toThrow();
    }
    expect(answer(dialect, `GET /${"a".repeat(100_000)}`)).toStartWith("HTTP/1.");
    expect(answer(dialect, `GET / HTTP/1.1\r\n${"A: b\r\n".repeat(5000)}`)).toStartWith("HTTP/1.");
  });
});
