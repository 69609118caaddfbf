// The pages that Apache httpd 2.4 makes itself: errors and redirects, with Debian's signature line.
// Knows no request; the caller hands over what shows. Checked against the real server in test/integration.

import { bytesOf } from "../../characters.ts";
import { escapeHtml } from "../engine/wire.ts";

/** Reason phrases. */
export const apacheReasons = new Map<number, string>([
  [200, "OK"],
  [206, "Partial Content"],
  [301, "Moved Permanently"],
  [302, "Found"],
  [304, "Not Modified"],
  [400, "Bad Request"],
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "Not Found"],
  [405, "Method Not Allowed"],
  [412, "Precondition Failed"],
  [413, "Request Entity Too Large"],
  [414, "Request-URI Too Long"],
  [416, "Requested Range Not Satisfiable"],
  [417, "Expectation Failed"],
  [501, "Not Implemented"],
]);

/** What a page shows. */
export interface PageOptions {
  /** `Apache/2.4.62 (Debian)`. */
  readonly banner: string;
  readonly host: string;
  readonly port: number;
  readonly method: string;
  readonly location?: string | undefined;
  readonly detail?: string | undefined;
}

const BROWSER = "Your browser sent a request that this server could not understand.<br />\n";

function textOf(status: number, options: PageOptions): string {
  const method = escapeHtml(options.method);
  switch (status) {
    case 301:
    case 302:
      return `<p>The document has moved <a href="${escapeHtml(options.location ?? "")}">here</a>.</p>\n`;
    case 400:
      return `<p>${BROWSER}${options.detail ?? ""}</p>\n`;
    case 401:
      return "<p>This server could not verify that you\nare authorized to access the document\nrequested.  Either you supplied the wrong\ncredentials (e.g., bad password), or your\nbrowser doesn't understand how to supply\nthe credentials required.</p>\n";
    case 403:
      return "<p>You don't have permission to access this resource.</p>\n";
    case 404:
      return "<p>The requested URL was not found on this server.</p>\n";
    case 405:
      return `<p>The requested method ${method} is not allowed for this URL.</p>\n`;
    case 413:
      return `The requested resource does not allow request data with ${method} requests, or the amount of data provided in\nthe request exceeds the capacity limit.\n`;
    case 414:
      return "<p>The requested URL's length exceeds the capacity\nlimit for this server.<br />\n</p>\n";
    case 416:
      return "<p>None of the range-specifier values in the Range\nrequest-header field overlap the current extent\nof the selected resource.</p>\n";
    case 417:
      return `<p>The expectation given in the Expect request-header\nfield could not be met by this server.\nThe client sent<pre>\n    Expect: ${escapeHtml(options.detail ?? "")}\n</pre>\n</p><p>Only the 100-continue expectation is supported.</p>\n`;
    default:
      return `<p>${method} not supported for current URL.<br />\n</p>\n`;
  }
}

/** The document type that its pages begin with: another one since 2.4.66 or so; 2.4.71 has it. */
function doctypeOf(banner: string): string {
  const release = Number(/^Apache\/2\.4\.(\d+)/.exec(banner)?.[1] ?? 0);
  return release > 65
    ? '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n'
    : '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n';
}

/** The page of a status. */
export function apachePage(status: number, options: PageOptions): Uint8Array {
  const reason = apacheReasons.get(status) ?? "";
  const { banner, host, port } = options;
  return bytesOf(
    `${doctypeOf(banner)}<html><head>\n<title>${status} ${reason}</title>\n</head><body>\n<h1>${reason}</h1>\n${textOf(status, options)}<hr>\n` +
      `<address>${banner} Server at ${escapeHtml(host)} Port ${port}</address>\n</body></html>\n`,
  );
}
