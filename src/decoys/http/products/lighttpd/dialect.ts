// lighttpd 1.4 as Debian and FreeBSD ship it: its own page for every error, relative redirects, its header order.
// Pure. Checked against the real server in test/integration.

import { bytesOf } from "../../characters.ts";
import { formatHttpDate } from "../../conditions.ts";
import type { HeaderLine } from "../../reply.ts";
import type { Dialect, Field, Line, Refusal, RenderContext, Rendered, Request } from "../engine/dialect.ts";
import { fieldOf, isRefusal } from "../engine/dialect.ts";
import { fileOutcome } from "../engine/files.ts";
import { framingOf, parseTarget } from "../engine/target.ts";
import { wireBytes } from "../engine/wire.ts";
import type { Content } from "../product.ts";

const REASONS = new Map<number, string>([
  [200, "OK"],
  [206, "Partial Content"],
  [301, "Moved Permanently"],
  [302, "Found"],
  [304, "Not Modified"],
  [400, "Bad Request"],
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "Not Found"],
  [413, "Payload Too Large"],
  [416, "Range Not Satisfiable"],
  [431, "Request Header Fields Too Large"],
  [501, "Not Implemented"],
  [505, "HTTP Version Not Supported"],
]);
/** Methods of its table; anything else is refused at once. */
const METHODS = new Set(
  "GET HEAD QUERY POST PUT DELETE CONNECT OPTIONS TRACE ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT COPY LABEL LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MKREDIRECTREF MKWORKSPACE MOVE ORDERPATCH PATCH PROPFIND PROPPATCH REBIND REPORT SEARCH UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE UPDATEREDIRECTREF VERSION-CONTROL".split(
    " ",
  ),
);
const PAGE_TYPE = "text/html";

function page(status: number): Uint8Array {
  const title = `${status} ${REASONS.get(status) ?? ""}`;
  return bytesOf(
    `<?xml version="1.0" encoding="iso-8859-1"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"\n         "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n` +
      `<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">\n <head>\n  <title>${title}</title>\n </head>\n <body>\n  <h1>${title}</h1>\n </body>\n</html>\n`,
  );
}

function lineOf(text: string): Line | Refusal {
  const match = /^([^ ]+) (.+) HTTP\/(\d)\.(\d)$/.exec(text);
  const [, method = "", sentTarget = "", major, minor] = match ?? [];
  if (!match || sentTarget.startsWith(" ") || sentTarget.endsWith(" ")) {
    const detail = text.endsWith(" HTTP/1.1") ? "1.1" : "1.0";
    return { status: 400, violation: "bad-request-line", detail };
  }
  const version = Number(major) * 1000 + Number(minor);
  if (version !== 1000 && version !== 1001)
    return { status: 505, violation: "unknown-version", detail: "1.0" };
  if (!METHODS.has(method))
    return { status: 501, violation: "unknown-method", detail: `1.${version - 1000}` };
  return { method, sentTarget, version };
}

function headerOf(text: string): Field | "fold" | Refusal {
  if (/^[ \t]/.test(text)) return "fold";
  const at = text.indexOf(":");
  const name = text.slice(0, Math.max(0, at));
  const value = text.slice(at + 1).replace(/^[ \t]+|[ \t]+$/g, "");
  const good = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && !/[\0-\x08\x0a-\x1f\x7f]/.test(value);
  return good ? [name, value] : { status: 400, violation: "bad-header" };
}

