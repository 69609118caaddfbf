// One client's socket as a decoy sees it: pull-based reads behind a small window, and bounds that end it.
// Knows no protocol and records nothing.

import type { Socket } from "node:net";
import type { Clock } from "../../contract/clock.ts";
import type { Endpoint } from "../../contract/evidence.ts";
import type { DecoyConnection } from "../../decoys/decoy.ts";
import type { Ends } from "./ends.ts";

/** Why a connection ended: a bound, or who went first. */
export type EndReason = "client" | "decoy" | "idle" | "time" | "bytes" | "broken" | "crowded" | "shutdown";

/** Bytes read ahead of the decoy before the socket is paused. */
const READ_WINDOW = 64 * 1024;
/** How long queued bytes may take to leave after `close`. */
const LINGER_MS = 5_000;

/** Shared by the connections of one conversation: what was read and written, and the bound on it. */
export interface ByteBudget {
  in: number;
  out: number;
  readonly limit: number;
}

/** A client that has come: its socket, and where it came from. */
export interface Arrival {
  readonly socket: Socket;
  readonly ends: Ends;
}

/** Options of {@link SocketConnection}. */
export interface ConnectionOptions {
  readonly clock: Clock;
  readonly budget: ByteBudget;
  readonly idleMs: number;
  /** Called once, with the first reason, when the connection has ended. */
  readonly onEnd?: (reason: EndReason) => void;
}

/** A {@link DecoyConnection} over a socket. */
export class SocketConnection implements DecoyConnection {
  readonly remote: Endpoint;
  readonly local: Endpoint;
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  #queue: Uint8Array[] = [];
  #queued = 0;
  #waiting: ((bytes: Uint8Array | null) => void) | undefined;
  #ended = false;
  #closing = false;
  #gone = false;
  #reason: EndReason | undefined;
  #lastByteAt: number;
  #cancelIdle: () => void;

  constructor({ socket, ends }: Arrival, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.remote = ends.remote;
    this.local = ends.local;
    this.#lastByteAt = options.clock.monotonic();
    this.#cancelIdle = options.clock.after(options.idleMs, () => this.#checkIdle());
    socket.setNoDelay(true);
    socket.on("data", (bytes: Uint8Array) => this.#received(bytes));
    socket.on("end", () => this.#finish("client"));
    socket.on("error", () => this.#finish("client"));
    socket.on("close", () => this.#left());
    // Whoever left before this tells nobody any more.
    if (socket.destroyed) this.#left();
  }

  get closed(): boolean {
    return this.#gone || this.#closing || this.#socket.destroyed;
  }

  /** The first reason for which it ended; undefined while it lives. */
  get endReason(): EndReason | undefined {
    return this.#reason;
  }

  read(): Promise<Uint8Array | null> {
    const bytes = this.#queue.shift();
    if (bytes) {
      this.#queued -= bytes.length;
      if (this.#queued < READ_WINDOW && this.#socket.isPaused()) this.#socket.resume();
      return Promise.resolve(bytes);
    }
    if (this.#ended) return Promise.resolve(null);
    if (this.#waiting) return Promise.reject(new Error("two reads at once"));
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  write(bytes: Uint8Array | string): Promise<void> {
    if (this.closed || bytes.length === 0) return Promise.resolve();
    this.#options.budget.out += typeof bytes === "string" ? Buffer.byteLength(bytes) : bytes.length;
    if (this.#socket.write(bytes)) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#socket.off("drain", done);
        this.#socket.off("close", done);
        resolve();
      };
      this.#socket.on("drain", done);
      this.#socket.on("close", done);
    });
  }

  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#finish("decoy");
    this.#socket.end();
    // The peer's FIN, or its silence, frees the descriptor; until then what it sends is read and dropped.
    this.#socket.resume();
    const cancel = this.#options.clock.after(LINGER_MS, () => this.#socket.destroy());
    this.#socket.once("close", cancel);
  }

  reset(): void {
    this.#closing = true;
    this.#finish("decoy");
    this.#socket.resetAndDestroy();
  }

  /** Ends it for a reason of ours: reads give null from now on, what is queued to the client still leaves. */
  end(reason: EndReason): void {
    this.#finish(reason);
    this.close();
  }

  #received(bytes: Uint8Array): void {
    if (this.#ended) return;
    this.#lastByteAt = this.#options.clock.monotonic();
    const budget = this.#options.budget;
    budget.in += bytes.length;
    if (budget.in > budget.limit) {
      this.end("bytes");
      return;
    }
    const waiting = this.#waiting;
    if (waiting) {
      this.#waiting = undefined;
      waiting(bytes);
      return;
    }
    this.#queue.push(bytes);
    this.#queued += bytes.length;
    if (this.#queued >= READ_WINDOW) this.#socket.pause();
  }

  #left(): void {
    this.#gone = true;
    this.#finish("client");
  }

  #checkIdle(): void {
    if (this.#ended) return;
    const silence = this.#options.clock.monotonic() - this.#lastByteAt;
    const left = this.#options.idleMs - silence;
    // A reader that is behind is not a silent client.
    if (left <= 0 && this.#queue.length === 0) {
      this.end("idle");
      return;
    }
    this.#cancelIdle = this.#options.clock.after(Math.max(left, 1_000), () => this.#checkIdle());
  }

  #finish(reason: EndReason): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#reason = reason;
    this.#cancelIdle();
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(null);
    this.#options.onEnd?.(reason);
  }
}
