// Blocking sockets by system call: what the load is made and taken with, so that it costs as little as can be.
// For benchmarks on this machine only: UNIX sockets and TCP on 127.0.0.1, nothing that reaches further.

import { dlopen, FFIType, ptr } from "bun:ffi";

const { i32, u64, i64_fast, pointer } = FFIType;
const libc = dlopen("libc.so.6", {
  socket: { args: [i32, i32, i32], returns: i32 },
  connect: { args: [i32, pointer, i32], returns: i32 },
  bind: { args: [i32, pointer, i32], returns: i32 },
  listen: { args: [i32, i32], returns: i32 },
  accept: { args: [i32, u64, u64], returns: i32 },
  setsockopt: { args: [i32, i32, i32, pointer, i32], returns: i32 },
  read: { args: [i32, u64, u64], returns: i64_fast },
  write: { args: [i32, u64, u64], returns: i64_fast },
  poll: { args: [pointer, u64, i32], returns: i32 },
  clock_gettime: { args: [i32, pointer], returns: i32 },
  nanosleep: { args: [pointer, u64], returns: i32 },
  prctl: { args: [i32, u64, u64, u64, u64], returns: i32 },
}).symbols;

const AF_UNIX = 1;
const AF_INET = 2;
const SOCK_STREAM = 1;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
/** What decnet's own client asks for; TCP sizes its buffers by itself. */
const SEND_BUFFER = 1024 * 1024;
const CLOCK_MONOTONIC = 1;
const PR_SET_TIMERSLACK = 29;
const POLLIN = 1;
/** Bytes of a `struct pollfd`. */
const POLLFD = 8;

/** Where a server listens: the path of a UNIX socket, or a port of 127.0.0.1. */
export type Address = { readonly path: string } | { readonly port: number };

function sockaddrOf(address: Address): Uint8Array {
  if ("path" in address) {
    const bytes = new Uint8Array(110);
    new DataView(bytes.buffer).setUint16(0, AF_UNIX, true);
    bytes.set(new TextEncoder().encode(address.path), 2);
    return bytes;
  }
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_INET, true);
  view.setUint16(2, address.port);
  view.setUint32(4, 0x7f00_0001);
  return bytes;
}

function check(result: number, what: string): number {
  if (result < 0) throw new Error(`${what} failed`);
  return result;
}

function newSocket(address: Address): number {
  const fd = check(libc.socket("path" in address ? AF_UNIX : AF_INET, SOCK_STREAM, 0), "socket");
  if ("port" in address) libc.setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, Int32Array.of(1), 4);
  else libc.setsockopt(fd, SOL_SOCKET, SO_SNDBUF, Int32Array.of(SEND_BUFFER), 4);
  return fd;
}

/** A connection's descriptor, set up as the clients of its side are: TCP without Nagle's delay, UNIX with a larger buffer. */
export function connectTo(address: Address): number {
  const fd = newSocket(address);
  const name = sockaddrOf(address);
  check(libc.connect(fd, name, name.length), "connect");
  return fd;
}

/** Listens at `address`. */
export function listenAt(address: Address): number {
  const fd = newSocket(address);
  const name = sockaddrOf(address);
  check(libc.bind(fd, name, name.length), "bind");
  check(libc.listen(fd, 16), "listen");
  return fd;
}

/** Waits for the next connection. */
export function acceptAt(fd: number): number {
  return check(libc.accept(fd, 0, 0), "accept");
}

/** Memory that system calls read and fill: its bytes and where they are. */
export interface Memory {
  readonly bytes: Buffer;
  readonly at: number;
}

/** Memory of `size` bytes that stays where it is. */
export function allocate(size: number): Memory {
  const bytes = Buffer.from(new ArrayBuffer(size));
  return { bytes, at: Number(ptr(bytes)) };
}

/** Writes all of it, however long that takes. Throws when the other side has gone. */
export function writeAll(fd: number, memory: Memory): void {
  for (let done = 0; done < memory.bytes.length; ) {
    const taken = Number(libc.write(fd, memory.at + done, memory.bytes.length - done));
    if (taken <= 0) throw new Error("write failed");
    done += taken;
  }
}

/** Writes `text`. */
export function writeText(fd: number, text: string): void {
  const bytes = Buffer.from(text, "latin1");
  const memory = allocate(bytes.length);
  bytes.copy(memory.bytes);
  writeAll(fd, memory);
}

/** Reads into the memory from `offset` on; 0 at the end. */
export function readInto(fd: number, memory: Memory, offset: number): number {
  return Math.max(0, Number(libc.read(fd, memory.at + offset, memory.bytes.length - offset)));
}

/** Waits on several descriptors at once. */
export class Poller {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #count: number;

  constructor(fds: readonly number[]) {
    this.#count = fds.length;
    this.#bytes = new Uint8Array(Math.max(1, fds.length) * POLLFD);
    this.#view = new DataView(this.#bytes.buffer);
    for (const [i, fd] of fds.entries()) {
      this.#view.setInt32(i * POLLFD, fd, true);
      this.#view.setInt16(i * POLLFD + 4, POLLIN, true);
    }
  }

  /** Calls `ready` with the index of each descriptor that can be read or has ended. */
  wait(timeoutMs: number, ready: (index: number) => void): void {
    if (libc.poll(this.#bytes, this.#count, timeoutMs) <= 0) return;
    for (let i = 0; i < this.#count; i++) if (this.#view.getInt16(i * POLLFD + 6, true) !== 0) ready(i);
  }
}

/** struct timespec in halves, the lower one first: numbers of 64 bits would be made anew for each message. */
const time = new Uint32Array(4);

/** Nanoseconds of the clock that all processes of this machine share. */
export function nanoseconds(): number {
  libc.clock_gettime(CLOCK_MONOTONIC, time);
  return (time[0] ?? 0) * 1e9 + (time[2] ?? 0);
}

const pause = new Uint32Array(4);

/** Sleeps at least `ns` nanoseconds (below a second), the thread with it. */
export function sleepFor(ns: number): void {
  pause[2] = Math.max(1, Math.min(999_999_999, Math.round(ns)));
  libc.nanosleep(pause, 0);
}

/** Lets this thread's sleeps end on time instead of up to 50 µs late (prctl(2)). */
export function sleepPrecisely(): void {
  libc.prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
}
