// A lock that the kernel frees when its holder dies, however it dies.
// SQLite's own file lock is used: it is the one lock that this program already carries to every platform.

import { Database } from "bun:sqlite";
import { systemErrorCode } from "../contract/errors.ts";

/** A lock that is held. */
export interface Hold extends Disposable {
  release(): void;
}

/** Takes the lock, waiting up to `waitMs` while the thread stands still; undefined when somebody else keeps it. */
export function holdFile(path: string, waitMs = 0): Hold | undefined {
  const lock = new Database(path, { create: true, readwrite: true });
  try {
    lock.run(`PRAGMA busy_timeout = ${waitMs}`);
    lock.run("PRAGMA locking_mode = EXCLUSIVE");
    lock.run("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (systemErrorCode(error) !== "SQLITE_BUSY") throw error;
    return undefined;
  }
  const release = (): void => lock.close();
  return { release, [Symbol.dispose]: release };
}
