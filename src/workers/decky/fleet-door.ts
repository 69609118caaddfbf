// Where sockets are handed to the decoys' process: connections of the maker of sockets, one message after the other.
// Lets in root, the workers and its own user alone; what comes malformed is answered, and its descriptors are closed.

import type { Clock } from "../../contract/clock.ts";
import type { Answer, Order } from "../../fleet/handover.ts";
import { MAX_MESSAGE } from "../../fleet/handover.ts";
import type { Logger } from "../../kit/log.ts";
import { receiveRights, sendRights } from "../../platform/libc/messages.ts";
import { acceptFrom, peerUid, signalOnInput } from "../../platform/libc/seqpacket.ts";
import { closeFd } from "../../platform/libc/sockets.ts";
import { encodeAnswer, failed, readOrder } from "./fleet-orders.ts";

/** Connections at once. */
const MAX_PEERS = 8;
/** How often it looks when no signal came: a safety net. */
const LOOK_MS = 2_000;

/** What the door needs. */
export interface DoorOptions {
  /** A listening SOCK_SEQPACKET socket that does not block. The door closes it. */
  readonly listener: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly admits: (uid: number) => boolean;
  /** Carries out an order; it owns the descriptors from then on. The messages of its answer. */
  readonly obey: (order: Order, fds: readonly number[]) => Promise<readonly Uint8Array[]>;
}

/** A connection: orders are taken one at a time, and the next only when the last one's answer has gone out. */
class Peer {
  readonly #fd: number;
  readonly #options: DoorOptions;
  #answers: Uint8Array[] = [];
  #busy = false;
  #gone = false;

  constructor(fd: number, options: DoorOptions) {
    this.#fd = fd;
    this.#options = options;
  }

  get gone(): boolean {
    return this.#gone;
  }

  close(): void {
    if (this.#gone) return;
    this.#gone = true;
    closeFd(this.#fd);
  }

  /** Goes on as far as it can without waiting. */
  async turn(): Promise<void> {
    if (this.#busy || this.#gone) return;
    this.#busy = true;
    try {
      while (!this.#gone && this.#flush()) {
        const answers = await this.#next();
        if (answers === undefined) return;
        this.#answers.push(...answers);
      }
    } catch (error) {
      this.#options.log.warn({ err: error }, "a connection for handing over sockets broke");
      this.close();
    } finally {
      this.#busy = false;
    }
  }

  /** True once every answer is out. */
  #flush(): boolean {
    for (let next = this.#answers[0]; next; next = this.#answers[0]) {
      if (!sendRights(this.#fd, next, [])) return false;
      this.#answers.shift();
    }
    return true;
  }

  /** Takes one order and carries it out; undefined when none is there. */
  async #next(): Promise<readonly Uint8Array[] | undefined> {
    let received: ReturnType<typeof receiveRights>;
    try {
      received = receiveRights(this.#fd, MAX_MESSAGE);
    } catch (error) {
      if ((error as { code?: unknown }).code === "protocol") return [encodeAnswer(failed(error))];
      throw error;
    }
    if (received === "empty") return undefined;
    if (received === "end") {
      this.close();
      return undefined;
    }
    const { data, fds } = received;
    const order: Order | Answer = readOrder(data, fds.length);
    if ("order" in order) return this.#options.obey(order, fds);
    for (const fd of fds) closeFd(fd);
    return [encodeAnswer(order)];
  }
}

/** An open door. */
export interface FleetDoor {
  close(): void;
}

/**
 * Opens it. The kernel's SIGIO wakes the event loop when something arrives, so that nothing is polled and no thread
 * waits; every 2 s it looks all the same.
 */
export function openFleetDoor(options: DoorOptions): FleetDoor {
  const { listener, clock, log } = options;
  const peers = new Set<Peer>();
  let closed = false;
  let cancel = (): void => undefined;
  const admit = (fd: number): void => {
    const uid = peerUid(fd);
    if (!options.admits(uid) || peers.size >= MAX_PEERS) {
      log.warn({ uid, connections: peers.size }, "a connection for handing over sockets was refused");
      closeFd(fd);
      return;
    }
    signalOnInput(fd);
    peers.add(new Peer(fd, options));
  };
  const look = (): void => {
    if (closed) return;
    for (let fd = acceptFrom(listener); fd !== undefined; fd = acceptFrom(listener)) admit(fd);
    for (const peer of peers) {
      void peer.turn().finally(() => {
        if (peer.gone) peers.delete(peer);
      });
    }
  };
  const again = (): void => {
    look();
    cancel = clock.after(LOOK_MS, again);
  };
  process.on("SIGIO", look);
  signalOnInput(listener);
  again();
  return {
    close() {
      if (closed) return;
      closed = true;
      cancel();
      closeFd(listener);
      for (const peer of peers) peer.close();
      // Its handler stays: without one, a late SIGIO would end the process.
    },
  };
}
