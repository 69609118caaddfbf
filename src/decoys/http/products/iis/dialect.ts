// IIS 10 over HTTP.sys: what the kernel driver refuses carries its own name, everything else IIS's.
// Pure. No real IIS can run here: lengths of the texts of HTTP.sys are checked against published captures.

import { formatHttpDate } from "../../conditions.ts";
import type { HeaderLine } from "../../reply.ts";
import type { Dialect, Field, Line, Refusal, RenderContext, Rendered, Request } from "../engine/dialect.ts";
import { fieldOf, isRefusal } from "../engine/dialect.ts";
import { fileOutcome } from "../engine/files.ts";
import { framingOf, parseTarget } from "../engine/target.ts";
import { oneChunk, wireBytes } from "../engine/wire.ts";
import type { Content } from "../product.ts";
import { iisPage, iisReasons, isSysRefusal, sysPage } from "./pages.ts";

/** Ticks of 100 ns between 1601 and 1970. */
const FILETIME_EPOCH = 116_444_736_000_000_000n;
const STATIC_ALLOW: HeaderLine = ["Allow", "GET, HEAD, OPTIONS, TRACE"];
/** As the kernel driver calls itself. */
const HTTP_SYS = "Microsoft-HTTPAPI/2.0";
const OPTIONS_ALLOW = "OPTIONS, TRACE, GET, HEAD, POST";

function sys(detail: string, status = 400): Refusal {
  return { status, violation: `http-sys-${detail}`, detail };
}

function lineOf(text: string): Line | Refusal {
  const verb = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+ /.exec(text);
  if (!verb) return sys("verb");
  const match = /^([^ ]+) ([^ ]+) HTTP\/(\d{1,5})\.(\d{1,5})$/.exec(text);
  if (!match) return /^[^ ]+ [^ ]+ [^H]/.test(text) ? sys("request") : sys("url");
  const [, method = "", sentTarget = "", major, minor] = match;
  if (Number(major) !== 1) return sys("version", 505);
  return { method, sentTarget, version: 1000 + Math.min(1, Number(minor)) };
}

function headerOf(text: string): Field | "fold" | Refusal {
  if (/^[ \t]/.test(text)) return "fold";
  const at = text.indexOf(":");
  const name = text.slice(0, Math.max(0, at));
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return sys("header");
  return [name, text.slice(at + 1).trim()];
}

function judge(line: Line, fields: readonly Field[]): Request | Refusal {
  const hosts = fields.filter(([name]) => name.toLowerCase() === "host");
  const host = hosts[0]?.[1];
  if (line.version > 1000 && hosts.length !== 1) return sys("host");
  if (host !== undefined && !/^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]*)(:\d{0,5})?$/.test(host))
    return sys("host");
  const framing = framingOf(fields);
  if (isRefusal(framing)) return framing.status === 501 ? sys("coding", 501) : sys("length");
  const bare = { ...line, query: undefined, host, fields, body: framing };
  if (line.sentTarget === "*") return line.method === "OPTIONS" ? { ...bare, path: "*" } : sys("url");
  const target = parseTarget(line.sentTarget);
  if (!target || target.badEscape || /[\0-\x1f\x7f]/.test(target.path)) return sys("url");
  if (target.path.split("/").some((segment) => segment.length > 260)) return sys("url");
  // Paths are case-insensitive on Windows: sites are written in lower case.
  return { ...bare, path: target.path.toLowerCase(), query: target.query, host: target.host ?? host };
}

function before({ method }: Request, found: boolean): Content | undefined {
  if (method === "OPTIONS") {
    return {
      status: 200,
      body: new Uint8Array(0),
      extra: [
        ["Allow", OPTIONS_ALLOW],
        ["Public", OPTIONS_ALLOW],
      ],
    };
  }
  if (method === "GET" || method === "HEAD") return undefined;
  if (method === "TRACE") return { status: 501, body: new Uint8Array(0) };
  if (method === "POST") return found ? undefined : { status: 405, extra: [STATIC_ALLOW] };
  return { status: 405, extra: [STATIC_ALLOW] };
}

/** The file time's bytes in hex, lowest first, without leading zeros, as IIS writes them. */
function etagOf(modifiedAt: number): string {
  let ticks = BigInt(Math.floor(modifiedAt)) * 10_000n + FILETIME_EPOCH;
  let text = "";
  for (let byte = 0; byte < 8; byte++) {
    text += (ticks & 0xffn).toString(16);
    ticks >>= 8n;
  }
  return `"${text}:0"`;
}

function connectionOf(context: RenderContext, close: boolean): { on: boolean; lines: readonly HeaderLine[] } {
  const version = context.request?.version ?? 1000;
  const wish = (fieldOf(context.fields, "connection") ?? "").toLowerCase();
  const on = !close && (version > 1000 ? !wish.includes("close") : wish.includes("keep-alive"));
  if (!on) return { on, lines: [["Connection", "close"]] };
  return { on, lines: version > 1000 ? [] : [["Connection", "keep-alive"]] };
}

