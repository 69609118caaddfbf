// Events that wait for a NATS connection: bounded, the oldest dropped first. The library would hold them without bound.
// What is under way is bounded too: the next go out when the server has answered for those before.

import { OUTBOX_LIMITS, type OutboxLimits } from "./outbox.ts";

/** Most bytes under way to the server, and after how many it is asked for an answer. */
const WINDOW = 4 * 1024 * 1024;
const MARK = 256 * 1024;
/** What a frame costs besides its subject and body. */
const OVERHEAD = 32;

/** One publication. */
export interface Publication {
  readonly subject: string;
  readonly body: Uint8Array;
}

/** How an outbox sends. */
export interface NatsSender {
  /** Sends one; false when the server would refuse it. */
  send(publication: Publication): boolean;
  /** Resolves once the server has handled all that was sent before; rejects when it is gone. */
  answered(): Promise<void>;
}

/** The queue of one connection. */
export class NatsOutbox {
  readonly #limits: Pick<OutboxLimits, "maxBytes" | "maxFrames">;
  #queue: (Publication | undefined)[] = [];
  #head = 0;
  #bytes = 0;
  #underWay = 0;
  #unmarked = 0;
  #dropped = 0;
  #sender: NatsSender | undefined;
  #emptied = Promise.withResolvers<void>();

  constructor(limits: Pick<OutboxLimits, "maxBytes" | "maxFrames"> = OUTBOX_LIMITS) {
    this.#limits = limits;
  }

  /** Events dropped so far: for want of room, or because the server would refuse them. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Events that wait. */
  get waiting(): number {
    return this.#queue.length - this.#head;
  }

  /** Takes one; the oldest go when it is over its bounds. */
  push(publication: Publication): void {
    this.#queue.push(publication);
    this.#bytes += sizeOf(publication);
    this.#pump();
    while (this.waiting > this.#limits.maxFrames || this.#bytes > this.#limits.maxBytes) {
      this.#shift();
      this.#dropped++;
    }
  }

  /** From now on there is a connection. */
  attach(sender: NatsSender): void {
    this.#sender = sender;
    this.#pump();
  }

  /** Resolves once nothing waits. */
  empty(): Promise<void> {
    return this.waiting === 0 ? Promise.resolve() : this.#emptied.promise;
  }

  #pump(): void {
    const sender = this.#sender;
    if (!sender) return;
    while (this.waiting > 0 && this.#underWay < WINDOW) {
      const next = this.#shift();
      if (!next) continue;
      if (!sender.send(next)) {
        this.#dropped++;
        continue;
      }
      this.#underWay += sizeOf(next);
      this.#unmarked += sizeOf(next);
      if (this.#unmarked >= MARK) void this.#mark(sender);
    }
    if (this.waiting > 0) return;
    this.#emptied.resolve();
    this.#emptied = Promise.withResolvers();
  }

  async #mark(sender: NatsSender): Promise<void> {
    const bytes = this.#unmarked;
    this.#unmarked = 0;
    try {
      await sender.answered();
    } catch {
      // The connection is gone, and this queue with it.
      this.#sender = undefined;
      return;
    }
    this.#underWay -= bytes;
    this.#pump();
  }

  #shift(): Publication | undefined {
    const publication = this.#queue[this.#head];
    this.#queue[this.#head++] = undefined;
    this.#bytes -= publication ? sizeOf(publication) : 0;
    if (this.#head > 1024 || this.waiting === 0) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return publication;
  }
}

function sizeOf({ subject, body }: Publication): number {
  return subject.length + body.length + OVERHEAD;
}
