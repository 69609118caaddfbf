// Texts that Windows' HTTP.sys and IIS 10 send by themselves.
// IIS is set up without its long error pages (the feature "HTTP Errors" is not installed): one line each.

import { bytesOf } from "../../characters.ts";

/** Reason phrases. */
export const iisReasons = new Map<number, string>([
  [200, "OK"],
  [206, "Partial Content"],
  [301, "Moved Permanently"],
  [302, "Redirect"],
  [304, "Not Modified"],
  [400, "Bad Request"],
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "Not Found"],
  [405, "Method Not Allowed"],
  [412, "Precondition Failed"],
  [413, "Payload Too Large"],
  [414, "URI Too Long"],
  [416, "Range Not Satisfiable"],
  [501, "Not Implemented"],
  [505, "HTTP Version Not Supported"],
]);

const NO_PERMISSION = "You do not have permission to view this directory or page.";
const MISSING =
  "The resource you are looking for has been removed, had its name changed, or is temporarily unavailable.";

const LINES = new Map<number, string>([
  [401, NO_PERMISSION],
  [403, NO_PERMISSION],
  [404, MISSING],
  [
    405,
    "The page you are looking for cannot be displayed because an invalid method (HTTP verb) is being used.",
  ],
]);

/** The body that IIS sends with a status of its own. */
export function iisPage(status: number): Uint8Array {
  return bytesOf(
    LINES.get(status) ?? "The page cannot be displayed because an internal server error has occurred.",
  );
}

/** What HTTP.sys says of a request that it refuses: title, heading, sentence. */
const REFUSALS = {
  verb: ["Bad Request", "Bad Request - Invalid Verb", "HTTP Error 400. The request verb is invalid."],
  host: ["Bad Request", "Bad Request - Invalid Hostname", "HTTP Error 400. The request hostname is invalid."],
  url: ["Bad Request", "Bad Request - Invalid URL", "HTTP Error 400. The request URL is invalid."],
  header: [
    "Bad Request",
    "Bad Request - Invalid Header",
    "HTTP Error 400. The request has an invalid header name.",
  ],
  long: [
    "Bad Request",
    "Bad Request - Request Too Long",
    "HTTP Error 400. The size of the request headers is too long.",
  ],
  "url-long": [
    "Request URL Too Long",
    "Request URL Too Long",
    "HTTP Error 414. The request URL is too long.",
  ],
  version: [
    "Version Not Supported",
    "Version Not Supported",
    "HTTP Error 505. The HTTP version is not supported.",
  ],
  length: [
    "Bad Request",
    "Bad Request - Invalid Content Length",
    "HTTP Error 400. There is an invalid content length or chunk length in the request.",
  ],
  coding: [
    "Not Implemented",
    "Transfer Encoding Not Implemented",
    "HTTP Error 501. The transfer encoding is not implemented.",
  ],
  auth: [
    "Not Authorized",
    "Not Authorized",
    "HTTP Error 401. The requested resource requires user authentication.",
  ],
  request: ["Bad Request", "Bad Request", "HTTP Error 400. The request is badly formed."],
} as const;

/** A key of the texts of HTTP.sys. */
export type SysRefusal = keyof typeof REFUSALS;

/** Whether HTTP.sys knows this refusal. */
export function isSysRefusal(name: string | undefined): name is SysRefusal {
  return name !== undefined && Object.hasOwn(REFUSALS, name);
}

/** The page of HTTP.sys. */
export function sysPage(name: SysRefusal): Uint8Array {
  const [title, heading, sentence] = REFUSALS[name];
  return bytesOf(
    `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN""http://www.w3.org/TR/html4/strict.dtd">\r\n<HTML><HEAD><TITLE>${title}</TITLE>\r\n` +
      `<META HTTP-EQUIV="Content-Type" Content="text/html; charset=us-ascii"></HEAD>\r\n<BODY><h2>${heading}</h2>\r\n<hr><p>${sentence}</p>\r\n</BODY></HTML>\r\n`,
  );
}
