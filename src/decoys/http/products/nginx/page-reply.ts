// Answers with a page that nginx makes itself, and the tags of its files.
// Data only: rendering is render.ts.

import type { HeaderLine, Reply } from "../../reply.ts";
import type { ServerName } from "./pages.ts";
import { specialPage } from "./pages.ts";

/** A page of nginx's own. */
export function pageReply(
  status: number,
  options: ServerName & {
    readonly padded: boolean;
    readonly location?: string;
    readonly extra?: readonly HeaderLine[];
  },
): Reply {
  const { location, extra } = options;
  return {
    status: status === 494 ? 400 : status,
    type: "text/html",
    body: specialPage(status, options),
    sized: true,
    ...(location === undefined ? {} : { location }),
    ...(extra === undefined ? {} : { extra }),
  };
}

/** ETag of a file as nginx makes it: seconds and size in hex. */
export function etagOf(modifiedAt: number, size: number): string {
  return `"${Math.floor(modifiedAt / 1000).toString(16)}-${size.toString(16)}"`;
}
