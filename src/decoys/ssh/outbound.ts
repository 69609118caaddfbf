// The way out: payloads in order, compressed and sealed, held back while keys are being exchanged.
// Knows no message but where RFC 4253 section 7.1 forbids one.

import type { Random } from "../../contract/random.ts";
import type { DecoyConnection } from "../decoy.ts";
import type { Sealer } from "./cipher/cipher.ts";
import type { Compression } from "./compression.ts";
import { msg } from "./numbers.ts";
import { PacketWriter } from "./packet.ts";
import { malformed } from "./wire.ts";

/** Messages held back during one key exchange; a client that makes us hold more is broken off. */
const MAX_HELD = 4096;

/** Writes one side of a conversation. */
export class Outbound {
  readonly #connection: DecoyConnection;
  readonly #packets: PacketWriter;
  #compression: Compression | null = null;
  #held: Uint8Array[] | null = null;
  #opened: Promise<void> = Promise.resolve();
  #open: () => void = () => undefined;
  #tail: Promise<void> = Promise.resolve();

  constructor(connection: DecoyConnection, random: Random) {
    this.#connection = connection;
    this.#packets = new PacketWriter(random);
  }

  get blocks(): number {
    return this.#packets.blocks;
  }

  get packets(): number {
    return this.#packets.packets;
  }

  /** Sends a payload; resolves once the kernel has taken enough. Between `hold` and `release` only key exchange goes out. */
  send(payload: Uint8Array): Promise<void> {
    if (this.#held && (payload[0] ?? 0) > msg.kexLast) {
      if (this.#held.length >= MAX_HELD) return Promise.reject(malformed("too much held back"));
      this.#held.push(payload.slice());
      return Promise.resolve();
    }
    return this.#put(payload);
  }

  #put(payload: Uint8Array): Promise<void> {
    const { compression } = { compression: this.#compression };
    if (!compression) return this.#connection.write(this.#packets.seal(payload));
    const copy = payload.slice();
    return this.#inTurn(async () => {
      await this.#connection.write(this.#packets.seal(await compression.run(copy)));
    });
  }

  /** Runs a step after all that compression still works on. */
  #inTurn(step: () => Promise<void> | void): Promise<void> {
    const run = this.#tail.then(step);
    // A failed stream must not leave a rejection unseen: whoever sent is told by the promise it got.
    this.#tail = run.catch(() => undefined);
    return run;
  }

  /** From here on, nothing but key exchange goes out. */
  hold(): void {
    if (this.#held) return;
    this.#held = [];
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  /** Resolves when nothing is held back, or nothing will go out any more. */
  whenOpen(): Promise<void> {
    return this.#opened;
  }

  /** Lets go of who waits for `whenOpen`. */
  abandon(): void {
    this.#open();
  }

  /** Puts new keys in force for what follows. */
  async rekey(sealer: Sealer, options: { readonly resetSequence: boolean }): Promise<void> {
    if (this.#compression) await this.#tail;
    this.#packets.setSealer(sealer, options);
  }

  /** Sends what was held back. */
  async release(): Promise<void> {
    const held = this.#held ?? [];
    this.#held = null;
    this.#open();
    await Promise.all(held.map((payload) => this.#put(payload)));
  }

  /** Replaces the compression of what follows. */
  async setCompression(compression: Compression | null): Promise<void> {
    await this.#tail;
    this.#compression?.close();
    this.#compression = compression;
  }

  /** Waits for what compression still works on. */
  async settled(): Promise<void> {
    await this.#tail;
  }

  close(): void {
    this.#compression?.close();
  }
}
