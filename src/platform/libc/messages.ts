// sendmsg(2) and recvmsg(2) with descriptors attached (SCM_RIGHTS, unix(7)), and plain send and receive.
// A message that was cut short is refused and its descriptors closed.

import { ptr } from "bun:ffi";
import { DecnetError } from "../../contract/errors.ts";
import { attempt, E, errnoError } from "./errno.ts";
import { lazyLibc } from "./load.ts";
import { closeFd } from "./sockets.ts";

const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_CTRUNC = 0x8;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x4000_0000;

/** SCM_MAX_FD: the most descriptors of one message (unix(7)). */
const MAX_FDS = 253;

const libc = lazyLibc({
  sendmsg: { args: ["i32", "ptr", "i32"], returns: "i64" },
  recvmsg: { args: ["i32", "ptr", "i32"], returns: "i64" },
  send: { args: ["i32", "ptr", "u64", "i32"], returns: "i64" },
  sendto: { args: ["i32", "ptr", "u64", "i32", "ptr", "u32"], returns: "i64" },
  recv: { args: ["i32", "ptr", "u64", "i32"], returns: "i64" },
});

/** struct msghdr and all it points to; `held` must stay reachable until the call is over. */
interface Header {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly held: readonly ArrayBufferView[];
}

/**
 * struct msghdr of 64-bit Linux, 56 bytes: name 0, namelen 8, iov 16, iovlen 24, control 32, controllen 40, flags 48.
 * musl declares iovlen and controllen as 32 bits with padding: the same bytes on a little-endian machine.
 */
function messageHeader(data: Uint8Array, control: Uint8Array): Header {
  const iov = new BigUint64Array([BigInt(ptr(data)), BigInt(data.length)]);
  const bytes = new Uint8Array(new ArrayBuffer(56));
  const view = new DataView(bytes.buffer);
  view.setBigUint64(16, BigInt(ptr(iov)), true);
  view.setBigUint64(24, 1n, true);
  if (control.length > 0) {
    view.setBigUint64(32, BigInt(ptr(control)), true);
    view.setBigUint64(40, BigInt(control.length), true);
  }
  return { bytes, held: [data, control, iov] };
}

/** The control part that carries these descriptors. cmsghdr: length 0 (8 bytes), level 8, type 12, data 16 (cmsg(3)). */
function encodeRights(fds: readonly number[]): Uint8Array {
  if (fds.length === 0) return new Uint8Array(0);
  const out = new Uint8Array(16 + Math.ceil((fds.length * 4) / 8) * 8);
  const view = new DataView(out.buffer);
  view.setBigUint64(0, BigInt(16 + fds.length * 4), true);
  view.setInt32(8, SOL_SOCKET, true);
  view.setInt32(12, SCM_RIGHTS, true);
  for (const [i, fd] of fds.entries()) view.setInt32(16 + 4 * i, fd, true);
  return out;
}

/** The descriptors within a control part of `length` bytes. Other control messages are passed over. */
function decodeRights(control: Uint8Array, length = control.length): number[] {
  const view = new DataView(control.buffer, control.byteOffset, control.byteLength);
  const end = Math.min(length, control.length);
  const fds: number[] = [];
  for (let at = 0; at + 16 <= end; ) {
    const size = Number(view.getBigUint64(at, true));
    if (size < 16 || at + size > end) break;
    if (view.getInt32(at + 8, true) === SOL_SOCKET && view.getInt32(at + 12, true) === SCM_RIGHTS) {
      for (let i = at + 16; i + 4 <= at + size; i += 4) fds.push(view.getInt32(i, true));
    }
    at += Math.ceil(size / 8) * 8;
  }
  return fds;
}

/** Sends one message with descriptors; these stay open here. False when the socket has no room now. */
export function sendRights(socket: number, data: Uint8Array, fds: readonly number[]): boolean {
  if (data.length === 0) throw new DecnetError("invalid", "a message with descriptors needs a byte of data");
  if (fds.length > MAX_FDS) throw new DecnetError("too_large", `more than ${MAX_FDS} descriptors at once`);
  const { sendmsg } = libc();
  const header = messageHeader(data, encodeRights(fds));
  const { errno } = attempt(() => {
    const sent = sendmsg(socket, header.bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
    return header.held.length > 0 ? sent : -1;
  });
  if (errno === E.EAGAIN) return false;
  if (errno !== 0) throw errnoError("sendmsg", errno);
  return true;
}

/** A message; its descriptors are the caller's. */
export interface Received {
  readonly data: Uint8Array;
  readonly fds: readonly number[];
}

/** Takes one message of at most `maxBytes`; "empty" when none waits, "end" when the other side has gone. */
export function receiveRights(socket: number, maxBytes: number): Received | "empty" | "end" {
  const { recvmsg } = libc();
  const data = new Uint8Array(maxBytes);
  const control = new Uint8Array(16 + Math.ceil((MAX_FDS * 4) / 8) * 8);
  const header = messageHeader(data, control);
  const { value, errno } = attempt(() => {
    const got = recvmsg(socket, header.bytes, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    return header.held.length > 0 ? got : -1;
  });
  if (errno === E.EAGAIN) return "empty";
  if (errno !== 0) throw errnoError("recvmsg", errno);
  const view = new DataView(header.bytes.buffer);
  const fds = decodeRights(control, Number(view.getBigUint64(40, true)));
  if (value === 0 && fds.length === 0) return "end";
  if ((view.getInt32(48, true) & (MSG_TRUNC | MSG_CTRUNC)) !== 0) {
    for (const fd of fds) closeFd(fd);
    throw new DecnetError("protocol", "a message with descriptors was cut short");
  }
  return { data: data.subarray(0, value), fds };
}

/** Sends all of `data` as one message, waiting for room when the socket blocks. */
export function sendAll(socket: number, data: Uint8Array): void {
  const { send } = libc();
  const { value, errno } = attempt(() => send(socket, data, data.length, MSG_NOSIGNAL));
  if (errno !== 0) throw errnoError("send", errno);
  if (value !== data.length) throw new DecnetError("internal", "send: a part was left over");
}

/** Sends `data` to a sockaddr; false when the network takes it not. */
export function sendTo(socket: number, data: Uint8Array, address: Uint8Array): boolean {
  const { sendto } = libc();
  return attempt(() => sendto(socket, data, data.length, MSG_NOSIGNAL, address, address.length)).errno === 0;
}

/** Receives into `buffer`; the number of bytes. Blocks as the socket does. Throws when the message was longer. */
export function receiveInto(socket: number, buffer: Uint8Array): number {
  const { recv } = libc();
  // With MSG_TRUNC the real length comes back, also when it is more than fits.
  const { value, errno } = attempt(() => recv(socket, buffer, buffer.length, MSG_TRUNC));
  if (errno !== 0) throw errnoError("recv", errno);
  if (value > buffer.length) throw new DecnetError("too_large", "recv: a message was cut short");
  return value;
}
