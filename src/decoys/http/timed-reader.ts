// Reads of a client's bytes with nginx's timeouts, and bytes put back for the next request.
// On a timeout the connection is closed without a word, as nginx does.

import type { Clock } from "../../contract/clock.ts";
import type { DecoyConnection } from "../decoy.ts";

/** A pull reader over one connection. */
export class TimedReader {
  readonly #connection: DecoyConnection;
  readonly #clock: Clock;
  #left: Uint8Array = new Uint8Array(0);

  constructor(connection: DecoyConnection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  /** Bytes already here, without waiting; empty when there are none. */
  buffered(): Uint8Array {
    const bytes = this.#left;
    this.#left = new Uint8Array(0);
    return bytes;
  }

  /** Gives bytes back: the next read returns them first. */
  putBack(bytes: Uint8Array): void {
    this.#left = bytes;
  }

  /** The next bytes, or null at the end or after `timeoutMs` of silence (then the connection is closed). */
  async next(timeoutMs: number): Promise<Uint8Array | null> {
    const kept = this.buffered();
    if (kept.length > 0) return kept;
    const cancel = this.#clock.after(Math.max(0, timeoutMs), () => this.#connection.close());
    try {
      return await this.#connection.read();
    } finally {
      cancel();
    }
  }
}
