// Who listens on a TCP port of this host, as far as /proc tells this user (proc(5), proc_net(5)).

import { readdirSync, readFileSync, readlinkSync } from "node:fs";

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // A process that ended, or one of another user: not known.
    return "";
  }
}

/** Inodes of the sockets that listen on `port` (state 0A in /proc/net/tcp and tcp6). */
function listeningInodes(port: number): Set<string> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = [...read("/proc/net/tcp").split("\n"), ...read("/proc/net/tcp6").split("\n")];
  const fields = rows.map((row) => row.trim().split(/\s+/));
  return new Set(fields.filter((f) => f[1]?.endsWith(suffix) && f[3] === "0A").map((f) => f[9] ?? ""));
}

function holds(pid: string, links: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        return links.has(readlinkSync(`/proc/${pid}/fd/${fd}`));
      } catch {
        return false;
      }
    });
  } catch {
    return false;
  }
}

/** `name (pid 123)` of the process that listens on `port`, or undefined when that can't be known. */
export function portOwner(port: number): string | undefined {
  const links = new Set([...listeningInodes(port)].map((inode) => `socket:[${inode}]`));
  if (links.size === 0) return undefined;
  const pid = readdirSync("/proc").find((entry) => /^[0-9]+$/.test(entry) && holds(entry, links));
  return pid === undefined ? undefined : `${read(`/proc/${pid}/comm`).trim() || "a process"} (pid ${pid})`;
}
