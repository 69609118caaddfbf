// Apache httpd 2.4 as Debian, Ubuntu and Rocky Linux ship it: strict parsing, its header order, its refusals.
// Pure. Checked against the real server in test/integration.

import { gzipSync } from "node:zlib";
import { formatHttpDate } from "../../conditions.ts";
import type { HeaderLine } from "../../reply.ts";
import type { Dialect, RenderContext, Rendered } from "../engine/dialect.ts";
import { fieldOf } from "../engine/dialect.ts";
import { fileOutcome } from "../engine/files.ts";
import { oneChunk, wireBytes } from "../engine/wire.ts";
import type { Content } from "../product.ts";
import { apachePage, apacheReasons } from "./pages.ts";
import { before, headerOf, judge, lineOf } from "./rules.ts";

/** In the order of a hash table whose seed is drawn at each start: some rotation of this. */
const ALLOWED = ["GET", "POST", "OPTIONS", "HEAD"] as const;
/** Statuses after which httpd hangs up (`ap_status_drops_connection`). */
const CLOSING = new Set([400, 408, 411, 413, 414, 500, 501, 503]);
const PAGE_TYPE = "text/html; charset=iso-8859-1";
const DEFLATED = /^(text\/(html|plain|css|xml|javascript)|application\/(javascript|json|xml))/;

/** Types that Debian's table names otherwise than nginx's. */
const TYPES = new Map([
  ["image/x-icon", "image/vnd.microsoft.icon"],
  ["application/javascript", "text/javascript"],
]);

function placeOf(context: RenderContext, known: boolean): { host: string; port: number } {
  const { request } = context;
  const named = known
    ? ((request && "host" in request ? request.host : undefined) ?? fieldOf(context.fields, "host"))
    : undefined;
  if (named === undefined || named === "") return { host: context.local.ip, port: 80 };
  const match = /^(.*?)(?::(\d{1,5}))?$/.exec(named);
  return { host: (match?.[1] ?? "").toLowerCase(), port: Number(match?.[2] ?? 80) };
}

/** Whether the client wishes to go on, and whether it said so. */
function wishOf(context: RenderContext): { readonly on: boolean; readonly said: boolean } {
  const version = context.request?.version ?? 1000;
  const words = (fieldOf(context.fields, "connection") ?? "").toLowerCase();
  if (words.includes("close")) return { on: false, said: true };
  const said = words.includes("keep-alive");
  // A request with two lengths is the last one, whatever was wished.
  const twoLengths =
    fieldOf(context.fields, "transfer-encoding") !== undefined &&
    fieldOf(context.fields, "content-length") !== undefined;
  return { on: !twoLengths && (version > 1000 || (said && version === 1000)), said };
}

function etagOf(modifiedAt: number, size: number): string {
  return `"${size.toString(16)}-${(BigInt(Math.floor(modifiedAt)) * 1000n).toString(16)}"`;
}

interface Answer {
  readonly status: number;
  readonly reason: string;
  /** Between Server and the lines of the connection. */
  readonly middle: readonly HeaderLine[];
  readonly type: string | undefined;
  readonly body: Uint8Array;
  readonly close: boolean;
  readonly silent?: boolean;
}

