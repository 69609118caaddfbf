// One install per data folder: a lock that the kernel frees when its holder dies, however it dies.
// SQLite's own file lock is used: it is the one lock that this program already carries to every platform.

import { Database } from "bun:sqlite";
import { join } from "node:path";
import { DecnetError, systemErrorCode } from "../../contract/errors.ts";
import type { DataFolder } from "../data-folder.ts";

/** Takes the folder for this process. Throws DecnetError `conflict` while another supervisor lives on it. */
export function holdFolder(folder: DataFolder): { release(): void } {
  const lock = new Database(join(folder.run, "supervisor.lock"), { create: true, readwrite: true });
  try {
    lock.run("PRAGMA locking_mode = EXCLUSIVE");
    lock.run("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (systemErrorCode(error) !== "SQLITE_BUSY") throw error;
    throw new DecnetError(
      "conflict",
      `decnet already runs on ${folder.root}; see "decnet status", or name another --data-dir`,
    );
  }
  return { release: () => lock.close() };
}
