// The collector's side of the door: listens, cuts frames, hands batches on and sends the acknowledgements.
// A peer that breaks the protocol loses its own connection and nothing else.

import { chmodSync, unlinkSync } from "node:fs";
import type { Server, Socket } from "node:net";
import { connect, createServer } from "node:net";
import type { Clock } from "../../contract/clock.ts";
import { DecnetError, isDecnetError, systemErrorCode } from "../../contract/errors.ts";
import type { Logger } from "../../kit/log.ts";
import { DOOR_VERSION, FrameReader } from "./frames.ts";
import type { ClientMessage, ServerMessage } from "./messages.ts";
import { formatMessage, parseClientMessage } from "./messages.ts";

/** What became of a batch: `rejected` is not evidence, `lost` would have been but found no room. */
export interface BatchOutcome {
  readonly accepted: number;
  readonly rejected: number;
  readonly lost: number;
}

/** What the door needs. `accept` resolves once the batch is on disk or refused, and never rejects. */
export interface DoorOptions {
  readonly socketPath: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly accept: (records: readonly Uint8Array[]) => Promise<BatchOutcome>;
  /** Called for each connection that was dropped for breaking the protocol. */
  readonly onViolation?: () => void;
}

/** An open door. */
export interface Door {
  readonly connections: number;
  /** Takes no more frames, lets what was taken be acknowledged within `timeoutMs`, closes, removes its socket. */
  close(timeoutMs: number): Promise<void>;
}

const MAX_CONNECTIONS = 256;
const HELLO_MS = 10_000;
/** Batches of one connection under way before it is read no further. */
const MAX_INFLIGHT = 8;
/** Acknowledgements that a peer leaves unread before it is dropped. */
const MAX_UNREAD_BYTES = 256 * 1024;

class Peer {
  readonly #socket: Socket;
  readonly #options: DoorOptions;
  readonly #frames = new FrameReader();
  readonly #cancelHello: () => void;
  #greeted = false;
  #inflight = 0;
  #onIdle: (() => void) | null = null;

  constructor(socket: Socket, options: DoorOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#cancelHello = options.clock.after(HELLO_MS, () => socket.destroy());
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("error", (error) => options.log.debug({ err: error }, "evidence connection failed"));
    socket.on("close", () => this.#cancelHello());
  }

  /** Reads nothing more and ends once what was taken has been acknowledged. */
  async finish(): Promise<void> {
    this.#socket.pause();
    this.#socket.removeAllListeners("data");
    if (this.#inflight > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    await new Promise<void>((resolve) => {
      if (this.#socket.destroyed) return resolve();
      this.#socket.once("close", () => resolve());
      this.#socket.end(() => this.#socket.destroy());
    });
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    try {
      for (const body of this.#frames.push(chunk)) this.#handle(parseClientMessage(body));
    } catch (error) {
      if (!isDecnetError(error, "protocol")) throw error;
      this.#options.log.warn({ reason: error.message }, "evidence connection broke the protocol");
      this.#options.onViolation?.();
      this.#refuse(error.message);
    }
  }

  #handle(message: ClientMessage): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    if (message[0] === "hello") {
      this.#greet(message[1]);
      return;
    }
    if (!this.#greeted) throw new DecnetError("protocol", "batch before greeting");
    void this.#put(message[1], message[2]);
  }

  #greet(version: number): void {
    if (this.#greeted) throw new DecnetError("protocol", "greeted twice");
    if (version !== DOOR_VERSION) throw new DecnetError("protocol", `version ${version} is not spoken here`);
    this.#greeted = true;
    this.#cancelHello();
    this.#send(["welcome", DOOR_VERSION]);
  }

  async #put(seq: number, records: readonly Uint8Array[]): Promise<void> {
    this.#inflight++;
    if (this.#inflight >= MAX_INFLIGHT) this.#socket.pause();
    const { accepted, rejected, lost } = await this.#options.accept(records);
    this.#send(["ack", seq, accepted, rejected, lost]);
    this.#inflight--;
    if (this.#onIdle) {
      if (this.#inflight === 0) this.#onIdle();
      return;
    }
    if (this.#inflight < MAX_INFLIGHT) this.#socket.resume();
  }

  #send(message: ServerMessage): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    this.#socket.write(formatMessage(message));
    if (this.#socket.writableLength > MAX_UNREAD_BYTES) this.#socket.destroy();
  }

  #refuse(reason: string): void {
    this.#send(["error", reason]);
    this.#socket.removeAllListeners("data");
    this.#socket.end(() => this.#socket.destroy());
  }
}

/** True when somebody listens on the path. */
function isLive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
}

/** Removes a file; one that is gone already is fine. */
function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
  }
}

async function listen(server: Server, path: string): Promise<void> {
  if (await isLive(path)) throw new DecnetError("conflict", "another collector listens on the door's socket");
  removeFile(path);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => resolve());
  });
  chmodSync(path, 0o660);
}

/** Opens the door. Throws DecnetError `conflict` when another collector holds it; replaces a dead socket. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const peers = new Set<Peer>();
  const server = createServer((socket) => {
    if (peers.size >= MAX_CONNECTIONS) {
      options.log.warn({ connections: peers.size }, "evidence connection refused: too many");
      socket.destroy();
      return;
    }
    const peer = new Peer(socket, options);
    peers.add(peer);
    socket.once("close", () => peers.delete(peer));
  });
  await listen(server, options.socketPath);
  return {
    get connections() {
      return peers.size;
    },
    async close(timeoutMs) {
      server.close();
      removeFile(options.socketPath);
      const late = Promise.withResolvers<void>();
      const cancel = options.clock.after(timeoutMs, late.resolve);
      await Promise.race([late.promise, Promise.all([...peers].map((peer) => peer.finish()))]);
      cancel();
      for (const peer of peers) peer.destroy();
    },
  };
}
