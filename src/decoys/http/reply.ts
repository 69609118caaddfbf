// What the parts of the site answer with, before nginx's filters (conditions, compression, ranges) have been over it.
// Data only: rendering is render.ts.

import type { ServerName } from "./pages.ts";
import { specialPage } from "./pages.ts";

/** One extra header line. */
export type HeaderLine = readonly [name: string, value: string];

/** An answer. */
export interface Reply {
  readonly status: number;
  /** In place of nginx's own phrase, where an application sent one. */
  readonly reason?: string;
  readonly type?: string;
  readonly body: Uint8Array;
  /** False for what comes without Content-Length (applications, listings): sent chunked. */
  readonly sized: boolean;
  /** A redirect of nginx's own. */
  readonly location?: string;
  /** A file: conditions, ranges, ETag and Last-Modified apply. Unix ms. */
  readonly modifiedAt?: number;
  readonly extra?: readonly HeaderLine[];
  /** The server closes after it although the header says keep-alive (a quirk of nginx's filters). */
  readonly cutAfter?: boolean;
}

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
