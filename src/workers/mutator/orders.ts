// Gives orders to the decoys' process over its socket, several under way at once, and takes the answers in their order.
// Blocks; belongs into the short-lived process. Every wait is bounded.

import { DecnetError, toError } from "../../contract/errors.ts";
import type { Answer, Held, Order } from "../../fleet/handover.ts";
import { answerSchema, MAX_MESSAGE } from "../../fleet/handover.ts";
import { SOCK_SEQPACKET } from "../../platform/libc/address.ts";
import { errnoOf } from "../../platform/libc/errno.ts";
import { receiveInto, sendRights } from "../../platform/libc/messages.ts";
import { closeFd, connectUnix, setReceiveTimeout } from "../../platform/libc/sockets.ts";

/** How long an answer, or room for an order, may take. */
const PATIENCE_MS = 5_000;
/** Orders that wait for their answers at most. */
const WINDOW = 8;
/** Deckies that are asked for by name; for more it is asked what there is of all. */
const MAX_LOOK = 200;

/** The way to the decoys' process. */
export interface Orders extends Disposable {
  /** What it holds, of these deckies or of all, by decky. */
  look(deckies?: readonly string[]): Map<string, Held>;
  /** Gives an order; `failed` is called when it is refused, at the latest by {@link settle}. */
  give(order: Order, fds: readonly number[], failed: (reason: string) => void): void;
  /** Waits for all answers. */
  settle(): void;
}

/** Connects. Throws DecnetError when nobody takes orders there. */
export function connectOrders(path: string): Orders {
  const fd = connectUnix(path, SOCK_SEQPACKET);
  setReceiveTimeout(fd, PATIENCE_MS);
  return new Connection(fd);
}

class Connection implements Orders {
  readonly #fd: number;
  readonly #buffer = new Uint8Array(MAX_MESSAGE);
  readonly #waiting: ((reason: string) => void)[] = [];

  constructor(fd: number) {
    this.#fd = fd;
  }

  look(deckies?: readonly string[]): Map<string, Held> {
    this.settle();
    const few = deckies !== undefined && deckies.length <= MAX_LOOK;
    this.#send({ order: "look", ...(few ? { deckies: [...deckies] } : {}) }, []);
    const held = new Map<string, Held>();
    for (;;) {
      const answer = this.#receive();
      if (answer.answer !== "held") throw new DecnetError("protocol", "the decoys answered something else");
      for (const entry of answer.deckies) held.set(entry.decky.decky, entry);
      if (!answer.more) return held;
    }
  }

  give(order: Order, fds: readonly number[], failed: (reason: string) => void): void {
    this.#send(order, fds);
    this.#waiting.push(failed);
    if (this.#waiting.length >= WINDOW) this.#takeOne();
  }

  settle(): void {
    while (this.#waiting.length > 0) this.#takeOne();
  }

  [Symbol.dispose](): void {
    closeFd(this.#fd);
  }

  #takeOne(): void {
    const answer = this.#receive();
    const failed = this.#waiting.shift();
    if (answer.answer === "failed") failed?.(answer.reason);
  }

  #send(order: Order, fds: readonly number[]): void {
    const data = new TextEncoder().encode(JSON.stringify(order));
    if (data.length > MAX_MESSAGE) throw new DecnetError("too_large", "an order is too long");
    const deadline = performance.now() + PATIENCE_MS;
    while (!sendRights(this.#fd, data, fds)) {
      if (performance.now() > deadline)
        throw new DecnetError("timeout", "the decoys' process takes no orders");
      Bun.sleepSync(2);
    }
  }

  #receive(): Answer {
    const length = receive(this.#fd, this.#buffer);
    if (length === 0) throw new DecnetError("unavailable", "the decoys' process ended meanwhile");
    const text = new TextDecoder().decode(this.#buffer.subarray(0, length));
    const parsed = answerSchema.safeParse(JSON.parse(text));
    if (!parsed.success) throw new DecnetError("protocol", "the decoys answered what can't be read");
    return parsed.data;
  }
}

function receive(fd: number, buffer: Uint8Array): number {
  try {
    return receiveInto(fd, buffer);
  } catch (error) {
    if (errnoOf(error) !== "EAGAIN") throw toError(error);
    throw new DecnetError("timeout", "the decoys' process does not answer");
  }
}
