// The unprivileged users that a root install drops to. Changes ids for good; never back.

import { readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DecnetError } from "../contract/errors.ts";

/** A user and a group. */
export interface Ids {
  readonly uid: number;
  readonly gid: number;
}

/** Ids used where the host has no `decnet` user: outside the ranges that distributions hand out. */
const FALLBACK_ID = 64_735;

/** Names of the users that `decnet init` makes. */
export const WORKERS_USER = "decnet";
export const DECOYS_USER = "decnet-decky";

/** Ids of a user in the text of a passwd file (passwd(5)), or undefined. */
export function idsOf(name: string, passwd: string): Ids | undefined {
  const fields = passwd
    .split("\n")
    .map((line) => line.split(":"))
    .find((entry) => entry[0] === name);
  return fields ? { uid: Number(fields[2]), gid: Number(fields[3]) } : undefined;
}

function passwdText(): string {
  return readFileSync("/etc/passwd", "utf8");
}

/** Name of a user of this host, or undefined. Not os.userInfo(): on Bun it believes the environment. */
export function nameOfUid(uid: number): string | undefined {
  const entries = passwdText()
    .split("\n")
    .map((line) => line.split(":"));
  return entries.find((entry) => entry[2] === String(uid))?.[0];
}

/** The user of the workers on this host: its `decnet` user where there is one. */
function workerIds(passwd = passwdText()): Ids {
  return idsOf(WORKERS_USER, passwd) ?? { uid: FALLBACK_ID, gid: FALLBACK_ID };
}

/** The user of the decoys: one of their own in the workers' group, so that they reach its sockets and nothing else. */
export function decoyIds(): Ids {
  const passwd = passwdText();
  const { uid } = idsOf(DECOYS_USER, passwd) ?? { uid: FALLBACK_ID + 1 };
  return { uid, gid: workerIds(passwd).gid };
}

/** Whether that user may pass through every folder above `path`. */
function canReach(path: string, { uid, gid }: Ids): boolean {
  const parent = dirname(resolve(path));
  const above = statSync(parent, { throwIfNoEntry: false });
  const bit = above?.uid === uid ? 0o100 : above?.gid === gid ? 0o010 : 0o001;
  const open = !above || (above.mode & bit) !== 0;
  return open && (parent === "/" || canReach(parent, { uid, gid }));
}

/**
 * Who owns the folder of an install that root starts, and runs its workers: the workers' user, or root itself when the
 * folder lies where only root can go. The group is the workers' either way.
 */
export function ownerFor(folder: string): Ids {
  const ids = workerIds();
  return canReach(folder, ids) ? ids : { uid: 0, gid: ids.gid };
}

/** The owner of a folder. */
export function ownerOf(folder: string): Ids {
  const { uid, gid } = statSync(folder);
  return { uid, gid };
}

/** Becomes that user, all supplementary groups gone. Does nothing unless root. Throws when it did not take. */
export function becomeUser(ids: Ids): void {
  if (process.getuid?.() !== 0) return;
  process.setgroups?.([]);
  process.setgid?.(ids.gid);
  process.setuid?.(ids.uid);
  if (process.getuid?.() !== ids.uid || process.getgid?.() !== ids.gid) {
    throw new DecnetError("internal", "privileges could not be dropped");
  }
}
