// The transport of one conversation: identification, packets, key exchange; messages for the layers above.
// Answers what belongs to it and hands on the rest. Refuses as OpenSSH's server does, in its words.

import type { Session } from "../decoy.ts";
import type { AlgorithmLists } from "./algorithms.ts";
import type { Compression } from "./compression.ts";
import { createCompressor, createDecompressor } from "./compression.ts";
import { disconnectError } from "./disconnect.ts";
import type { HostKeys } from "./host-keys.ts";
import type { Identification } from "./identification.ts";
import { IdentificationReader } from "./identification.ts";
import type { Choice, KexInit } from "./kexinit.ts";
import { KeyExchanges } from "./key-exchange.ts";
import { disconnectReason, msg } from "./numbers.ts";
import { Outbound } from "./outbound.ts";
import { badTypeText, PacketReader } from "./packet.ts";
import { malformed, message, WireReader } from "./wire.ts";

/** What the server is. */
export interface ServerIdentity {
  /** `SSH-2.0-` and the software, without line end. */
  readonly banner: string;
  readonly lists: AlgorithmLists;
  readonly hostKeys: HostKeys;
}

/** A message for the layers above. */
export interface Message {
  readonly type: number;
  /** The message, its type included. */
  readonly payload: Uint8Array;
  /** Its packet's number, for SSH_MSG_UNIMPLEMENTED. */
  readonly sequence: number;
}

/** Cipher blocks after which OpenSSH makes new keys: 2^32 for blocks of 16 bytes, 1 GiB for chacha20's. */
function blockLimit(cipher: string): number {
  return cipher.startsWith("chacha20") ? 2 ** 27 : 2 ** 32;
}

/** Packets after which OpenSSH makes new keys. */
const PACKET_LIMIT = 2 ** 31;

/** The transport, from accept to close. */
export class Transport {
  readonly #session: Session;
  readonly #identity: ServerIdentity;
  readonly #inbound = new PacketReader();
  readonly #outbound: Outbound;
  #keys: KeyExchanges | null = null;
  #inflate: Compression | null = null;
  #authenticated = false;
  #skipNext = false;
  #last: Uint8Array = new Uint8Array(0);
  /** True once the client has sent SSH_MSG_DISCONNECT. */
  clientLeft = false;
  /** The client's software as its identification says, empty before. */
  clientSoftware = "";

  constructor(session: Session, identity: ServerIdentity) {
    this.#session = session;
    this.#identity = identity;
    this.#outbound = new Outbound(session.connection, session.random);
  }

  get sessionId(): Uint8Array {
    return this.#keys?.sessionId ?? new Uint8Array(0);
  }

  /** The client said that it takes and sends SSH_MSG_EXT_INFO. */
  get extInfo(): boolean {
    return this.#keys?.current?.extInfo ?? false;
  }

  /** The host key algorithm of the keys in force, empty before. */
  get hostKeyAlgorithm(): string {
    return this.#keys?.current?.hostKey ?? "";
  }

  /** The last message taken: what a protocol violation is shown by. */
  get lastPayload(): Uint8Array {
    return this.#last;
  }

  /** Exchanges identifications. Null when the client goes before it has told its own. */
  async identify(): Promise<Identification | null> {
    const { connection } = this.#session;
    await connection.write(`${this.#identity.banner}\r\n`);
    const reader = new IdentificationReader();
    for (;;) {
      const bytes = await connection.read();
      if (!bytes) return null;
      const verdict = reader.push(bytes);
      if (!verdict) continue;
      if (verdict.ok) this.#begin(verdict);
      return verdict;
    }
  }

