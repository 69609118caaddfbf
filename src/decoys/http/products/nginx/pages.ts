// The pages that nginx makes itself: errors and redirects, byte for byte, with its padding for some browsers.
// Knows no request; the caller says whether to pad.

import { bytesOf } from "../../characters.ts";

/** Reason phrases of the statuses that this server sends. */
export const reasons = new Map<number, string>([
  [200, "OK"],
  [206, "Partial Content"],
  [301, "Moved Permanently"],
  [302, "Moved Temporarily"],
  [304, "Not Modified"],
  [400, "Bad Request"],
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "Not Found"],
  [405, "Not Allowed"],
  [412, "Precondition Failed"],
  [413, "Request Entity Too Large"],
  [414, "Request-URI Too Large"],
  [416, "Requested Range Not Satisfiable"],
  [500, "Internal Server Error"],
  [501, "Not Implemented"],
  [505, "HTTP Version Not Supported"],
]);

/** Titles that differ from status and reason. */
const titles = new Map<number, string>([
  [302, "302 Found"],
  [401, "401 Authorization Required"],
]);

const PADDING = "<!-- a padding to disable MSIE and Chrome friendly error page -->\r\n".repeat(6);

/** What identifies the server in headers and pages, such as `nginx/1.22.1`. */
export interface ServerName {
  readonly server: string;
}

/** The page of a status; 494 gives the page that nginx shows under status 400. */
export function specialPage(status: number, options: ServerName & { readonly padded: boolean }): Uint8Array {
  const tooLarge = status === 494;
  const shown = tooLarge ? 400 : status;
  const title = titles.get(shown) ?? `${shown} ${reasons.get(shown) ?? ""}`;
  const heading = tooLarge ? "400 Request Header Or Cookie Too Large" : title;
  const middle = tooLarge
    ? `<center><h1>400 Bad Request</h1></center>\r\n<center>Request Header Or Cookie Too Large</center>\r\n`
    : `<center><h1>${title}</h1></center>\r\n`;
  const padding = options.padded && shown >= 400 ? PADDING : "";
  return bytesOf(
    `<html>\r\n<head><title>${heading}</title></head>\r\n<body>\r\n${middle}<hr><center>${options.server}</center>\r\n` +
      `</body>\r\n</html>\r\n${padding}`,
  );
}
