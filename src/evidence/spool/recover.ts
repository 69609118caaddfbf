// What the writer finds at start: cuts a torn tail, and tells where to go on.
// Never cuts what was acknowledged: damage within it is left for the reader to report.

import type { Logger } from "../../kit/log.ts";
import type { SegmentFile, SpoolFiles } from "./files.ts";
import { parseHeader, scanSegment } from "./segment.ts";

/** Where the writer goes on. `segment` is null when a new one has to be begun at `position`. */
export interface Recovered {
  readonly position: number;
  readonly segment: OpenSegment | null;
}

/** A segment being written: how much of it is known to be good. */
export interface OpenSegment {
  readonly file: SegmentFile;
  readonly first: number;
  /** Bytes up to the end of the last durable record. */
  length: number;
  /** Durable records in it. */
  count: number;
}

/** Recovers the newest segment. Everything that it still holds afterwards is durable. */
export async function recoverSpool(files: SpoolFiles, log: Logger): Promise<Recovered> {
  const head = (await files.readHead()) ?? 0;
  const first = (await files.list()).at(-1);
  if (first === undefined) return { position: head, segment: null };
  const bytes = await files.read(first);
  if (parseHeader(bytes) !== first) return recoverHeaderless(files, { first, head, log });
  const { count, end } = scanSegment(bytes);
  const position = first + count;
  if (position < head) {
    log.error({ first, position, head }, "spool segment damaged within acknowledged records");
    return { position: head, segment: null };
  }
  const file = await files.reopen(first);
  if (end < bytes.length) {
    log.warn({ first, position, cut_bytes: bytes.length - end }, "torn tail of the spool cut");
    await file.truncate(end);
  }
  await file.sync();
  await files.syncFolder();
  return { position, segment: { file, first, length: end, count } };
}

/** A segment that was created but never got its header holds no record; one whose header is damaged may. */
async function recoverHeaderless(
  files: SpoolFiles,
  found: { first: number; head: number; log: Logger },
): Promise<Recovered> {
  const { first, head, log } = found;
  if (head > first) {
    log.error({ first, head }, "spool segment has a damaged header");
    return { position: head, segment: null };
  }
  log.warn({ first }, "spool segment without a header removed");
  await files.remove(first);
  return { position: Math.max(first, head), segment: null };
}
