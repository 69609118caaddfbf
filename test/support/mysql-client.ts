// A bare MySQL client for tests: exact packets, both login plugins, the sha2 exchange with RSA. Interprets nothing else.

import { constants, publicEncrypt } from "node:crypto";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { int, lenencText } from "../../src/decoys/mysql/codec.ts";
import { CAP } from "../../src/decoys/mysql/packets.ts";
import { type Plugin, scramble, xor } from "../../src/decoys/mysql/scramble.ts";

/** One connection. Every wait ends after 10 s at the latest. */
export class MysqlClient implements Disposable {
  readonly #socket: Socket;
  #data = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => undefined;
  /** Sequence number of the last packet read. */
  sequence = 0;

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

  static connect(port: number): Promise<MysqlClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1" });
      socket.once("error", reject);
      socket.once("connect", () => resolve(new MysqlClient(socket)));
    });
  }

  async #until<T>(look: () => T | undefined): Promise<T> {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Error(`no packet; have ${this.#data.toString("hex")}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 500);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** The next packet's payload, or null once the server has closed. */
  packet(): Promise<Buffer | null> {
    return this.#until(() => {
      if (this.#data.length >= 4) {
        const size = this.#data.readUIntLE(0, 3);
        if (this.#data.length >= 4 + size) {
          this.sequence = this.#data[3] ?? 0;
          const payload = this.#data.subarray(4, 4 + size);
          this.#data = this.#data.subarray(4 + size);
          return payload;
        }
      }
      return this.#ended ? null : undefined;
    });
  }

  /** Sends raw bytes. */
  raw(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Sends a payload, numbered behind the last packet read unless told otherwise. */
  send(payload: Uint8Array, sequence = this.sequence + 1): void {
    this.raw(Buffer.concat([int(payload.length, 3), Buffer.of(sequence & 0xff), payload]));
  }

  /** Sends a command and gives the first packet of its answer. */
  command(payload: Uint8Array): Promise<Buffer | null> {
    this.send(payload, 0);
    return this.packet();
  }

  query(text: string): Promise<Buffer | null> {
    return this.command(Buffer.from(`\x03${text}`));
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

/** Salt and plugin of a greeting. */
function readGreeting(payload: Buffer): { salt: Buffer; plugin: string } {
  const at = payload.indexOf(0) + 1;
  const salt = Buffer.concat([payload.subarray(at + 4, at + 12), payload.subarray(at + 31, at + 43)]);
  return { salt, plugin: payload.toString("latin1", at + 44, payload.length - 1) };
}

/** How a client logs in. */
export interface LoginOptions {
  readonly plugin?: Plugin;
  readonly database?: string;
  readonly capabilities?: number;
  readonly attributes?: readonly (readonly [string, string])[];
}

/** Capabilities of an ordinary client. */
export const CLIENT_CAPABILITIES =
  CAP.protocol41 | CAP.secureConnection | CAP.pluginAuth | CAP.connectAttrs | CAP.connectWithDb | 0x10001;

/** HandshakeResponse41. */
export function encodeLogin(username: string, response: Uint8Array, options: LoginOptions = {}): Buffer {
  const attributes = (options.attributes ?? []).flatMap(([name, value]) => [
    lenencText(name),
    lenencText(value),
  ]);
  return Buffer.concat([
    int(options.capabilities ?? CLIENT_CAPABILITIES, 4),
    int(0xff_ffff, 4),
    Buffer.of(45),
    Buffer.alloc(23),
    Buffer.from(`${username}\0`),
    Buffer.of(response.length),
    response,
    Buffer.from(`${options.database ?? ""}\0`),
    Buffer.from(`${options.plugin ?? "caching_sha2_password"}\0`),
    lenencText(Buffer.concat(attributes)),
  ]);
}

/** Logs in, follows switches and the RSA exchange; gives the server's last word: OK or ERR. */
export async function logIn(
  client: MysqlClient,
  username: string,
  password: string,
  options: LoginOptions = {},
): Promise<{ readonly answer: Buffer | null; readonly steps: readonly string[] }> {
  const steps: string[] = [];
  const greeting = readGreeting((await client.packet()) ?? Buffer.alloc(0));
  let { salt } = greeting;
  let plugin: Plugin = options.plugin ?? "caching_sha2_password";
  client.send(encodeLogin(username, scramble(plugin, password, salt), options));
  for (;;) {
    const payload = await client.packet();
    if (!payload || payload[0] === 0x00 || payload[0] === 0xff) return { answer: payload, steps };
    if (payload[0] === 0xfe) {
      const end = payload.indexOf(0);
      plugin = payload.toString("latin1", 1, end) as Plugin;
      salt = Buffer.from(payload.subarray(end + 1, end + 21));
      steps.push(`switch ${plugin}`);
      client.send(scramble(plugin, password, salt));
    } else if (payload[1] === 3) steps.push("fast");
    else if (payload[1] === 4) {
      steps.push("full");
      client.send(Buffer.of(2));
    } else {
      steps.push("key");
      const clear = xor(Buffer.from(`${password}\0`), salt);
      const key = payload.toString("latin1", 1);
      client.send(publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha1" }, clear));
    }
  }
}
