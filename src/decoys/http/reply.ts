// What the parts of a site answer with, before a server's filters (conditions, compression, ranges) have been over it.
// Data only: rendering is the product's.

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
