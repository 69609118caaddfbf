// One open event stream: a byte queue that is bounded, whose reader may be slow without anybody waiting for it.
// Knows nothing of what it carries.

import type { Clock } from "../../contract/clock.ts";
import type { Principal } from "../env.ts";
import { encodeFrame } from "./frames.ts";

/** Bytes that may wait for one client before it counts as slow. */
export const CLIENT_QUEUE_BYTES = 1024 * 1024;

/** What a client is made of. `onGone` is called once, when it closes or is closed. */
export interface ClientOptions {
  readonly clock: Clock;
  readonly principal: Principal;
  readonly onGone: (client: StreamClient) => void;
}

/** One reader of `/stream`. */
export class StreamClient {
  readonly principal: Principal;
  readonly body: ReadableStream<Uint8Array>;
  readonly #clock: Clock;
  readonly #onGone: (client: StreamClient) => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #pulled: PromiseWithResolvers<void> = Promise.withResolvers();
  #fullSince: number | undefined;

  constructor(options: ClientOptions) {
    this.principal = options.principal;
    this.#clock = options.clock;
    this.#onGone = options.onGone;
    const source: UnderlyingDefaultSource<Uint8Array> = {
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => {
        this.#pulled.resolve();
        this.#pulled = Promise.withResolvers();
      },
      cancel: () => this.#leave(),
    };
    this.body = new ReadableStream(
      source,
      new ByteLengthQueuingStrategy({ highWaterMark: CLIENT_QUEUE_BYTES }),
    );
  }

  get isOpen(): boolean {
    return this.#controller !== undefined;
  }

  /** Bytes that may still be queued; 0 or less for a slow client. */
  get room(): number {
    return this.#controller?.desiredSize ?? 0;
  }

  /** Queues bytes. A client without room gets a last `lagged` event instead and is closed. */
  send(bytes: Uint8Array, seq: number): void {
    if (!this.#controller) return;
    if (this.room > 0) this.#controller.enqueue(bytes);
    else this.lag(seq);
  }

  /** Ends the stream with `lagged`: the client comes back and resumes. */
  lag(seq: number): void {
    this.#controller?.enqueue(encodeFrame("lagged", seq, '{"reason":"slow"}'));
    this.close();
  }

  /** Resolves when there is room, or the client has gone, or `timeoutMs` has passed; true in the first case. */
  async waitForRoom(timeoutMs: number): Promise<boolean> {
    const deadline = this.#clock.monotonic() + timeoutMs;
    while (this.isOpen && this.room <= 0) {
      const left = deadline - this.#clock.monotonic();
      if (left <= 0) return false;
      const stop = new AbortController();
      await Promise.race([this.#pulled.promise, this.#clock.sleep(left, stop.signal)]);
      stop.abort();
    }
    return this.isOpen;
  }

  /** How long the queue has been full, in ms; asked now and then. */
  stuckMs(): number {
    if (this.room > 0) this.#fullSince = undefined;
    else this.#fullSince ??= this.#clock.monotonic();
    return this.#fullSince === undefined ? 0 : this.#clock.monotonic() - this.#fullSince;
  }

  close(): void {
    const controller = this.#controller;
    this.#leave();
    controller?.close();
  }

  #leave(): void {
    if (!this.#controller) return;
    this.#controller = undefined;
    this.#pulled.resolve();
    this.#onGone(this);
  }
}
