// Small servers inside devices: one request per connection, a forgiving parser, a few header lines.
// Pure. Each server's lines and pages are in styles.ts.

import type { HeaderLine } from "../../reply.ts";
import type { Dialect, Field, Line, Refusal, RenderContext, Rendered, Request } from "../engine/dialect.ts";
import { isRefusal } from "../engine/dialect.ts";
import { framingOf, parseTarget } from "../engine/target.ts";
import { wireBytes } from "../engine/wire.ts";
import type { Content } from "../product.ts";

/** What a small server says in its header. */
export interface EmbeddedAnswer {
  readonly status: number;
  readonly type: string | undefined;
  readonly length: number;
  readonly location: string | undefined;
  readonly modifiedAt: number | undefined;
  readonly extra: readonly HeaderLine[];
  readonly nowMs: number;
}

/** One small server. */
export interface EmbeddedStyle {
  /** `1.0` or `1.1`, whatever the client speaks. */
  readonly version: string;
  readonly reasons: ReadonlyMap<number, string>;
  readonly lines: (answer: EmbeddedAnswer) => readonly HeaderLine[];
  /** The body of a status of its own; null sends none. */
  readonly page: (
    status: number,
    context: { readonly path: string; readonly host: string; readonly location: string | undefined },
  ) => Uint8Array | null;
  readonly pageType: string;
  /** Status for what is not understood, and for a method that it does not know. */
  readonly bad: number;
  readonly unknownMethod: number;
  readonly unknownVersion: number | undefined;
  readonly methods: readonly string[];
}

function lineOf(style: EmbeddedStyle): (text: string) => Line | Refusal {
  return (text) => {
    const bad: Refusal = { status: style.bad, violation: "bad-request-line" };
    const match = /^([A-Za-z-]{1,32})[ \t]+([^ \t\0]+)(?:[ \t]+(.*))?$/.exec(text);
    if (!match) return bad;
    const [, method = "", sentTarget = "", protocol] = match;
    const version = /^HTTP\/(\d)\.(\d)$/.exec(protocol ?? "HTTP/1.0");
    if (!version) return bad;
    if (!style.methods.includes(method)) return { status: style.unknownMethod, violation: "unknown-method" };
    const number = Number(version[1]) * 1000 + Number(version[2]);
    if (style.unknownVersion !== undefined && number !== 1000 && number !== 1001) {
      return { status: style.unknownVersion, violation: "unknown-version" };
    }
    return { method, sentTarget, version: Math.max(1000, number) };
  };
}

/** Header lines that make no sense are passed over. */
function headerOf(text: string): Field | "fold" | Refusal {
  const at = text.indexOf(":");
  return at < 1 ? ["", text.trim()] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function judgeOf(style: EmbeddedStyle): (line: Line, fields: readonly Field[]) => Request | Refusal {
  return (line, fields) => {
    const framing = framingOf(fields);
    if (isRefusal(framing)) return { ...framing, status: style.bad };
    const target = parseTarget(
      line.sentTarget.startsWith("/") ? line.sentTarget : line.sentTarget.replace(/^(?!https?:)/i, "/"),
    );
    if (!target || target.climbs) return { status: style.bad, violation: "bad-target" };
    const host = fields.find(([name]) => name.toLowerCase() === "host")?.[1];
    return {
      ...line,
      path: target.path,
      query: target.query,
      host: target.host ?? host,
      fields,
      body: framing,
    };
  };
}

/** The dialect of a small server. */
export function embeddedDialect(style: EmbeddedStyle): Dialect {
  const render = (content: Content, context: RenderContext): Rendered => {
    const { status, location } = content;
    const { request } = context;
    const path = request && "path" in request ? request.path : "/";
    const host = (request && "host" in request ? request.host : undefined) ?? context.local.ip;
    const body = content.body ?? style.page(status, { path, host, location }) ?? new Uint8Array(0);
    const type = content.body === undefined ? style.pageType : content.type;
    const lines = style.lines({
      status,
      type: body.length === 0 && content.body === undefined ? undefined : type,
      length: body.length,
      location,
      modifiedAt: content.modifiedAt,
      extra: content.extra ?? [],
      nowMs: context.nowMs,
    });
    const bytes = wireBytes({
      first: `HTTP/${style.version} ${status} ${content.reason ?? style.reasons.get(status) ?? "Error"}`,
      lines,
      body,
      sendBody: request?.method !== "HEAD",
    });
    return { bytes, status, keepAlive: false };
  };
  const long: Refusal = { status: style.bad, violation: "header-too-large" };
  return {
    limits: {
      line: 2048,
      field: 4096,
      fields: 64,
      body: 8 * 1024 * 1024,
      headMs: 60_000,
      idleMs: 1000,
      requests: 1,
      blank: 0,
    },
    bareLf: true,
    continues: false,
    line: lineOf(style),
    field: headerOf,
    judge: judgeOf(style),
    tooLong: {
      line: { ...long, violation: "request-line-too-long" },
      field: long,
      fields: long,
      body: { ...long, violation: "body-too-large" },
    },
    refuse: ({ status }, context) => render({ status }, context),
    render,
  };
}
