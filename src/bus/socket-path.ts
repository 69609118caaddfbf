// Where the bus's socket lies: one answer for the broker and every client.
// Refuses a folder in /tmp that somebody else could have made.

import { accessSync, constants, lstatSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DecnetError, systemErrorCode } from "../contract/errors.ts";
import { BUS_GROUP, groupId } from "./group.ts";

/** Folder of the default bus of root and of the group. */
export const BUS_FOLDER = "/run/decnet";
const SOCKET = "bus.sock";

/** Who asks, and what this host looks like to them. */
export interface SocketUser {
  readonly uid: number;
  /** True for a member of the bus's group. */
  readonly isMember: () => boolean;
  /** True when the folder can be entered. */
  readonly canEnter: (folder: string) => boolean;
  readonly temporary: string;
}

/** The user that this process runs as. */
export const thisUser: SocketUser = Object.freeze({
  get uid() {
    return process.getuid?.() ?? -1;
  },
  isMember,
  canEnter,
  temporary: "/tmp",
});

/**
 * Path of the socket: `DECNET_BUS_SOCKET`; /run/decnet/bus.sock for root and for members of the group who can
 * enter that folder; else bus.sock in `XDG_RUNTIME_DIR` or in /tmp/decnet-<uid>, which is made with mode 0700.
 * Throws DecnetError `config` when that last folder is not the user's alone.
 */
export function busSocketPath(env: NodeJS.ProcessEnv = process.env, user: SocketUser = thisUser): string {
  const given = env["DECNET_BUS_SOCKET"];
  if (given) return given;
  if (user.uid === 0 || (user.isMember() && user.canEnter(BUS_FOLDER))) return join(BUS_FOLDER, SOCKET);
  const runtime = env["XDG_RUNTIME_DIR"];
  if (runtime) return join(runtime, SOCKET);
  return join(ownFolder(join(user.temporary, `decnet-${user.uid}`), user.uid), SOCKET);
}

function isMember(): boolean {
  const gid = groupId(BUS_GROUP, () => readFileSync("/etc/group", "utf8"));
  if (gid === undefined) return false;
  return process.getgid?.() === gid || (process.getgroups?.() ?? []).includes(gid);
}

function canEnter(folder: string): boolean {
  try {
    accessSync(folder, constants.X_OK);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return false;
  }
}

function ownFolder(folder: string, uid: number): string {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (systemErrorCode(error) !== "EEXIST") throw error;
  }
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0) {
    throw new DecnetError("config", `${folder} is not a folder of this user alone; set DECNET_BUS_SOCKET`);
  }
  return folder;
}
