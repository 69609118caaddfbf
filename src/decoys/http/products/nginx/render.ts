// An answer to the bytes of the wire: nginx's filters in its order, then its header block. Pure.
// Header order: Server, Date, Content-Type, Content-Length, Last-Modified, Location, Transfer-Encoding, Connection, the rest.

import { bytesOf } from "../../characters.ts";
import { evaluateConditions, formatHttpDate, rangeStillHolds } from "../../conditions.ts";
import type { HeaderLine, Reply } from "../../reply.ts";
import { gzip, shouldGzip } from "./gzip.ts";
import type { RequestHeaders } from "./headers.ts";
import { etagOf, pageReply } from "./page-reply.ts";
import { reasons } from "./pages.ts";
import { contentRange, multipartRanges, parseRanges } from "./ranges.ts";

/** What rendering needs to know of the request. */
export interface RenderRequest {
  readonly method: string;
  readonly version: number;
  readonly headers: RequestHeaders;
}

/** What rendering needs to know of the server. */
export interface RenderContext {
  readonly server: string;
  readonly nowMs: number;
  /** Whether the connection could go on after this answer. */
  readonly keepAlive: boolean;
  /** The next boundary of a multipart answer. */
  readonly nextBoundary: () => string;
}

/** The bytes to send and what they mean for the connection. */
export interface Rendered {
  readonly bytes: Uint8Array;
  readonly status: number;
  readonly keepAlive: boolean;
}

interface Filtered extends Reply {
  readonly etag?: string;
  readonly acceptRanges?: boolean;
  readonly bodyless?: boolean;
}

/** Errors after which nginx closes whatever the client wished. */
const CLOSING = new Set([400, 413, 414, 500, 501]);

function applyConditions(reply: Reply, request: RenderRequest, context: RenderContext): Filtered {
  if (reply.status !== 200 || reply.modifiedAt === undefined) return reply;
  const file = { modifiedAt: reply.modifiedAt, etag: etagOf(reply.modifiedAt, reply.body.length) };
  const outcome = evaluateConditions(request.headers, file);
  if (outcome === "failed") {
    const page = pageReply(412, { server: context.server, padded: request.headers.padded });
    return { ...page, cutAfter: true };
  }
  if (outcome === "send") return { ...reply, etag: file.etag, acceptRanges: true };
  return {
    status: 304,
    body: new Uint8Array(0),
    sized: true,
    modifiedAt: reply.modifiedAt,
    etag: file.etag,
    bodyless: true,
  };
}

function applyGzip(reply: Filtered, request: RenderRequest): Filtered {
  if (!shouldGzip(request, reply)) return reply;
  return {
    ...reply,
    body: gzip(reply.body, reply.sized),
    sized: false,
    acceptRanges: false,
    ...(reply.etag === undefined ? {} : { etag: `W/${reply.etag}` }),
    extra: [...(reply.extra ?? []), ["Content-Encoding", "gzip"]],
  };
}

function applyRanges(reply: Filtered, request: RenderRequest, context: RenderContext): Filtered {
  const value = request.headers.get("range");
  if (
    !reply.acceptRanges ||
    reply.modifiedAt === undefined ||
    value === undefined ||
    request.version < 1000
  ) {
    return reply;
  }
  const condition = request.headers.get("if-range");
  const file = { modifiedAt: reply.modifiedAt, etag: reply.etag ?? "" };
  if (condition !== undefined && !rangeStillHolds(condition, file)) return reply;
  const length = reply.body.length;
  const ranges = parseRanges(value, length);
  if (ranges === "whole") return reply;
  if (ranges === "unsatisfiable") {
    return pageReply(416, {
      server: context.server,
      padded: request.headers.padded,
      extra: [["Content-Range", `bytes */${length}`]],
    });
  }
  const partial: Filtered = { ...reply, status: 206, acceptRanges: false };
  const [only, ...more] = ranges;
  if (only && more.length === 0) {
    const extra: HeaderLine[] = [...(reply.extra ?? []), ["Content-Range", contentRange(only, length)]];
    return { ...partial, body: reply.body.subarray(only.start, only.end), extra };
  }
  const boundary = context.nextBoundary();
  return {
    ...partial,
    body: multipartRanges(reply.body, ranges, { boundary, type: reply.type }),
    type: `multipart/byteranges; boundary=${boundary}`,
  };
}

function chunk(body: Uint8Array): Uint8Array {
  if (body.length === 0) return bytesOf("0\r\n\r\n");
  return new Uint8Array(
    Buffer.concat([bytesOf(`${body.length.toString(16)}\r\n`), body, bytesOf("\r\n0\r\n\r\n")]),
  );
}

function headerLines(
  reply: Filtered,
  context: RenderContext,
  keepAlive: boolean,
  chunked: boolean,
): HeaderLine[] {
  const lines: (HeaderLine | undefined)[] = [
    ["Server", context.server],
    ["Date", formatHttpDate(context.nowMs)],
    reply.type === undefined ? undefined : ["Content-Type", reply.type],
    reply.sized && reply.status !== 304 ? ["Content-Length", String(reply.body.length)] : undefined,
    reply.modifiedAt === undefined ? undefined : ["Last-Modified", formatHttpDate(reply.modifiedAt)],
    reply.location === undefined ? undefined : ["Location", reply.location],
    chunked ? ["Transfer-Encoding", "chunked"] : undefined,
    ["Connection", keepAlive ? "keep-alive" : "close"],
    reply.etag === undefined ? undefined : ["ETag", reply.etag],
    ...(reply.extra ?? []),
    reply.acceptRanges ? ["Accept-Ranges", "bytes"] : undefined,
  ];
  return lines.filter((line) => line !== undefined);
}

/** Renders an answer for one request. */
export function render(reply: Reply, request: RenderRequest, context: RenderContext): Rendered {
  const filtered = applyRanges(
    applyGzip(applyConditions(reply, request, context), request),
    request,
    context,
  );
  const head = request.method === "HEAD";
  const silent = head || filtered.bodyless === true;
  const chunked = !filtered.sized && !silent && request.version > 1000;
  const endless = !filtered.sized && !silent && !chunked;
  const keepAlive = context.keepAlive && !CLOSING.has(filtered.status) && !endless;
  const body = chunked ? chunk(filtered.body) : filtered.body;
  const status = filtered.status;
  if (request.version < 1000) return { bytes: filtered.body, status, keepAlive: false };
  const reason = filtered.reason ?? reasons.get(status) ?? "";
  const lines = headerLines(filtered, context, keepAlive, chunked).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const header = bytesOf(`HTTP/1.1 ${status} ${reason}\r\n${lines.join("")}\r\n`);
  return {
    bytes: silent ? header : new Uint8Array(Buffer.concat([header, body])),
    status,
    keepAlive: keepAlive && filtered.cutAfter !== true,
  };
}
