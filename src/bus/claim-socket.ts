// The path of a broker's socket: taken by one broker at a time, given back only by the one that took it.
// Never touches a live broker's socket, nor anything that is not a socket.

import type { Stats } from "node:fs";
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { DecnetError, systemErrorCode } from "../contract/errors.ts";
import type { BusLog } from "./bus-log.ts";
import { groupId } from "./group.ts";

/** Longest path of a UNIX socket on Linux (unix(7): sun_path is 108 bytes with its NUL). */
const MAX_PATH = 107;
const TRIES = 5;

/** A path that is ours until `release`. */
export interface SocketClaim {
  /** Removes the path if it still names our socket. */
  release(): void;
}

/** A name beside `path` that nobody else uses. */
export function nameBeside(path: string): string {
  const unique = `${process.pid.toString(36)}${Math.floor(performance.now() * 1000).toString(36)}`;
  return join(dirname(path), `.${unique}`);
}

/** Makes the folder of `path` and checks that the path can name a socket. */
export function prepareFolder(path: string): void {
  if (Buffer.byteLength(nameBeside(path)) > MAX_PATH || Buffer.byteLength(path) > MAX_PATH) {
    throw new DecnetError("config", `path of the bus socket is too long: ${path}`);
  }
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  } catch (cause) {
    throw new DecnetError("config", `folder of the bus socket can't be made: ${dirname(path)}`, { cause });
  }
}

/** Lets the group in, where it exists: whoever may open the socket may use the bus. */
export function openToGroup(socket: string, group: string, log: BusLog): void {
  chmodSync(socket, 0o660);
  const gid = groupId(group, () => readFileSync("/etc/group", "utf8"));
  if (gid === undefined) return;
  try {
    chownSync(socket, -1, gid);
  } catch (error) {
    log.warn({ group, code: systemErrorCode(error) }, "bus socket could not be given to its group");
  }
}

/**
 * Names the listening socket `bound` also `path`, in one step that fails when the path is taken.
 * Throws DecnetError `conflict` when a live broker or anything but a socket is there.
 */
export async function claimSocket(bound: string, path: string): Promise<SocketClaim> {
  const ours = lstatSync(bound);
  for (let i = 0; i < TRIES; i++) {
    if (tryLink(bound, path)) {
      rmSync(bound, { force: true });
      return { release: () => releaseIfOurs(path, ours) };
    }
    await removeDead(path);
  }
  throw new DecnetError("conflict", `another broker is taking ${path}`);
}

function tryLink(bound: string, path: string): boolean {
  try {
    linkSync(bound, path);
    return true;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "EEXIST") return false;
    throw new DecnetError("config", `bus socket can't be made: ${code ?? "no reason given"}`, {
      cause: error,
    });
  }
}

function sameFile(a: Stats, b: Stats | undefined): boolean {
  return b !== undefined && a.ino === b.ino && a.dev === b.dev;
}

function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** Removes a socket that nobody listens on. It is moved aside first, so that what was looked at is what goes. */
async function removeDead(path: string): Promise<void> {
  const found = statOf(path);
  if (!found) return;
  if (!found.isSocket()) throw new DecnetError("conflict", `${path} is there and is not a socket`);
  if (await isLive(path)) throw new DecnetError("conflict", `a broker is already running on ${path}`);
  const aside = `${nameBeside(path)}~`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return;
    throw error;
  }
  // Another broker came between the look and the move: put its socket back.
  if (!sameFile(found, statOf(aside))) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function releaseIfOurs(path: string, ours: Stats): void {
  if (sameFile(ours, statOf(path))) rmSync(path, { force: true });
}

/** True unless the kernel says that nobody listens. */
async function isLive(path: string): Promise<boolean> {
  try {
    const socket = await Bun.connect({ unix: path, socket: { data: () => undefined } });
    socket.terminate();
    return true;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "ECONNREFUSED" || code === "ENOENT") return false;
    throw new DecnetError("conflict", `cannot tell whether ${basename(path)} is in use`, { cause: error });
  }
}