  #begin(client: { readonly line: Uint8Array; readonly software: string; readonly rest: Uint8Array }): void {
    this.clientSoftware = client.software;
    if (client.rest.length > 0) this.#inbound.push(client.rest);
    this.#keys = new KeyExchanges({
      lists: this.#identity.lists,
      hostKeys: this.#identity.hostKeys,
      random: this.#session.random,
      clientVersion: client.line,
      serverVersion: this.#identity.banner,
      inbound: this.#inbound,
      outbound: this.#outbound,
      pace: (costMs) => this.#session.clock.sleep(costMs, this.#session.signal),
      monotonic: () => this.#session.clock.monotonic(),
    });
    this.#keys.onOutgoingKeys = (choice) => this.#renewCompression(choice);
  }

  /** Makes the first keys. False when the client goes before. `onOffer` is called once with its KEXINIT. */
  async exchangeFirstKeys(onOffer: (offer: KexInit) => void): Promise<boolean> {
    const keys = this.#keys;
    if (!keys) return false;
    await keys.begin();
    let told = false;
    while (keys.initial) {
      const packet = await this.#nextPacket();
      if (!packet) return false;
      const forUs = await this.#handle(packet, keys);
      if (forUs === "end") return false;
      // Nothing above the transport is known yet: OpenSSH hangs up.
      if (forUs === "above") throw malformed("message before the first keys");
      const offer = keys.clientOffer;
      if (offer && !told) {
        told = true;
        onOffer(offer);
      }
    }
    return true;
  }

  /** The next message for the layers above, or null at the end. */
  async receive(): Promise<Message | null> {
    const keys = this.#keys;
    if (!keys) return null;
    for (;;) {
      const packet = await this.#nextPacket();
      if (!packet) return null;
      const forUs = await this.#handle(packet, keys);
      if (forUs === "end") return null;
      await this.#rekeyIfDue(keys);
      if (forUs === "above") return packet;
    }
  }

  async #nextPacket(): Promise<Message | null> {
    for (;;) {
      const incoming = this.#inbound.next();
      if (incoming?.kind === "bad") {
        if (incoming.text !== null) throw disconnectError(incoming.text);
        throw malformed("corrupt packet");
      }
      if (incoming) return this.#opened(incoming.payload, incoming.sequence);
      const bytes = await this.#session.connection.read();
      if (!bytes) return null;
      this.#inbound.push(bytes);
    }
  }

  async #opened(sealed: Uint8Array, sequence: number): Promise<Message> {
    const payload = this.#inflate ? await this.#inflate.run(sealed) : sealed;
    this.#last = payload;
    if (payload.length === 0) throw malformed("empty message");
    // Since OpenSSH 9.5 the numbers from 192 on are messages like others.
    const problem = this.#identity.lists.pings && payload[0] !== 0 ? null : badTypeText(payload);
    if (problem) throw disconnectError(problem);
    return { type: payload[0] as number, payload, sequence };
  }

  /** Deals with what belongs to the transport; says whether the message is for the layers above or ends all. */
  async #handle(packet: Message, keys: KeyExchanges): Promise<"done" | "above" | "end"> {
    const { type, payload, sequence } = packet;
    if (this.#skipNext) {
      this.#skipNext = false;
      return "done";
    }
    const quiet = type === msg.ignore || type === msg.debug || type === msg.unimplemented;
    if (type === msg.disconnect && !keys.strictInitial) {
      this.clientLeft = true;
      return "end";
    }
    if (quiet && !keys.strictInitial) return "done";
    if (type === msg.ping && this.#identity.lists.pings && !keys.strictInitial && !keys.underWay) {
      const reader = new WireReader(payload);
      reader.u8();
      const data = reader.string();
      await this.#outbound.send(
        message(msg.pong, data.length + 8)
          .string(data)
          .finish(),
      );
      return "done";
    }
    const isKex =
      type === msg.kexinit || type === msg.newkeys || (type >= msg.kexFirst && type <= msg.kexLast);
    if (isKex && keys.expects(type)) {
      await this.#handleKex(packet, keys);
      return "done";
    }
    if (type > msg.kexLast) return "above";
    if (keys.strictInitial)
      throw disconnectError(`strict KEX violation: unexpected packet type ${type} (seqnr ${sequence})`);
    if (keys.underWay || isKex) {
      await this.unimplemented(sequence);
      return "done";
    }
    this.#last = payload;
    return "above";
  }

  async #handleKex({ payload, sequence }: Message, keys: KeyExchanges): Promise<void> {
    this.#skipNext = await keys.receive(payload);
    if (keys.strictInitial && payload[0] === msg.kexinit && sequence !== 0)
      throw disconnectError("strict KEX violation: KEXINIT was not the first packet");
    if (payload[0] === msg.newkeys && this.#authenticated) this.#renewInflate(keys.current);
  }

  async #rekeyIfDue(keys: KeyExchanges): Promise<void> {
    const { current } = keys;
    if (!this.#authenticated || keys.underWay || !current) return;
    const due =
      this.#outbound.blocks > blockLimit(current.toClient.cipher) ||
      this.#inbound.blocks > blockLimit(current.toServer.cipher) ||
      this.#outbound.packets > PACKET_LIMIT ||
      this.#inbound.packets > PACKET_LIMIT;
    if (due) await keys.begin();
  }

  /** Sends a message of the layers above; resolves once more may be sent. */
  async send(payload: Uint8Array): Promise<void> {
    await this.#outbound.send(payload);
    if (this.#keys) await this.#rekeyIfDue(this.#keys);
  }

  /** Tells the client that a message of it is not known. */
  unimplemented(sequence: number): Promise<void> {
    return this.#outbound.send(message(msg.unimplemented).u32(sequence).finish());
  }

  /** Says why and no more; the caller closes. */
  async sendDisconnect(text: string): Promise<void> {
    const payload = message(msg.disconnect).u32(disconnectReason.protocolError).string(text).string("");
    await this.#outbound.send(payload.finish());
    await this.#outbound.settled();
  }

  /** Call once the client is let in and has been told: compression starts here, and volume counts. */
  async authenticated(): Promise<void> {
    this.#authenticated = true;
    const current = this.#keys?.current;
    if (!current) return;
    await this.#renewCompression(current);
    this.#renewInflate(current);
  }

  async #renewCompression(choice: Choice): Promise<void> {
    if (!this.#authenticated) return;
    await this.#outbound.setCompression(choice.toClient.compression === "none" ? null : createCompressor());
  }

  #renewInflate(choice: Choice | null): void {
    this.#inflate?.close();
    this.#inflate = !choice || choice.toServer.compression === "none" ? null : createDecompressor();
  }

  /** Resolves when data may go out: not while keys are being exchanged. */
  ready(): Promise<void> {
    return this.#outbound.whenOpen();
  }

  /** Lets go of who waits for `ready`: the conversation is over. */
  abandon(): void {
    this.#outbound.abandon();
  }

  /** Frees what the conversation held. */
  dispose(): void {
    this.#inflate?.close();
    this.#outbound.close();
  }
}
