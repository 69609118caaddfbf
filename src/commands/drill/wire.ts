// A small TCP client for drills: sends, waits for what must come, gives up in time. For our own decoys only.

import type { Socket } from "node:net";
import { createConnection } from "node:net";
import { DecnetError } from "../../contract/errors.ts";

const WAIT_MS = 10_000;
const MOST_BYTES = 1024 * 1024;

/** Where a drill goes and which of this host's own addresses it comes from. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly source: string;
}

/** One connection of a drill. */
export interface Wire extends AsyncDisposable {
  send(bytes: Uint8Array | string): void;
  /** Everything up to and including the first match of `pattern`, as Latin-1 text. Throws `timeout` or `protocol`. */
  expect(pattern: RegExp): Promise<string>;
  /** Exactly `length` bytes. */
  take(length: number): Promise<Buffer>;
  /** Everything until the other side closes. */
  rest(): Promise<string>;
  close(): void;
}

class SocketWire implements Wire {
  readonly #socket: Socket;
  #buffer = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes) => {
      this.#buffer = Buffer.concat([this.#buffer, bytes]);
      if (this.#buffer.length > MOST_BYTES) socket.destroy();
      this.#wake();
    });
    for (const event of ["end", "close", "error"]) {
      socket.on(event, () => {
        this.#ended = true;
        this.#wake();
      });
    }
  }

  send(bytes: Uint8Array | string): void {
    this.#socket.write(bytes);
  }

  /** Waits until `look` finds where to cut the buffer. */
  async #cut(look: (buffer: Buffer) => number | undefined, wanted: string): Promise<Buffer> {
    const deadline = Date.now() + WAIT_MS;
    for (;;) {
      const end = look(this.#buffer);
      if (end !== undefined) {
        const taken = this.#buffer.subarray(0, end);
        this.#buffer = this.#buffer.subarray(end);
        return taken;
      }
      const left = deadline - Date.now();
      if (this.#ended || left <= 0) {
        const got = this.#buffer.toString("latin1").slice(-120);
        throw new DecnetError(
          this.#ended ? "protocol" : "timeout",
          `expected ${wanted}, got ${JSON.stringify(got)}`,
        );
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async expect(pattern: RegExp): Promise<string> {
    const look = (buffer: Buffer): number | undefined => {
      const match = pattern.exec(buffer.toString("latin1"));
      return match ? match.index + match[0].length : undefined;
    };
    return (await this.#cut(look, String(pattern))).toString("latin1");
  }

  take(length: number): Promise<Buffer> {
    return this.#cut((buffer) => (buffer.length >= length ? length : undefined), `${length} bytes`);
  }

  async rest(): Promise<string> {
    const all = await this.#cut((buffer) => (this.#ended ? buffer.length : undefined), "the end");
    return all.toString("latin1");
  }

  close(): void {
    this.#socket.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
  }
}

/** Connects from the drill's source address. */
export function connect(target: Target): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: target.host, port: target.port, localAddress: target.source });
    socket.setTimeout(WAIT_MS, () => socket.destroy(new Error("no answer in time")));
    socket.once("error", (error) => {
      reject(
        new DecnetError("unavailable", `${target.host}:${target.port} cannot be reached: ${error.message}`),
      );
    });
    socket.once("connect", () => resolve(new SocketWire(socket)));
  });
}