/** The dialect of one server; `banner` as in its Server header. */
export function iisDialect(banner: string): Dialect {
  const put = (
    answer: {
      readonly status: number;
      readonly reason?: string | undefined;
      /** Before Server, and between Server and Date. */
      readonly first: readonly HeaderLine[];
      readonly extra?: readonly HeaderLine[];
      readonly body: Uint8Array;
      readonly chunked?: boolean;
      readonly close?: boolean;
      readonly server?: string;
    },
    context: RenderContext,
  ): Rendered => {
    const { on, lines } = connectionOf(context, answer.close === true);
    const bodyless = answer.status === 304;
    const length: HeaderLine[] =
      bodyless || answer.chunked === true ? [] : [["Content-Length", String(answer.body.length)]];
    const bytes = wireBytes({
      first: `HTTP/1.1 ${answer.status} ${answer.reason ?? iisReasons.get(answer.status) ?? ""}`,
      lines: [
        ...(answer.chunked === true ? ([["Transfer-Encoding", "chunked"]] as HeaderLine[]) : []),
        ...answer.first,
        ["Server", answer.server ?? banner],
        ...(answer.extra ?? []),
        ["Date", formatHttpDate(context.nowMs)],
        ...lines,
        ...length,
      ],
      body: answer.chunked === true ? oneChunk(answer.body) : answer.body,
      sendBody: context.request?.method !== "HEAD" && !bodyless,
    });
    return { bytes, status: answer.status, keepAlive: on };
  };

  const file = (content: Content, context: RenderContext): Rendered => {
    const { modifiedAt = 0, body = new Uint8Array(0), type = "text/html" } = content;
    const etag = etagOf(modifiedAt);
    const outcome = fileOutcome(content, context.fields, { etag, ifMatch: true });
    const typed: HeaderLine = ["Content-Type", type];
    const dated: HeaderLine = ["Last-Modified", formatHttpDate(modifiedAt)];
    const tagged: readonly HeaderLine[] = [
      ["Accept-Ranges", "bytes"],
      ["ETag", etag],
    ];
    if (outcome.kind === "unchanged")
      return put({ status: 304, first: tagged, body: new Uint8Array(0) }, context);
    if (outcome.kind === "failed") return own(412, context);
    if (outcome.kind === "unsatisfiable")
      return own(416, context, [["Content-Range", `bytes */${body.length}`]]);
    if (outcome.kind === "part") {
      const range: HeaderLine = ["Content-Range", `bytes ${outcome.start}-${outcome.end - 1}/${body.length}`];
      const part = body.subarray(outcome.start, outcome.end);
      return put({ status: 206, first: [typed, range, dated, ...tagged], body: part }, context);
    }
    return put({ status: 200, first: [typed, dated, ...tagged], body }, context);
  };

  const own = (status: number, context: RenderContext, extra: readonly HeaderLine[] = []): Rendered => {
    // Allow comes before the type, everything else after the server's name.
    const allow = extra.filter(([name]) => name === "Allow");
    const rest = extra.filter(([name]) => name !== "Allow");
    return put(
      { status, first: [...allow, ["Content-Type", "text/html"]], extra: rest, body: iisPage(status) },
      context,
    );
  };

  const render = (content: Content, context: RenderContext): Rendered => {
    const { status, reason, type, extra = [], location } = content;
    if (content.body === undefined && location !== undefined) {
      const body = Buffer.from(
        `<head><title>Document Moved</title></head>\n<body><h1>Object Moved</h1>This document may be found <a HREF="${location}">here</a></body>`,
      );
      return put(
        {
          status,
          first: [
            ["Content-Type", "text/html; charset=UTF-8"],
            ["Location", location],
          ],
          extra,
          body,
        },
        context,
      );
    }
    // The login's own messages are the kernel driver's.
    if (extra.some(([name, value]) => name === "WWW-Authenticate" && value.includes(" TlRM"))) {
      const type: HeaderLine = ["Content-Type", "text/html; charset=us-ascii"];
      return put({ status, first: [type], extra, body: sysPage("auth"), server: HTTP_SYS }, context);
    }
    if (content.body === undefined) return own(status, context, extra);
    if (content.modifiedAt !== undefined) return file(content, context);
    const allow = extra.filter(([name]) => name === "Allow");
    const rest = extra.filter(([name]) => name !== "Allow");
    const first: HeaderLine[] = [
      ...allow,
      ...(type === undefined ? [] : ([["Content-Type", type]] as HeaderLine[])),
    ];
    return put({ status, reason, first, extra: rest, body: content.body }, context);
  };

  return {
    limits: {
      line: 16_384,
      field: 16_384,
      fields: 200,
      body: 8 * 1024 * 1024,
      headMs: 120_000,
      idleMs: 120_000,
      requests: 10_000,
      blank: 0,
    },
    bareLf: true,
    continues: true,
    line: lineOf,
    field: headerOf,
    judge,
    before,
    tooLong: {
      line: sys("url-long", 414),
      field: sys("long"),
      fields: sys("long"),
      body: { status: 413, violation: "body-too-large" },
    },
    refuse: ({ status, detail }, context) =>
      put(
        {
          status,
          first: [["Content-Type", "text/html; charset=us-ascii"]],
          body: sysPage(isSysRefusal(detail) ? detail : "request"),
          close: true,
          server: HTTP_SYS,
        },
        context,
      ),
    render,
  };
}
