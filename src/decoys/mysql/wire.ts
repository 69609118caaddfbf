// Packets over the conversation's connection: numbering, reading with a time limit, sending in one piece.

import type { Session } from "../decoy.ts";
import type { Incoming } from "./codec.ts";
import { encodePacket, PacketReader } from "./codec.ts";

/** What a read came to: a packet or failure, silence for too long, or null at the end. */
export type Heard = Incoming | { readonly kind: "timeout" } | null;

/** One connection's packets. */
export class Wire {
  readonly #session: Session;
  readonly #reader: PacketReader;
  /** Number of the next packet to send. */
  #next = 0;

  constructor(session: Session, maxBytes: number) {
    this.#session = session;
    this.#reader = new PacketReader(maxBytes);
  }

  set maxBytes(bytes: number) {
    this.#reader.maxBytes = bytes;
  }

  /** Numbers start anew with each command. */
  startCommand(): void {
    this.#reader.expected = 0;
  }

  /** The next packet; `timeoutMs` after which it is given up. */
  async read(timeoutMs?: number): Promise<Heard> {
    const limit = new AbortController();
    const signal = AbortSignal.any([limit.signal, this.#session.signal]);
    const silence =
      timeoutMs === undefined
        ? null
        : this.#session.clock.sleep(timeoutMs, signal).then(() => ({ kind: "timeout" }) as const);
    try {
      for (;;) {
        const found = this.#reader.next();
        if (found) {
          this.#next = found.kind === "packet" ? (found.sequence + 1) & 0xff : this.#reader.expected;
          return found;
        }
        const reading = this.#session.connection.read();
        const chunk = silence ? await Promise.race([reading, silence]) : await reading;
        if (chunk === null) return null;
        if ("kind" in chunk) return this.#session.signal.aborted ? null : chunk;
        this.#reader.push(chunk);
      }
    } finally {
      limit.abort();
    }
  }

  /** Sends payloads as packets, numbered on from what was read. */
  async send(...payloads: readonly Uint8Array[]): Promise<void> {
    const packets = payloads.map((payload) => {
      const packet = encodePacket(payload, this.#next);
      this.#next = (this.#next + Math.floor(payload.length / 0xff_ffff) + 1) & 0xff;
      return packet;
    });
    this.#reader.expected = this.#next;
    await this.#session.connection.write(Buffer.concat(packets));
  }
}
