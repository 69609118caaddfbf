// When nginx compresses (`gzip on` as Debian ships it: text/html, level 1) and the bytes that come out.
// Never compresses anything of a client's.

import { gzipSync } from "node:zlib";
import type { RequestHeaders } from "./headers.ts";

const MIN_LENGTH = 20;

/** Whether the client takes gzip, by nginx's reading of Accept-Encoding: a bare `*` does not count. */
function acceptsGzip(value: string): boolean {
  for (const item of value.split(",")) {
    const [coding = "", ...parameters] = item.trim().split(";");
    if (coding.trim().toLowerCase() !== "gzip") continue;
    const quality = parameters.map((text) => text.trim().toLowerCase()).find((text) => text.startsWith("q="));
    return quality === undefined || !/^q=0(?:\.0{0,3})?$/.test(quality);
  }
  return false;
}

/** Whether nginx would compress this answer. */
export function shouldGzip(
  request: { readonly version: number; readonly headers: RequestHeaders },
  reply: {
    readonly status: number;
    readonly type?: string;
    readonly body: Uint8Array;
    readonly sized: boolean;
  },
): boolean {
  if (reply.status !== 200 && reply.status !== 403 && reply.status !== 404) return false;
  if (reply.type === undefined || !/^text\/html(?:;|$)/.test(reply.type)) return false;
  if (reply.sized && reply.body.length < MIN_LENGTH) return false;
  if (request.version < 1001 || request.headers.get("via") !== undefined) return false;
  return acceptsGzip(request.headers.get("accept-encoding") ?? "");
}

/** Compresses as nginx does: a window no larger than the content when its length is known. */
export function gzip(body: Uint8Array, sized: boolean): Uint8Array {
  let windowBits = 15;
  let memLevel = 8;
  while (sized && windowBits > 9 && body.length < 2 ** (windowBits - 1) - 262) {
    windowBits--;
    memLevel = Math.max(1, memLevel - 1);
  }
  return new Uint8Array(gzipSync(body, { level: 1, windowBits, memLevel }));
}
