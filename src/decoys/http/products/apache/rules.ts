// What Apache httpd 2.4 takes and what it refuses, before any page is asked for.
// Pure. Checked against the real server in test/integration.

import type { HeaderLine } from "../../reply.ts";
import type { Field, Line, Refusal, Request } from "../engine/dialect.ts";
import { fieldOf, isRefusal } from "../engine/dialect.ts";
import { framingOf, parseTarget } from "../engine/target.ts";
import type { Content } from "../product.ts";

const METHODS = new Set(
  "GET HEAD PUT POST DELETE CONNECT OPTIONS TRACE PATCH PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK VERSION-CONTROL CHECKOUT UNCHECKOUT CHECKIN UPDATE LABEL REPORT MKWORKSPACE MKACTIVITY BASELINE-CONTROL MERGE".split(
    " ",
  ),
);
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Reads a request line. */
export function lineOf(text: string): Line | Refusal {
  const bad: Refusal = { status: 400, violation: "bad-request-line" };
  const match = /^([!$%&'*+.^_`|~0-9A-Za-z-]+) ([^ \0-\x1f\x7f#]+)(?: HTTP\/(\d)\.(\d))?$/.exec(text);
  if (!match) return bad;
  const [, method = "", sentTarget = "", major, minor] = match;
  if (major === undefined) return method === "GET" ? { method, sentTarget, version: 9 } : bad;
  const version = Number(major) * 1000 + Number(minor);
  return version < 1000 ? bad : { method, sentTarget, version };
}

/** Reads a header line. */
export function headerOf(text: string): Field | "fold" | Refusal {
  if (/^[ \t]/.test(text)) return "fold";
  const at = text.indexOf(":");
  const name = text.slice(0, Math.max(0, at));
  const value = text.slice(at + 1).replace(/^[ \t]+|[ \t]+$/g, "");
  if (!TOKEN.test(name) || /[\0-\x08\x0a-\x1f\x7f]/.test(value))
    return { status: 400, violation: "bad-header" };
  return [name, value];
}

/** Takes a request apart. */
export function judge(line: Line, fields: readonly Field[]): Request | Refusal {
  const hosts = fields.filter(([name]) => name.toLowerCase() === "host");
  const host = hosts[0]?.[1];
  if (line.version > 1000 && hosts.length !== 1) {
    return { status: 400, violation: host === undefined ? "no-host" : "repeated-header" };
  }
  if (host !== undefined && !/^[A-Za-z0-9._~\-%:[\]]*$/.test(host))
    return { status: 400, violation: "bad-host" };
  const framing = framingOf(fields);
  if (isRefusal(framing)) return framing.status === 501 ? { ...framing, status: 400 } : framing;
  const expect = fieldOf(fields, "expect");
  if (expect !== undefined && expect.toLowerCase() !== "100-continue") {
    return { status: 417, violation: "unknown-expectation", detail: expect };
  }
  if (line.sentTarget === "*" || line.method === "CONNECT") {
    const named = line.method === "CONNECT" ? line.sentTarget : host;
    return { ...line, path: line.sentTarget, query: undefined, host: named, fields, body: framing };
  }
  const target = parseTarget(line.sentTarget);
  if (!target || target.climbs) return { status: 400, violation: "bad-target", detail: "target" };
  if (target.badEscape && !/%00/.test(line.sentTarget)) {
    return { status: 400, violation: "bad-target", detail: "target" };
  }
  const { path, query } = target;
  return { ...line, path, query, host: target.host ?? host, fields, body: framing };
}

/** What the core answers before a handler is asked. */
export function before(allow: HeaderLine, request: Request, found: boolean): Content | undefined {
  const { method, path } = request;
  if (!METHODS.has(method)) return { status: 501, extra: [allow] };
  if (method === "TRACE") return { status: 405, extra: [["Allow", ""]] };
  if (method === "OPTIONS") {
    const type = found && path !== "*" ? { type: "text/html" } : {};
    return { status: 200, body: new Uint8Array(0), extra: path === "*" ? [] : [allow], ...type };
  }
  if (/^\/(.*\/)?\.ht/.test(path) || path === "/server-status") return { status: 403 };
  if (path.includes("\0")) return { status: 404 };
  if (!["GET", "HEAD", "POST"].includes(method)) return { status: 405, extra: [allow] };
  return undefined;
}
