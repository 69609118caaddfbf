// The unprivileged user that a root install drops to. Changes ids for good; never back.

import { readFileSync } from "node:fs";
import { DecnetError } from "../contract/errors.ts";

/** Ids used where the host has no `decnet` user: outside the ranges that distributions hand out. */
const FALLBACK_ID = 64_735;

/** Who runs what in an install that root started. */
export interface RunAs {
  /** All workers but the decoys. */
  readonly workers: { readonly uid: number; readonly gid: number };
  /** The decoys: a user of their own in the workers' group, so that they reach its sockets and nothing else. */
  readonly decoys: { readonly uid: number; readonly gid: number };
}

/** The ids for this host, from its `decnet` user where there is one. */
export function runAsIds(passwd: string = readFileSync("/etc/passwd", "utf8")): RunAs {
  const fields = passwd
    .split("\n")
    .map((line) => line.split(":"))
    .find((entry) => entry[0] === "decnet");
  const uid = Number(fields?.[2] ?? FALLBACK_ID);
  const gid = Number(fields?.[3] ?? FALLBACK_ID);
  return { workers: { uid, gid }, decoys: { uid: FALLBACK_ID + 1, gid } };
}

/** Becomes that user, all supplementary groups gone. Does nothing unless root. Throws when it did not take. */
export function becomeUser(ids: { readonly uid: number; readonly gid: number }): void {
  if (process.getuid?.() !== 0) return;
  process.setgroups?.([]);
  process.setgid?.(ids.gid);
  process.setuid?.(ids.uid);
  if (process.getuid?.() !== ids.uid || process.getgid?.() !== ids.gid) {
    throw new DecnetError("internal", "privileges could not be dropped");
  }
}