function judge(line: Line, fields: readonly Field[]): Request | Refusal {
  const hosts = fields.filter(([name]) => name.toLowerCase() === "host");
  const host = hosts[0]?.[1];
  if (line.version > 1000 && host === undefined) return { status: 400, violation: "no-host" };
  if (hosts.length > 1) return { status: 400, violation: "repeated-header" };
  if (host !== undefined && !/^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?$/.test(host)) {
    return { status: 400, violation: "bad-host" };
  }
  const framing = framingOf(fields);
  if (isRefusal(framing)) return framing;
  const both = fieldOf(fields, "content-length") !== undefined && framing.kind === "chunked";
  if (both) return { status: 400, violation: "two-body-lengths" };
  if (framing.kind !== "none" && (line.method === "GET" || line.method === "HEAD")) {
    return { status: 400, violation: "body-of-get" };
  }
  if (line.sentTarget === "*" && line.method === "OPTIONS") {
    return { ...line, path: "*", query: undefined, host, fields, body: framing };
  }
  const target = parseTarget(line.sentTarget.replace(/#.*$/s, ""));
  const elsewhere = target?.host !== undefined && target.host.toLowerCase() !== host?.toLowerCase();
  if (!target || elsewhere || line.method === "CONNECT" || /[\0-\x1f\x7f]/.test(target.path)) {
    return { status: 400, violation: "bad-target" };
  }
  return {
    ...line,
    path: target.path,
    query: target.query,
    host: target.host ?? host,
    fields,
    body: framing,
  };
}

function before(request: Request, found: boolean): Content | undefined {
  if (request.method === "OPTIONS") {
    return { status: 200, body: new Uint8Array(0), extra: [["Allow", "OPTIONS, GET, HEAD, POST"]] };
  }
  if (["GET", "HEAD", "POST"].includes(request.method)) {
    return /~$|\.inc$/.test(request.path) && found ? { status: 403 } : undefined;
  }
  return request.method === "PUT" && !found ? { status: 404 } : { status: 501 };
}

/** A number that stands for inode, size and time, as its ETags do. */
function etagOf(content: Content): string {
  let hash = 5381;
  for (const part of `${content.modifiedAt}/${content.body?.length}/${content.type}`) {
    hash = (Math.imul(hash, 33) ^ part.charCodeAt(0)) >>> 0;
  }
  return `"${hash}"`;
}

/** The dialect of one server; `banner` as in its Server header. */
export function lighttpdDialect(banner: string): Dialect {
  const put = (
    answer: {
      status: number;
      reason?: string | undefined;
      lines: readonly HeaderLine[];
      body: Uint8Array;
      close?: boolean;
      old?: boolean;
    },
    context: RenderContext,
  ): Rendered => {
    const version = context.request?.version ?? 1001;
    const old = answer.old ?? version < 1001;
    const wish = (fieldOf(context.fields, "connection") ?? "").toLowerCase();
    const method = context.request?.method ?? "";
    const posted =
      context.request !== undefined && "body" in context.request && context.request.body.kind !== "none";
    const on = old ? wish.includes("keep-alive") : !wish.includes("close");
    const keepAlive = on && !posted && answer.close !== true;
    const connection: HeaderLine[] = !keepAlive
      ? [["Connection", "close"]]
      : old
        ? [["Connection", "keep-alive"]]
        : [];
    const bytes = wireBytes({
      first: `HTTP/1.${old ? 0 : 1} ${answer.status} ${answer.reason ?? REASONS.get(answer.status) ?? ""}`,
      lines: [...answer.lines, ...connection, ["Date", formatHttpDate(context.nowMs)], ["Server", banner]],
      body: answer.body,
      sendBody: method !== "HEAD",
    });
    return { bytes, status: answer.status, keepAlive };
  };

  const own = (
    status: number,
    context: RenderContext,
    more: { close?: boolean; old?: boolean; extra?: readonly HeaderLine[] } = {},
  ): Rendered => {
    const body = page(status);
    const { extra = [], ...rest } = more;
    const lines: HeaderLine[] = [
      ...extra,
      ["Content-Type", PAGE_TYPE],
      ["Content-Length", String(body.length)],
    ];
    return put({ status, lines, body, ...rest }, context);
  };

  const file = (content: Content, context: RenderContext): Rendered => {
    const { modifiedAt = 0, body = new Uint8Array(0) } = content;
    // RFC 9239 renamed the type of scripts, and lighttpd follows whatever its settings say.
    const named = content.type ?? "application/octet-stream";
    const type = named === "application/javascript" ? "text/javascript" : named;
    const etag = etagOf(content);
    const outcome = fileOutcome(content, context.fields, { etag, ifMatch: false });
    const typed: HeaderLine = ["Content-Type", type];
    const about: HeaderLine[] = [
      ["ETag", etag],
      ["Last-Modified", formatHttpDate(modifiedAt)],
    ];
    const { method = "", version = 1000 } = context.request ?? {};
    const ranged = version > 1000 && method !== "POST";
    if (outcome.kind === "unchanged" && ranged) {
      return put({ status: 304, lines: [typed, ...about], body: new Uint8Array(0) }, context);
    }
    if (outcome.kind === "unsatisfiable" && ranged) {
      return own(416, context);
    }
    const accepts: HeaderLine[] = ranged ? [["Accept-Ranges", "bytes"]] : [];
    if (outcome.kind === "part" && ranged) {
      const part = body.subarray(outcome.start, outcome.end);
      const range: HeaderLine = ["Content-Range", `bytes ${outcome.start}-${outcome.end - 1}/${body.length}`];
      const length: HeaderLine = ["Content-Length", String(part.length)];
      return put({ status: 206, lines: [typed, ...about, length, ...accepts, range], body: part }, context);
    }
    const length: HeaderLine = ["Content-Length", String(body.length)];
    return put({ status: 200, lines: [typed, ...about, length, ...accepts], body }, context);
  };

  const render = (content: Content, context: RenderContext): Rendered => {
    const { status, reason, body, location, type, extra = [], modifiedAt } = content;
    if (body === undefined && location !== undefined) {
      const relative = location.replace(/^http:\/\/[^/]+/, "");
      const lines: HeaderLine[] = [...extra, ["Location", relative], ["Content-Length", "0"]];
      return put({ status, lines, body: new Uint8Array(0) }, context);
    }
    if (body === undefined) return own(status, context, { extra });
    if (modifiedAt !== undefined) return file(content, context);
    const lines: HeaderLine[] = [
      ...extra,
      ...(location === undefined ? [] : ([["Location", location]] as HeaderLine[])),
      ...(type === undefined ? [] : ([["Content-Type", type]] as HeaderLine[])),
      ["Content-Length", String(body.length)],
    ];
    return put({ status, reason, lines, body }, context);
  };

  const large: Refusal = { status: 431, violation: "header-too-large" };
  return {
    limits: {
      line: 8192,
      field: 8192,
      fields: 200,
      body: 8 * 1024 * 1024,
      headMs: 60_000,
      idleMs: 5000,
      requests: 1000,
      blank: 0,
    },
    bareLf: false,
    continues: true,
    line: lineOf,
    field: headerOf,
    judge,
    before,
    tooLong: {
      line: { ...large, violation: "request-line-too-long" },
      field: large,
      fields: large,
      body: { status: 413, violation: "body-too-large" },
    },
    refuse: ({ status, detail }, context) =>
      own(status, context, { close: true, ...(context.request ? {} : { old: detail !== "1.1" }) }),
    render,
  };
}
