// A netlink socket of the network namespace in which it was opened: batches with their acknowledgements, and dumps.
// Talks to this machine's kernel only; every wait for it ends within a time limit.

import { DecnetError } from "../../contract/errors.ts";
import { AF_NETLINK, SOCK_RAW } from "../libc/address.ts";
import { E, errnoError } from "../libc/errno.ts";
import { receiveInto, sendAll } from "../libc/messages.ts";
import { bindSocket, closeFd, openSocket, setOption, setReceiveTimeout } from "../libc/sockets.ts";
import type { Decoded, Message } from "./codec.ts";
import * as N from "./codec.ts";

/** Protocols of netlink(7). */
const NETLINK_ROUTE = 0;
export const NETLINK_SOCK_DIAG = 4;
export const NETLINK_NETFILTER = 12;

const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;
const SOL_NETLINK = 270;
const NETLINK_CAP_ACK = 10;

/** Messages handed over at once: their acknowledgements wait in the receive buffer, so it must hold them. */
const BATCH = 128;
const BATCH_BYTES = 32 * 1024;
/** The kernel's datagrams of a dump are at most 32 KiB. */
const BUFFER = 64 * 1024;
const RECEIVE_BUFFER = 1024 * 1024;
/** Answers come while the request is handled; this is for a kernel that never answers. */
const TIMEOUT_MS = 20_000;
/** A dump that the kernel says was disturbed is asked for again this often. */
const DUMP_TRIES = 8;

/** An open netlink socket. An errno of 0 means done. */
export interface NetlinkSocket extends Disposable {
  /** Sends requests that ask for an acknowledgement; the errno of each, in their order. Goes on after one that failed. */
  each(messages: readonly Message[]): number[];
  /** The same, and throws the first failure. Requests after it have been carried out. */
  all(messages: readonly Message[]): void;
  /** Sends a transaction as one datagram; the first errno among the answers to it. */
  transaction(messages: readonly Message[]): number;
  /** The one answer to a request, or the errno. */
  ask(message: Message): Decoded | number;
  /** All answers to a request for a list. */
  dump(message: Message): Decoded[];
}

/** Opens a socket in this thread's network namespace. */
export function openNetlink(protocol: number = NETLINK_ROUTE): NetlinkSocket {
  const fd = openSocket(AF_NETLINK, SOCK_RAW, protocol);
  try {
    return new Netlink(fd);
  } catch (error) {
    closeFd(fd);
    throw error;
  }
}

class Netlink implements NetlinkSocket {
  readonly #fd: number;
  readonly #buffer = new Uint8Array(BUFFER);
  #seq = 0;

  constructor(fd: number) {
    this.#fd = fd;
    setReceiveTimeout(fd, TIMEOUT_MS);
    setOption(fd, { level: SOL_SOCKET, name: SO_RCVBUFFORCE, value: new Int32Array([RECEIVE_BUFFER]) });
    // Errors come back without the request that caused them.
    setOption(fd, { level: SOL_NETLINK, name: NETLINK_CAP_ACK, value: new Int32Array([1]) });
    // struct sockaddr_nl: family 0, pid 4, groups 8; a pid of 0 lets the kernel choose.
    bindSocket(fd, Uint8Array.of(AF_NETLINK, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  }

  each(messages: readonly Message[]): number[] {
    const outcomes: number[] = [];
    for (let at = 0; at < messages.length; ) {
      const batch = takeBatch(messages, at);
      outcomes.push(...this.#send(batch));
      at += batch.length;
    }
    return outcomes;
  }

  all(messages: readonly Message[]): void {
    const outcomes = this.each(messages);
    const at = outcomes.findIndex((errno) => errno !== 0);
    if (at >= 0) throw errnoError(`netlink request ${messages[at]?.type}`, outcomes[at] ?? 0);
  }

  transaction(messages: readonly Message[]): number {
    return this.#send(messages).find((errno) => errno !== 0) ?? 0;
  }

  ask(message: Message): Decoded | number {
    const seq = ++this.#seq;
    sendAll(this.#fd, N.encodeMessage(message, seq));
    let answer: Decoded | undefined;
    for (;;) {
      for (const found of this.#receive()) {
        if (found.seq !== seq) continue;
        if (found.type === N.NLMSG_ERROR) return N.errorOf(found.body) || (answer ?? E.ENOENT);
        answer = found;
      }
    }
  }

  dump(message: Message): Decoded[] {
    for (let tries = 0; tries < DUMP_TRIES; tries++) {
      const found = this.#dumpOnce(message);
      if (found) return found;
    }
    throw new DecnetError("unavailable", "netlink: a list changed each time it was read");
  }

  [Symbol.dispose](): void {
    closeFd(this.#fd);
  }

  /** One datagram; the errno of each message that asked for an acknowledgement. */
  #send(batch: readonly Message[]): number[] {
    const first = this.#seq + 1;
    this.#seq += batch.length;
    const waiting = new Map<number, number>();
    for (const [i, { flags }] of batch.entries()) if (flags & N.NLM_F_ACK) waiting.set(first + i, -1);
    sendAll(this.#fd, N.concat(batch.map((message, i) => N.encodeMessage(message, first + i))));
    for (let left = waiting.size; left > 0; ) {
      for (const { type, seq, body } of this.#receive()) {
        if (type !== N.NLMSG_ERROR || seq < first) continue;
        const errno = N.errorOf(body);
        const known = waiting.get(seq);
        // One that asked for nothing is answered only when the whole batch was refused.
        if (known === undefined && errno !== 0) return [errno];
        if (known !== -1) continue;
        waiting.set(seq, errno);
        left--;
      }
    }
    return [...waiting.values()];
  }

  /** Undefined when the kernel says that the list changed meanwhile. */
  #dumpOnce(message: Message): Decoded[] | undefined {
    const seq = ++this.#seq;
    sendAll(this.#fd, N.encodeMessage(message, seq));
    const found: Decoded[] = [];
    let disturbed = false;
    for (;;) {
      for (const answer of this.#receive()) {
        if (answer.seq !== seq) continue;
        disturbed ||= (answer.flags & N.NLM_F_DUMP_INTR) !== 0;
        if (answer.type === N.NLMSG_DONE) return disturbed ? undefined : found;
        if (answer.type === N.NLMSG_ERROR) throw errnoError("netlink dump", N.errorOf(answer.body));
        found.push(answer);
      }
    }
  }

  #receive(): Decoded[] {
    const length = receiveInto(this.#fd, this.#buffer);
    // A copy: the buffer is filled again while its messages are still in use.
    return N.decodeMessages(this.#buffer.slice(0, length));
  }
}

function takeBatch(messages: readonly Message[], from: number): Message[] {
  const batch: Message[] = [];
  let bytes = 0;
  for (const message of messages.slice(from, from + BATCH)) {
    bytes += message.body.length + 20;
    if (batch.length > 0 && bytes > BATCH_BYTES) break;
    batch.push(message);
  }
  return batch;
}
