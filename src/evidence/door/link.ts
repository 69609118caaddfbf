// The client's connection to the door: connects, greets, reconnects with backoff, reads acknowledgements.
// Holds no records: what has to be sent again is its owner's to know.

import type { Socket } from "node:net";
import { connect } from "node:net";
import type { Clock } from "../../contract/clock.ts";
import { isDecnetError, systemErrorCode } from "../../contract/errors.ts";
import { createBackoff } from "../../kit/backoff.ts";
import type { Logger } from "../../kit/log.ts";
import { DOOR_VERSION, FrameReader } from "./frames.ts";
import type { ServerMessage } from "./messages.ts";
import { formatMessage, parseServerMessage } from "./messages.ts";

/** What a link needs. */
export interface LinkOptions {
  readonly socketPath: string;
  readonly sensor: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** A connection is greeted and takes batches. */
  readonly onReady: () => void;
  readonly onAck: (
    seq: number,
    outcome: { readonly accepted: number; readonly rejected: number; readonly lost: number },
  ) => void;
}

/** A connection that mends itself. */
export interface Link {
  readonly ready: boolean;
  /** Sends a frame; dropped when not ready. */
  send(frame: Uint8Array): void;
  close(): void;
}

const FIRST_DELAY_MS = 20;
const LIMIT_DELAY_MS = 1000;

class MendingLink implements Link {
  readonly #options: LinkOptions;
  readonly #backoff = createBackoff(FIRST_DELAY_MS, LIMIT_DELAY_MS);
  #socket: Socket | null = null;
  #ready = false;
  #closed = false;
  #complained = false;
  #cancelRetry: (() => void) | null = null;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#connect();
  }

  get ready(): boolean {
    return this.#ready;
  }

  send(frame: Uint8Array): void {
    if (this.#ready) this.#socket?.write(frame);
  }

  close(): void {
    this.#closed = true;
    this.#cancelRetry?.();
    this.#socket?.destroy();
  }

  #connect(): void {
    const { socketPath, sensor } = this.#options;
    const frames = new FrameReader();
    const socket = connect(socketPath);
    let reason = "closed by the collector";
    this.#socket = socket;
    socket.once("connect", () => socket.write(formatMessage(["hello", DOOR_VERSION, sensor])));
    socket.on("data", (chunk: Buffer) => {
      const problem = this.#receive(frames, chunk);
      if (problem === null) return;
      reason = problem;
      socket.destroy();
    });
    socket.on("error", (error) => {
      reason = systemErrorCode(error) ?? error.message;
    });
    socket.once("close", () => this.#retry(reason));
  }

  /** Handles what came in; returns why the connection cannot go on, or null. */
  #receive(frames: FrameReader, chunk: Buffer): string | null {
    try {
      for (const body of frames.push(chunk)) {
        const message = parseServerMessage(body);
        if (message[0] === "error") return message[1];
        this.#handle(message);
      }
      return null;
    } catch (error) {
      if (isDecnetError(error, "protocol")) return error.message;
      throw error;
    }
  }

  #handle(message: Exclude<ServerMessage, ["error", string]>): void {
    if (message[0] === "ack") {
      const [, seq, accepted, rejected, lost] = message;
      this.#options.onAck(seq, { accepted, rejected, lost });
      return;
    }
    this.#ready = true;
    this.#backoff.reset();
    if (this.#complained) this.#options.log.info("collector reached again");
    this.#complained = false;
    this.#options.onReady();
  }

  #retry(reason: string): void {
    this.#ready = false;
    this.#socket = null;
    if (this.#closed) return;
    if (!this.#complained) this.#options.log.warn({ reason }, "collector not reachable, evidence is held");
    this.#complained = true;
    this.#cancelRetry = this.#options.clock.after(this.#backoff.next(), () => this.#connect());
  }
}

/** Makes a link and begins to connect. */
export function createLink(options: LinkOptions): Link {
  return new MendingLink(options);
}
