// Raw sockets made in the calling thread, so in the network namespace that this thread is in at that moment.
// Hands out descriptors and reads no byte that came over a network.

import { DecnetError } from "../../contract/errors.ts";
import * as A from "./address.ts";
import { attempt, must } from "./errno.ts";
import { lazyLibc } from "./load.ts";
import { keepSyns } from "./saved-syn.ts";

// <asm-generic/socket.h>, used by x86-64 and arm64 alike; ipv6(7)
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_TYPE = 3;
const SO_SNDBUF = 7;
const SO_ACCEPTCONN = 30;
const SO_DOMAIN = 39;
const SHUT_RDWR = 2;
// <fcntl.h>
const F_DUPFD_CLOEXEC = 1030;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
const SO_RCVTIMEO = 20;

const libc = lazyLibc({
  socket: { args: ["i32", "i32", "i32"], returns: "i32" },
  socketpair: { args: ["i32", "i32", "i32", "ptr"], returns: "i32" },
  bind: { args: ["i32", "ptr", "u32"], returns: "i32" },
  connect: { args: ["i32", "ptr", "u32"], returns: "i32" },
  listen: { args: ["i32", "i32"], returns: "i32" },
  setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
  getsockopt: { args: ["i32", "i32", "i32", "ptr", "ptr"], returns: "i32" },
  shutdown: { args: ["i32", "i32"], returns: "i32" },
  fcntl: { args: ["i32", "i32", "i32"], returns: "i32" },
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

/** Connects to a UNIX socket that listens. The caller owns the descriptor. */
export function connectUnix(path: string, type: number): number {
  const { connect } = libc();
  const address = A.unixAddress(path);
  const fd = openSocket(A.AF_UNIX, type);
  try {
    must("connect", () => connect(fd, address, address.length));
    return fd;
  } catch (error) {
    closeFd(fd);
    throw error;
  }
}

/** How long a receive on a blocking socket waits at most; it then fails with EAGAIN (socket(7), SO_RCVTIMEO). */
export function setReceiveTimeout(fd: number, ms: number): void {
  const timeout = new BigInt64Array([BigInt(Math.floor(ms / 1000)), BigInt((ms % 1000) * 1000)]);
  setOption(fd, { level: SOL_SOCKET, name: SO_RCVTIMEO, value: timeout });
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

/**
 * How much a socket takes before it blocks its writer, in bytes of the kernel's own counting, headers included
 * (socket(7): SO_SNDBUF). What the kernel does not grant is left at what it has.
 */
export function setSendBuffer(fd: number, bytes: number): void {
  const { setsockopt } = libc();
  const value = new Int32Array([bytes]);
  attempt(() => setsockopt(fd, SOL_SOCKET, SO_SNDBUF, value, value.byteLength));
}

/** Closes a descriptor. Linux releases it even when close(2) reports an error, so none is thrown. */
export function closeFd(fd: number): void {
  const { close } = libc();
  attempt(() => close(fd));
}

function numberOption(fd: number, name: number): number | undefined {
  const { getsockopt } = libc();
  const [value, size] = [new Int32Array(1), new Uint32Array([4])];
  return attempt(() => getsockopt(fd, SOL_SOCKET, name, value, size)).errno === 0 ? value[0] : undefined;
}

/** What a descriptor that somebody else made is; undefined unless it is a TCP or UDP socket. */
export function socketKind(fd: number): { transport: "tcp" | "udp"; listening: boolean } | undefined {
  const family = numberOption(fd, SO_DOMAIN);
  if (family !== A.AF_INET && family !== A.AF_INET6) return undefined;
  const type = numberOption(fd, SO_TYPE);
  if (type !== A.SOCK_STREAM && type !== A.SOCK_DGRAM) return undefined;
  return {
    transport: type === A.SOCK_STREAM ? "tcp" : "udp",
    listening: numberOption(fd, SO_ACCEPTCONN) === 1,
  };
}

/** Begins to listen on a bound socket. */
export function listenOn(fd: number, backlog: number): void {
  const { listen } = libc();
  must("listen", () => listen(fd, backlog));
}

/** Ends listening; the socket stays bound when its port was asked for by number. What waits to be accepted is reset. */
export function stopListening(fd: number): void {
  // shutdown(2) of one that does not listen would stick to it, and to every connection that it takes later.
  if (numberOption(fd, SO_ACCEPTCONN) !== 1) return;
  const { shutdown } = libc();
  attempt(() => shutdown(fd, SHUT_RDWR));
}

/** Another descriptor of the same socket, closed on exec. */
export function duplicateFd(fd: number): number {
  const { fcntl } = libc();
  return must("fcntl", () => fcntl(fd, F_DUPFD_CLOEXEC, 0));
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
  /** Connections that the kernel holds until they are accepted; TCP only. With 0 the socket is bound and listens later. */
  readonly backlog?: number;
}

function prepare(fd: number, where: Listen): void {
  if (where.transport === "tcp") {
    allowReuse(fd);
    keepSyns(fd);
  }
  if (where.address.includes(":")) {
    const only = new Int32Array([where.address === "::" ? 0 : 1]);
    setOption(fd, { level: IPPROTO_IPV6, name: IPV6_V6ONLY, value: only });
  }
  bindSocket(fd, A.socketAddress(where.address, where.port));
  if (where.transport === "udp") return;
  if (where.backlog !== 0) listenOn(fd, where.backlog ?? 1024);
}

/** Lets the port be listened on again while connections of before live on. */
export function allowReuse(fd: number): void {
  setOption(fd, { level: SOL_SOCKET, name: SO_REUSEADDR, value: new Int32Array([1]) });
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
