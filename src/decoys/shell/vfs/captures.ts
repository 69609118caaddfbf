// Written files as evidence: their bytes to the blob store, one `file.uploaded` for each.
// Keeps nothing itself: a bound that is hit shows as `stored` below `size`.

import { capture } from "../../../contract/captured.ts";
import type { FileCapture, Session } from "../../decoy.ts";
import { fromByteString } from "../bytes.ts";
import type { ByteString, UploadVia } from "../shell.ts";
import { READ_BYTES } from "./content.ts";
import type { Captor, FileNode } from "./node.ts";
import { WrittenContent } from "./written.ts";

/** Takes the writes of one open file. */
export interface UploadSink {
  write(offset: number, bytes: Uint8Array): void;
  finish(node: FileNode): Promise<void>;
}

/** Captures of one login. */
export interface Captures extends Captor {
  /** Streams a file as it comes, so that also what is too large to be held is captured. */
  upload(path: ByteString, via: UploadVia): UploadSink;
  /** Resolves when all captures that were begun are recorded; none is begun after. */
  settle(): Promise<void>;
}

/** Makes the captures of a session. */
export function createCaptures(session: Session): Captures {
  const pending = new Set<Promise<void>>();
  let settled = false;
  const record = async (path: ByteString, via: UploadVia, file: FileCapture): Promise<void> => {
    const kept = await file.finish();
    if (!kept) return;
    session.record("file.uploaded", { name: capture(fromByteString(path)), ...kept, via });
  };
  const track = (task: Promise<void>): Promise<void> => {
    // A blob store that fails is reported by its owner; the intruder's write succeeded all the same.
    const tracked = task.catch(() => undefined).finally(() => pending.delete(tracked));
    pending.add(tracked);
    return tracked;
  };
  const whole = (path: ByteString, via: UploadVia, node: FileNode): Promise<void> => {
    const file = session.captureFile();
    const kept = node.content instanceof WrittenContent ? node.content.telling : node.content.size;
    for (let at = 0; at < kept; at += READ_BYTES) {
      file.write(fromByteString(node.content.slice(at, Math.min(READ_BYTES, kept - at))));
    }
    return track(record(path, via, file));
  };
  return {
    upload(path, via) {
      let file: FileCapture | undefined = session.captureFile();
      let next = 0;
      return {
        write(offset, bytes) {
          if (offset === next) file?.write(bytes);
          else {
            // Written out of order: captured from what is held, at the end.
            file?.abort();
            file = undefined;
          }
          next = offset + bytes.length;
        },
        finish: (node) => {
          // FTP without a data connection, or with an empty one: nothing came.
          if (via === "ftp" && next === 0) {
            file?.abort();
            return Promise.resolve();
          }
          return file ? track(record(path, via, file)) : whole(path, via, node);
        },
      };
    },
    take(path, node) {
      const via = node.dirty;
      node.dirty = undefined;
      if (via && node.content.size > 0 && !settled) void whole(path, via, node);
    },
    async settle() {
      while (pending.size > 0) await Promise.all(pending);
      settled = true;
    },
  };
}
