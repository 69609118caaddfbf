// zlib over the payloads of one direction (RFC 4253 section 6.2, delayed as in OpenSSH PROTOCOL section 1.2).
// One stream over all packets, flushed at each. Refuses to inflate a packet to more than a packet may hold.

import type { Deflate, Inflate } from "node:zlib";
import { constants, createDeflate, createInflate } from "node:zlib";
import { MAX_PACKET } from "./packet.ts";
import { malformed } from "./wire.ts";

/** One direction's stream. */
export interface Compression {
  /** The next payload through the stream. At most one call may be under way. */
  run(payload: Uint8Array): Promise<Uint8Array>;
  close(): void;
}

function streamOver(stream: Deflate | Inflate, maxBytes: number): Compression {
  let parts: Buffer[] = [];
  let size = 0;
  let fail: (error: Error) => void = () => undefined;
  let failed: Error | undefined;
  const stop = (error: Error): void => {
    failed ??= error;
    parts = [];
    stream.destroy();
    fail(failed);
  };
  stream.on("data", (part: Buffer) => {
    size += part.length;
    if (size > maxBytes) stop(malformed("packet inflates beyond its bound"));
    else parts.push(part);
  });
  stream.on("error", () => stop(malformed("bad compressed data")));
  stream.on("end", () => stop(malformed("compressed stream ended")));
  return {
    run(payload) {
      return new Promise((resolve, reject) => {
        fail = reject;
        if (failed) return reject(failed);
        stream.write(payload);
        stream.flush(constants.Z_PARTIAL_FLUSH, () => {
          if (failed) return reject(failed);
          const out = Buffer.concat(parts);
          parts = [];
          size = 0;
          resolve(new Uint8Array(out));
        });
      });
    },
    close() {
      failed ??= malformed("compression closed");
      stream.destroy();
    },
  };
}

/** The outgoing stream, at the level that OpenSSH uses. */
export function createCompressor(): Compression {
  return streamOver(createDeflate({ level: 6 }), 2 * MAX_PACKET);
}

/** The incoming stream. */
export function createDecompressor(): Compression {
  return streamOver(createInflate(), MAX_PACKET);
}