/** The dialect of one server; `banner` as in its Server header, `seed` any whole number. */
export function apacheDialect(banner: string, seed = 0): Dialect {
  const turn = seed % ALLOWED.length;
  const allow: HeaderLine = ["Allow", [...ALLOWED.slice(turn), ...ALLOWED.slice(0, turn)].join(",")];
  const put = (answer: Answer, context: RenderContext): Rendered => {
    const { on, said } = wishOf(context);
    const keepAlive = on && !answer.close;
    const connection: readonly HeaderLine[] = !keepAlive
      ? [["Connection", "close"]]
      : said
        ? [
            ["Keep-Alive", `timeout=5, max=${100 - context.before}`],
            ["Connection", "Keep-Alive"],
          ]
        : [];
    const version = context.request?.version;
    const type: HeaderLine[] = answer.type === undefined ? [] : [["Content-Type", answer.type]];
    const bytes = wireBytes({
      first: version === 9 ? undefined : `HTTP/1.1 ${answer.status} ${answer.reason}`,
      lines: [
        ["Date", formatHttpDate(context.nowMs)],
        ["Server", banner],
        ...answer.middle,
        ...connection,
        ...type,
      ],
      body: answer.body,
      sendBody: context.request?.method !== "HEAD" && answer.silent !== true,
    });
    return { bytes, status: answer.status, keepAlive: keepAlive && version !== 9 };
  };

  const page = (content: Content, context: RenderContext, known = true, detail?: string): Rendered => {
    const { status, location, extra = [] } = content;
    const method = context.request?.method ?? "";
    const shown = detail === "body" ? undefined : detail;
    const whole = apachePage(status, { banner, ...placeOf(context, known), method, location, detail: shown });
    // httpd knows no length of what it adds to a file's answer or to a body that broke off, nor of what HEAD hides.
    const chunked = status === 416 && (context.request?.version ?? 0) > 1000;
    const body = chunked ? oneChunk(whole) : whole;
    const middle: HeaderLine[] = [
      ...extra,
      ...(location === undefined ? [] : ([["Location", location]] as HeaderLine[])),
    ];
    const unsized = detail === "body" || method === "HEAD";
    const length: HeaderLine[] = chunked
      ? [["Transfer-Encoding", "chunked"]]
      : unsized
        ? []
        : [["Content-Length", String(body.length)]];
    const reason = apacheReasons.get(status) ?? "";
    return put(
      { status, reason, middle: [...middle, ...length], type: PAGE_TYPE, body, close: CLOSING.has(status) },
      context,
    );
  };

  const file = (content: Content, context: RenderContext): Rendered => {
    const { modifiedAt = 0, body = new Uint8Array(0) } = content;
    const type = content.type && (TYPES.get(content.type) ?? content.type);
    const plain = etagOf(modifiedAt, body.length);
    const outcome = fileOutcome(content, context.fields, { etag: plain, ifMatch: true });
    const zipped = outcome.kind === "whole" && zips(content, context);
    const etag = zipped ? plain.replace(/"$/, '-gzip"') : plain;
    const about: HeaderLine[] = [
      ["Last-Modified", formatHttpDate(modifiedAt)],
      ["ETag", etag],
      ["Accept-Ranges", "bytes"],
    ];
    const vary: HeaderLine[] = deflates(content) ? [["Vary", "Accept-Encoding"]] : [];
    const sized = (bytes: Uint8Array): HeaderLine => ["Content-Length", String(bytes.length)];
    const answer = (status: number, more: Partial<Answer>): Rendered =>
      put(
        { status, reason: apacheReasons.get(status) ?? "", middle: about, type, body, close: false, ...more },
        context,
      );
    if (outcome.kind === "unchanged")
      return answer(304, { middle: [...about, ...vary], type: undefined, silent: true });
    if (outcome.kind === "failed") {
      return answer(412, { middle: [...about, ["Content-Length", "0"]], silent: true });
    }
    if (outcome.kind === "unsatisfiable") {
      return page({ status: 416 }, context);
    }
    if (outcome.kind === "part") {
      const part = body.subarray(outcome.start, outcome.end);
      const range: HeaderLine = ["Content-Range", `bytes ${outcome.start}-${outcome.end - 1}/${body.length}`];
      return answer(206, { middle: [...about, sized(part), range, ...vary], body: part });
    }
    if (!zipped) return answer(200, { middle: [...about, sized(body), ...vary] });
    const small = zip(body);
    const coding: HeaderLine = ["Content-Encoding", "gzip"];
    return answer(200, { middle: [...about, ...vary, coding, sized(small)], body: small });
  };

  const render = (content: Content, context: RenderContext): Rendered => {
    if (content.body === undefined) return page(content, context);
    if (content.modifiedAt !== undefined) return file(content, context);
    const { status, type, extra = [], location } = content;
    const zipped = content.generated === true && zips(content, context);
    const body = zipped ? zip(content.body) : content.body;
    const middle: HeaderLine[] = [
      ...extra,
      ...(location === undefined ? [] : ([["Location", location]] as HeaderLine[])),
      ...(content.generated === true && deflates(content) && body.length > 0
        ? ([["Vary", "Accept-Encoding"]] as HeaderLine[])
        : []),
      ...(zipped ? ([["Content-Encoding", "gzip"]] as HeaderLine[]) : []),
      ["Content-Length", String(body.length)],
    ];
    const reason = content.reason ?? apacheReasons.get(status) ?? "";
    return put({ status, reason, middle, type, body, close: CLOSING.has(status) }, context);
  };

  return {
    limits: {
      line: 8190,
      field: 8190,
      fields: 100,
      body: 8 * 1024 * 1024,
      headMs: 20_000,
      idleMs: 5000,
      requests: 100,
      blank: 10,
    },
    bareLf: false,
    continues: true,
    line: lineOf,
    field: headerOf,
    judge,
    before: (request, found) => before(allow, request, found),
    tooLong: {
      line: { status: 414, violation: "request-line-too-long" },
      field: {
        status: 400,
        violation: "header-too-large",
        detail: "Size of a request header field exceeds server limit.",
      },
      fields: {
        status: 400,
        violation: "too-many-headers",
        detail: "The number of request header fields exceeds this server's limit.",
      },
      body: { status: 413, violation: "body-too-large" },
    },
    refuse: ({ status, detail }, context) => {
      const known = detail === "target" || detail === "body" || status === 413 || status === 417;
      const shown = detail === "target" ? undefined : detail;
      return page({ status }, context, known, shown);
    },
    render,
  };
}

function deflates({ type = "" }: Content): boolean {
  return DEFLATED.test(type) && !type.startsWith("text/plain");
}

function zips(content: Content, { fields }: RenderContext): boolean {
  const { body } = content;
  if (!body || body.length === 0 || !DEFLATED.test(content.type ?? "")) return false;
  return /\bgzip\b/i.test(fieldOf(fields, "accept-encoding") ?? "");
}

/** mod_deflate's defaults: level 6, memory level 9. */
function zip(body: Uint8Array): Uint8Array {
  return new Uint8Array(gzipSync(body, { level: 6, memLevel: 9 }));
}
