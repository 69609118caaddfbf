// The header lines and pages of four small servers. Facts: nmap's service probes (Schneider-WEB, alphapd, HP HTTP Server,
// milli_httpd) and the public sources of micro_httpd and GoAhead, from which three of them derive.

import { bytesOf } from "../../characters.ts";
import { formatHttpDate } from "../../conditions.ts";
import type { HeaderLine } from "../../reply.ts";
import { escapeHtml } from "../engine/wire.ts";
import type { EmbeddedAnswer, EmbeddedStyle } from "./dialect.ts";

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Tue Nov 24 02:40:00 2026`, asctime(3). */
function asctime(ms: number): string {
  const at = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, "0");
  const time = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
  return `${DAYS[at.getUTCDay()]} ${MONTHS[at.getUTCMonth()]} ${String(at.getUTCDate()).padStart(2)} ${time} ${at.getUTCFullYear()}`;
}

/** Some lines only where there is something to say. */
function given(name: string, value: string | undefined): HeaderLine[] {
  return value === undefined ? [] : [[name, value]];
}

const GOAHEAD_TEXT = new Map<number, string>([
  [400, "Bad request type"],
  [401, "Access to this document requires a User ID"],
  [404, "Page not found"],
]);

interface GoAheadNames {
  readonly server: string;
  readonly reasons: ReadonlyMap<number, string>;
  readonly upperDates: boolean;
  readonly lengths: boolean;
}

/** The length of a page of its own leaves out the last line end that it sends (as nmap's probe has it: 154). */
function goAheadLines({
  server,
  upperDates,
  lengths,
}: GoAheadNames): (answer: EmbeddedAnswer) => readonly HeaderLine[] {
  return ({ status, type, length, location, extra, nowMs }) => {
    const date = upperDates ? asctime(nowMs).toUpperCase() : asctime(nowMs);
    return [
      ["Server", server],
      ["Date", date],
      ...(status === 200 && !lengths
        ? []
        : ([
            ["Pragma", "no-cache"],
            ["Cache-Control", "no-cache"],
          ] as HeaderLine[])),
      ...(lengths
        ? ([["Content-length", String(status === 200 ? length : length - 2)]] as HeaderLine[])
        : []),
      ...given(lengths ? "Content-Type" : "Content-type", type ?? "text/html"),
      ...given("Location", location),
      ...extra,
    ];
  };
}

/** A server of the GoAhead family. */
function goAhead(version: string, names: GoAheadNames): EmbeddedStyle {
  return {
    version,
    reasons: names.reasons,
    lines: goAheadLines(names),
    pageType: "text/html",
    bad: 400,
    unknownMethod: 400,
    unknownVersion: undefined,
    methods: ["GET", "HEAD", "POST"],
    page(status, { location, path }) {
      if (location !== undefined) {
        return bytesOf(
          `<html><head></head><body>\r\n\t\tThis document has moved to a new <a href="${escapeHtml(location)}">location</a>.\r\n\t\tPlease update your documents to reflect the new location.\r\n\t\t</body></html>\r\n\r\n`,
        );
      }
      const title = names.reasons.get(status) ?? "Error";
      const where = status === 400 ? "" : `when trying to obtain <b>${escapeHtml(path)}</b><br>`;
      return bytesOf(
        `<html><head><title>Document Error: ${title}</title></head>\r\n\t\t<body><h2>Access Error: ${title}</h2>\r\n\t\t${where}<p>${GOAHEAD_TEXT.get(status) ?? title}</p></body></html>\r\n\r\n`,
      );
    },
  };
}

/** Schneider Electric's server: GoAhead with dates in capitals, and 400 called "Page not found". */
export function schneiderStyle(version: string): EmbeddedStyle {
  return goAhead("1.1", {
    server: `Schneider-WEB/${version}`,
    upperDates: true,
    lengths: true,
    reasons: new Map([
      [200, "OK"],
      [302, "Redirect"],
      [400, "Page not found"],
      [401, "Unauthorized"],
      [404, "Site or Page Not Found"],
    ]),
  });
}

/** alphapd of D-Link's cameras. */
export function alphapdStyle(): EmbeddedStyle {
  return goAhead("1.0", {
    server: "alphapd",
    upperDates: false,
    lengths: false,
    reasons: new Map([
      [200, "OK"],
      [302, "Redirect"],
      [400, "Bad Request"],
      [401, "Authorization Required"],
      [404, "Site or Page Not Found"],
    ]),
  });
}

const MICRO_TEXT = new Map<number, string>([
  [400, "Can't parse request."],
  [401, "Authorization required."],
  [404, "File not found."],
  [501, "That method is not implemented."],
]);

/** DD-WRT's httpd, a child of micro_httpd. */
export function ddWrtStyle(): EmbeddedStyle {
  const reasons = new Map([
    [200, "Ok"],
    [302, "Redirect"],
    [400, "Bad Request"],
    [401, "Unauthorized"],
    [404, "Not Found"],
    [501, "Not Implemented"],
  ]);
  return {
    version: "1.0",
    reasons,
    bad: 400,
    unknownMethod: 501,
    unknownVersion: undefined,
    methods: ["GET", "HEAD", "POST"],
    pageType: "text/html",
    lines: ({ type, extra, nowMs, location }) => [
      ["Server", "httpd"],
      ["Date", formatHttpDate(nowMs)],
      ...extra,
      ...given("Location", location),
      ...given("Content-Type", type),
      ["Connection", "close"],
    ],
    page(status) {
      const title = `${status} ${reasons.get(status) ?? ""}`;
      return bytesOf(
        `<HTML><HEAD><TITLE>${title}</TITLE></HEAD>\n<BODY BGCOLOR="#cc9999"><H4>${title}</H4>\n${MICRO_TEXT.get(status) ?? ""}\n</BODY></HTML>\n`,
      );
    },
  };
}

/** The server of HP's printers: errors are a status line and its long name, nothing else. */
export function hpStyle(server: string): EmbeddedStyle {
  return {
    version: "1.1",
    reasons: new Map([
      [200, "OK"],
      [302, "Found"],
      [400, "Bad Request"],
      [401, "Unauthorized"],
      [404, "Not Found"],
      [405, "Method Not Allowed"],
      [505, "HTTP Version Not Supported"],
    ]),
    bad: 400,
    unknownMethod: 405,
    unknownVersion: 505,
    methods: ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"],
    pageType: "text/html",
    lines: ({ status, type, length, location, extra, modifiedAt }) => [
      ["Server", server],
      ...given("Content-Type", type),
      ...given("Last-Modified", modifiedAt === undefined ? undefined : formatHttpDate(modifiedAt)),
      ...given("Location", location),
      ...extra,
      ...(status === 200
        ? ([
            ["Content-Language", "en"],
            ["Content-Length", String(length)],
          ] as HeaderLine[])
        : []),
    ],
    page: () => null,
  };
}
