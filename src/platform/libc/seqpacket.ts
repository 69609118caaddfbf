// A listening UNIX socket that keeps the bounds of messages (SOCK_SEQPACKET, unix(7)), and who is at its other end.
// Nothing here blocks, and nothing here trusts a peer: the caller asks who it is.

import { chmodSync, lstatSync, rmSync } from "node:fs";
import { DecnetError } from "../../contract/errors.ts";
import { AF_UNIX, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_SEQPACKET, unixAddress } from "./address.ts";
import { attempt, E, errnoError, must } from "./errno.ts";
import { lazyLibc } from "./load.ts";
import { bindSocket, closeFd, openSocket } from "./sockets.ts";

const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
// <fcntl.h>: F_SETFL, F_SETOWN; O_ASYNC is 020000 on x86-64 and arm64
const F_SETFL = 4;
const F_SETOWN = 8;
const O_ASYNC = 0x2000;

const libc = lazyLibc({
  listen: { args: ["i32", "i32"], returns: "i32" },
  connect: { args: ["i32", "ptr", "u32"], returns: "i32" },
  accept4: { args: ["i32", "ptr", "ptr", "i32"], returns: "i32" },
  getsockopt: { args: ["i32", "i32", "i32", "ptr", "ptr"], returns: "i32" },
  fcntl: { args: ["i32", "i32", "i32"], returns: "i32" },
});

/** Whether somebody listens on the socket at `path`. */
function isAlive(path: string): boolean {
  const fd = openSocket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK);
  try {
    const { connect } = libc();
    const address = unixAddress(path);
    const { errno } = attempt(() => connect(fd, address, address.length));
    return errno === 0 || errno === E.EAGAIN;
  } finally {
    closeFd(fd);
  }
}

/** Listens at `path` with this mode. A dead socket is replaced; a live one, or another kind of file, is `conflict`. */
export function listenAt(path: string, mode: number): number {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there && (!there.isSocket() || isAlive(path))) {
    throw new DecnetError("conflict", `${path} is in use by another process`);
  }
  if (there) rmSync(path);
  const fd = openSocket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK);
  try {
    bindSocket(fd, unixAddress(path));
    chmodSync(path, mode);
    const { listen } = libc();
    must("listen", () => listen(fd, 8));
    return fd;
  } catch (error) {
    closeFd(fd);
    throw error;
  }
}

/** Connects to the socket at `path`; the descriptor does not block. */
export function connectTo(path: string): number {
  const fd = openSocket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK);
  try {
    const { connect } = libc();
    const address = unixAddress(path);
    must("connect", () => connect(fd, address, address.length));
    return fd;
  } catch (error) {
    closeFd(fd);
    throw error;
  }
}

/** The next connection, which does not block either; undefined when none waits. */
export function acceptFrom(listener: number): number | undefined {
  const { accept4 } = libc();
  const { value, errno } = attempt(() => accept4(listener, null, null, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (errno === E.EAGAIN || errno === E.ECONNABORTED) return undefined;
  if (errno !== 0) throw errnoError("accept4", errno);
  return value;
}

/** User id of the process that connected, as the kernel noted it then (SO_PEERCRED). */
export function peerUid(fd: number): number {
  const { getsockopt } = libc();
  // struct ucred: pid, uid, gid
  const [credentials, size] = [new Uint32Array(3), new Uint32Array([12])];
  must("getsockopt", () => getsockopt(fd, SOL_SOCKET, SO_PEERCRED, credentials, size));
  return credentials[1] ?? 0xffff_ffff;
}

/** From now on SIGIO comes to this process when something arrives (O_ASYNC, fcntl(2)). The signal must be handled already. */
export function signalOnInput(fd: number): void {
  const { fcntl } = libc();
  must("fcntl", () => fcntl(fd, F_SETOWN, process.pid));
  must("fcntl", () => fcntl(fd, F_SETFL, O_ASYNC | SOCK_NONBLOCK));
}
