// A bare SSH client for tests: it can send any message at any time, which real clients refuse to do.
// Speaks curve25519-sha256 and one cipher and MAC; checks no host key. Not for anything but tests.

import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { systemRandom } from "../../src/contract/random.ts";
import { createOpener, createSealer } from "../../src/decoys/ssh/cipher/suite.ts";
import { deriveKey } from "../../src/decoys/ssh/kex/method.ts";
import { x25519 } from "../../src/decoys/ssh/kex/x25519.ts";
import { msg } from "../../src/decoys/ssh/numbers.ts";
import { PacketReader, PacketWriter } from "../../src/decoys/ssh/packet.ts";
import { message, toBytes, WireReader, WireWriter } from "../../src/decoys/ssh/wire.ts";

const VERSION = "SSH-2.0-Test_1.0";
const DIRECTION = { cipher: "aes128-ctr", mac: "hmac-sha2-256", compression: "none" } as const;
const KEYS = { iv: 16, key: 16, mac: 32 } as const;

/** How a conversation stands when nothing more has come for a while. */
export type Ending = "open" | "closed";

function kexInit(): Uint8Array {
  const writer = message(msg.kexinit).raw(new Uint8Array(16));
  const lists = [
    "curve25519-sha256",
    "ssh-ed25519",
    DIRECTION.cipher,
    DIRECTION.cipher,
    DIRECTION.mac,
    DIRECTION.mac,
  ];
  for (const list of [...lists, "none", "none", "", ""]) writer.string(list);
  return writer.boolean(false).u32(0).finish();
}

/** One connection. */
export class TestSshClient {
  readonly #socket: Socket;
  readonly #reader = new PacketReader();
  readonly #writer = new PacketWriter(systemRandom);
  readonly #chunks: Uint8Array[] = [];
  #wake: () => void = () => undefined;
  #closed = false;
  serverVersion = "";
  sessionId: Uint8Array = new Uint8Array(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes: Buffer) => {
      this.#chunks.push(new Uint8Array(bytes));
      this.#wake();
    });
    const end = (): void => {
      this.#closed = true;
      this.#wake();
    };
    socket.on("close", end).on("end", end).on("error", end);
  }

  /** Connects and exchanges keys. */
  static async open(port: number): Promise<TestSshClient> {
    const socket = connect(port, "127.0.0.1");
    const client = new TestSshClient(socket);
    socket.write(`${VERSION}\r\n`);
    await client.#readVersion();
    await client.exchangeKeys();
    return client;
  }

  async #chunk(): Promise<Uint8Array | null> {
    while (this.#chunks.length === 0) {
      if (this.#closed) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#chunks.shift() ?? null;
  }

  async #readVersion(): Promise<void> {
    let line = "";
    while (!line.includes("\n")) {
      const bytes = await this.#chunk();
      if (!bytes) throw new Error("closed before its version");
      line += Buffer.from(bytes).toString("latin1");
    }
    const end = line.indexOf("\n");
    this.serverVersion = line.slice(0, end).trimEnd();
    const rest = Buffer.from(line.slice(end + 1), "latin1");
    if (rest.length > 0) this.#reader.push(new Uint8Array(rest));
  }

  /** Sends one message. */
  send(payload: Uint8Array): void {
    if (!this.#closed) this.#socket.write(this.#writer.seal(payload));
  }

  /** The next message, or null at the end. */
  async next(): Promise<Uint8Array | null> {
    for (;;) {
      const incoming = this.#reader.next();
      if (incoming?.kind === "bad") throw new Error(`bad packet: ${incoming.text}`);
      if (incoming) return incoming.payload;
      const bytes = await this.#chunk();
      if (!bytes) return null;
      this.#reader.push(bytes);
    }
  }

  /** The next message of a type, skipping others. Throws at the end. */
  async expect(type: number): Promise<Uint8Array> {
    for (;;) {
      const payload = await this.next();
      if (!payload) throw new Error(`closed while waiting for message ${type}`);
      if (payload[0] === type) return payload;
    }
  }

  /** A key exchange, first or again. */
  async exchangeKeys(): Promise<void> {
    const mine = kexInit().slice();
    this.send(mine);
    const theirs = await this.expect(msg.kexinit);
    const pair = x25519(systemRandom.bytes(32));
    this.send(message(msg.kexFirst).string(pair.publicValue).finish());
    const reader = new WireReader(await this.expect(msg.kexFirst + 1));
    reader.u8();
    const [hostKey, point] = [reader.string(), reader.string()];
    const secret = new WireWriter().mpint(pair.agree(point)).finish();
    const hashed = new WireWriter(4096)
      .string(VERSION)
      .string(this.serverVersion)
      .string(mine)
      .string(theirs);
    hashed.string(hostKey).string(pair.publicValue).string(point).raw(secret);
    const exchangeHash = createHash("sha256").update(hashed.finish()).digest();
    if (this.sessionId.length === 0) this.sessionId = exchangeHash;
    const derive = (letter: string, length: number): Uint8Array =>
      deriveKey({ hash: "sha256", secret, exchangeHash }, this.sessionId, letter, length);
    const keys = (iv: string, key: string, mac: string) => ({
      iv: derive(iv, KEYS.iv),
      key: derive(key, KEYS.key),
      macKey: derive(mac, KEYS.mac),
    });
    this.send(message(msg.newkeys).finish());
    this.#writer.setSealer(createSealer(DIRECTION, keys("A", "C", "E")), { resetSequence: false });
    await this.expect(msg.newkeys);
    this.#reader.setOpener(createOpener(DIRECTION, keys("B", "D", "F")), { resetSequence: false });
  }

  /** Asks for the login service. */
  async requestService(): Promise<void> {
    this.send(message(msg.serviceRequest).string("ssh-userauth").finish());
    await this.expect(msg.serviceAccept);
  }

  /** Logs in with a password; true when let in. */
  async logIn(username: string, password: string): Promise<boolean> {
    await this.requestService();
    this.send(passwordRequest(username, password));
    for (;;) {
      const type = (await this.next())?.[0];
      if (type === undefined || type === msg.userauthFailure) return false;
      if (type === msg.userauthSuccess) return true;
    }
  }

  /** Everything until nothing has come for `quietMs`, and whether the other side has closed. */
  async drain(
    quietMs: number,
  ): Promise<{ readonly messages: readonly Uint8Array[]; readonly ending: Ending }> {
    const messages: Uint8Array[] = [];
    for (;;) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const quiet = new Promise<"quiet">((resolve) => {
        timer = setTimeout(() => resolve("quiet"), quietMs);
      });
      const next = await Promise.race([this.next(), quiet]);
      clearTimeout(timer);
      if (next === "quiet") return { messages, ending: "open" };
      if (next === null) return { messages, ending: "closed" };
      messages.push(next);
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** A password login. */
export function passwordRequest(username: string, password: string): Uint8Array {
  return message(msg.userauthRequest)
    .string(username)
    .string("ssh-connection")
    .string("password")
    .boolean(false)
    .string(toBytes(password))
    .finish();
}

/** A session channel's opening. */
export function openSession(id: number, window = 0x200000): Uint8Array {
  return message(msg.channelOpen).string("session").u32(id).u32(window).u32(0x8000).finish();
}
