// Raw sockets made in the calling thread, so in the network namespace that this thread is in at that moment.
// Hands out descriptors and reads no byte that came over a network.

import { DecnetError } from "../../contract/errors.ts";
import * as A from "./address.ts";
import { attempt, must } from "./errno.ts";
import { lazyLibc } from "./load.ts";

// <asm-generic/socket.h>, used by x86-64 and arm64 alike; ipv6(7)
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;

const libc = lazyLibc({
  socket: { args: ["i32", "i32", "i32"], returns: "i32" },
  socketpair: { args: ["i32", "i32", "i32", "ptr"], returns: "i32" },
  bind: { args: ["i32", "ptr", "u32"], returns: "i32" },
  listen: { args: ["i32", "i32"], returns: "i32" },
  setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
  close: { args: ["i32"], returns: "i32" },
});

/** A socket, closed on exec. It blocks unless `type` says otherwise. */
export function openSocket(family: number, type: number, protocol = 0): number {
  const { socket } = libc();
  return must("socket", () => socket(family, type | A.SOCK_CLOEXEC, protocol));
}

/** Binds to a sockaddr. */
export function bindSocket(fd: number, address: Uint8Array): void {
  const { bind } = libc();
  must("bind", () => bind(fd, address, address.length));
}

/** An option of a socket as setsockopt(2) takes it. */
export interface SocketOption {
  readonly level: number;
  readonly name: number;
  readonly value: Int32Array | BigInt64Array;
}

/** Sets an option. */
export function setOption(fd: number, { level, name, value }: SocketOption): void {
  const { setsockopt } = libc();
  must("setsockopt", () => setsockopt(fd, level, name, value, value.byteLength));
}

/** Closes a descriptor. Linux releases it even when close(2) reports an error, so none is thrown. */
export function closeFd(fd: number): void {
  const { close } = libc();
  attempt(() => close(fd));
}

/** Two connected UNIX sockets that do not block, closed on exec. */
export function socketPair(type: number): readonly [number, number] {
  const { socketpair } = libc();
  const pair = new Int32Array(2);
  must("socketpair", () => socketpair(A.AF_UNIX, type | A.SOCK_CLOEXEC | A.SOCK_NONBLOCK, 0, pair));
  return [pair[0] ?? -1, pair[1] ?? -1];
}

/** Where to listen. */
export interface Listen {
  readonly transport: "tcp" | "udp";
  /** `::` takes IPv4 as well. */
  readonly address: string;
  readonly port: number;
  /** Connections that the kernel holds until they are accepted; TCP only. */
  readonly backlog?: number;
}

function prepare(fd: number, where: Listen): void {
  const one = new Int32Array([1]);
  if (where.transport === "tcp") setOption(fd, { level: SOL_SOCKET, name: SO_REUSEADDR, value: one });
  if (where.address.includes(":")) {
    const only = new Int32Array([where.address === "::" ? 0 : 1]);
    setOption(fd, { level: IPPROTO_IPV6, name: IPV6_V6ONLY, value: only });
  }
  bindSocket(fd, A.socketAddress(where.address, where.port));
  if (where.transport === "udp") return;
  const { listen } = libc();
  must("listen", () => listen(fd, where.backlog ?? 1024));
}

/** A bound (TCP: listening) socket in this thread's network namespace. The caller owns the descriptor. */
export function openListener(where: Listen): number {
  const family = where.address.includes(":") ? A.AF_INET6 : A.AF_INET;
  const type = where.transport === "tcp" ? A.SOCK_STREAM : A.SOCK_DGRAM;
  const fd = openSocket(family, type | A.SOCK_NONBLOCK);
  try {
    prepare(fd, where);
    return fd;
  } catch (error) {
    closeFd(fd);
    if (!(error instanceof DecnetError)) throw error;
    const at = `${where.transport} ${where.address} port ${where.port}`;
    throw new DecnetError(error.code, `${at}: ${error.message}`, {
      cause: error,
      ...(error.details ? { details: error.details } : {}),
    });
  }
}
