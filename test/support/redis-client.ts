// A bare Redis client for tests: sends exact bytes, reads exact replies, interprets nothing.

import type { Socket } from "node:net";
import { connect } from "node:net";

/** Where the reply that starts at `at` ends, or -1 when it is not whole. */
function replyEnd(data: Buffer, at: number): number {
  const eol = data.indexOf("\r\n", at, "latin1");
  if (eol < 0) return -1;
  const mark = String.fromCharCode(data[at] ?? 0);
  const count = Number(data.toString("latin1", at + 1, eol));
  let end = eol + 2;
  if (mark === "$" || mark === "=") {
    if (count < 0) return end;
    return data.length >= end + count + 2 ? end + count + 2 : -1;
  }
  if (!"*%~>".includes(mark)) return end;
  for (let i = 0; i < (mark === "%" ? count * 2 : count); i++) {
    end = replyEnd(data, end);
    if (end < 0) return -1;
  }
  return end;
}

/** A multibulk request; arguments are binary strings. */
function encodeRequest(args: readonly string[]): Buffer {
  const parts = args.map((arg) => `$${arg.length}\r\n${arg}\r\n`);
  return Buffer.from(`*${args.length}\r\n${parts.join("")}`, "latin1");
}

/** One connection. Every wait ends after 10 s at the latest. */
export class RedisClient implements Disposable {
  readonly #socket: Socket;
  #data = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#data = Buffer.concat([this.#data, chunk]);
      this.#wake();
    });
    const end = (): void => {
      this.#ended = true;
      this.#wake();
    };
    socket.on("end", end).on("close", end).on("error", end);
  }

  static connect(port: number, localAddress = "127.0.0.1"): Promise<RedisClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", localAddress });
      socket.once("error", reject);
      socket.once("connect", () => resolve(new RedisClient(socket)));
    });
  }

  send(bytes: Uint8Array | string): void {
    this.#socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  }

  async #until<T>(look: () => T | undefined): Promise<T> {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (Date.now() > deadline)
        throw new Error(`no reply; have ${JSON.stringify(this.#data.toString("latin1"))}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 500);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** The next whole reply as a binary string. */
  reply(): Promise<string> {
    return this.#until(() => {
      const end = replyEnd(this.#data, 0);
      if (end < 0) return this.#ended ? "<closed>" : undefined;
      const text = this.#data.toString("latin1", 0, end);
      this.#data = this.#data.subarray(end);
      return text;
    });
  }

  /** Sends a command and gives its reply. */
  call(...args: readonly string[]): Promise<string> {
    this.send(encodeRequest(args));
    return this.reply();
  }

  /** Everything until the server closes. */
  rest(): Promise<string> {
    return this.#until(() => (this.#ended ? this.#data.toString("latin1") : undefined));
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
