// Key exchange from the server's side, first and again: KEXINIT, the method's messages, NEWKEYS, EXT_INFO.
// Decides what may come when (RFC 4253 sections 7 and 9; strict key exchange: OpenSSH PROTOCOL section 1.10).

import type { Random } from "../../contract/random.ts";
import type { AlgorithmLists } from "./algorithms.ts";
import { SERVER_SIG_ALGS } from "./algorithms.ts";
import { cipherShape } from "./cipher/cipher.ts";
import type { DirectionKeys } from "./cipher/suite.ts";
import { createOpener, createSealer } from "./cipher/suite.ts";
import { hangUpError } from "./disconnect.ts";
import type { HostKeys } from "./host-keys.ts";
import type { KexExchange, KexOutcome } from "./kex/method.ts";
import { deriveKey } from "./kex/method.ts";
import { kexMethod } from "./kex/methods.ts";
import type { Choice, DirectionChoice, KexInit } from "./kexinit.ts";
import { formatKexInit, negotiate, parseKexInit } from "./kexinit.ts";
import { macKeyLength } from "./mac/mac.ts";
import { msg } from "./numbers.ts";
import type { Outbound } from "./outbound.ts";
import type { PacketReader } from "./packet.ts";
import { message, WireWriter } from "./wire.ts";

/** What stays the same over all exchanges of a conversation. */
export interface KexSetting {
  readonly lists: AlgorithmLists;
  readonly hostKeys: HostKeys;
  readonly random: Random;
  readonly clientVersion: Uint8Array;
  readonly serverVersion: string;
  readonly inbound: PacketReader;
  readonly outbound: Outbound;
  /** Waits so many ms. */
  readonly pace: (ms: number) => Promise<void>;
  readonly monotonic: () => number;
}

/** A client that asks for new keys again and again waits this many times what each exchange cost us. */
const PACE = 4;

function directionKeys(
  choice: DirectionChoice,
  derive: (letter: string, length: number) => Uint8Array,
  letters: string,
): DirectionKeys {
  const shape = cipherShape(choice.cipher);
  const [iv = "", key = "", macKey = ""] = letters;
  return {
    iv: derive(iv, shape.ivLength),
    key: derive(key, shape.keyLength),
    macKey: derive(macKey, choice.mac === null ? 0 : macKeyLength(choice.mac)),
  };
}

/** The exchanges of one conversation. */
export class KeyExchanges {
  readonly #setting: KexSetting;
  #serverInit: Uint8Array | null = null;
  #choice: Choice | null = null;
  #exchange: KexExchange | null = null;
  #outcome: KexOutcome | null = null;
  #strict = false;
  #current: Choice | null = null;
  #first: KexInit | null = null;
  #sessionId: Uint8Array = new Uint8Array(0);

  constructor(setting: KexSetting) {
    this.#setting = setting;
  }

  /** Id of the session: the hash of the first exchange; empty before its end. */
  get sessionId(): Uint8Array {
    return this.#sessionId;
  }

  /** True from our KEXINIT to the client's NEWKEYS. */
  get underWay(): boolean {
    return this.#serverInit !== null;
  }

  /** True while the very first exchange is not over. */
  get initial(): boolean {
    return this.#current === null;
  }

  /** True when strict key exchange forbids everything but its messages now. */
  get strictInitial(): boolean {
    return this.initial && this.#strict;
  }

  /** The algorithms in force. */
  get current(): Choice | null {
    return this.#current;
  }

  /** The client's first offer, once it has come. */
  get clientOffer(): KexInit | null {
    return this.#first;
  }

  /** Sends our KEXINIT, unless an exchange is under way. */
  async begin(): Promise<void> {
    if (this.#serverInit) return;
    const { lists, random, outbound } = this.#setting;
    this.#serverInit = formatKexInit(lists, random.bytes(16)).slice();
    const sent = outbound.send(this.#serverInit);
    outbound.hold();
    await sent;
  }

  /** True when this message type is one that the exchange waits for at this point. */
  expects(type: number): boolean {
    if (type === msg.kexinit) return this.#choice === null;
    if (type === msg.newkeys) return this.#outcome !== null;
    return this.#exchange !== null && this.#outcome === null && type === this.#exchange.expects;
  }

  /** Takes a message that `expects` said yes to. Resolves with true when the next packet must be skipped unread. */
  async receive(payload: Uint8Array): Promise<boolean> {
    const type = payload[0];
    if (type === msg.kexinit) return this.#receiveInit(payload);
    if (type === msg.newkeys) this.#receiveNewKeys();
    else await this.#receiveMethod(payload);
    return false;
  }

  async #receiveInit(payload: Uint8Array): Promise<boolean> {
    const offer = parseKexInit(payload);
    this.#first ??= offer;
    await this.begin();
    const choice = negotiate(offer, this.#setting.lists);
    if (typeof choice === "string") throw hangUpError();
    if (this.initial) this.#strict = choice.strict;
    this.#choice = choice;
    const { hostKeys, random, clientVersion, serverVersion } = this.#setting;
    const key = hostKeys.forAlgorithm(choice.hostKey);
    const transcript = new WireWriter(4096)
      .string(clientVersion)
      .string(serverVersion)
      .string(payload)
      .string(this.#serverInit ?? new Uint8Array(0))
      .string(key.blob)
      .finish();
    this.#exchange = kexMethod(choice.kex)({
      transcript,
      hostKey: key.blob,
      sign: (hash) => key.sign(choice.hostKey, hash),
      random,
    });
    return choice.skipGuess;
  }

  async #receiveMethod(payload: Uint8Array): Promise<void> {
    const { outbound, pace, monotonic } = this.#setting;
    const startedAt = monotonic();
    const step = this.#exchange?.receive(payload);
    if (!step) return;
    if (!this.initial) await pace(PACE * (monotonic() - startedAt));
    const sent = outbound.send(step.reply);
    if (step.outcome) await this.#sendNewKeys(step.outcome);
    await sent;
  }

  async #sendNewKeys(outcome: KexOutcome): Promise<void> {
    const choice = this.#choice;
    if (!choice) return;
    const { outbound } = this.#setting;
    const initial = this.initial;
    this.#outcome = outcome;
    if (initial) this.#sessionId = outcome.exchangeHash;
    // Nothing may be sealed between NEWKEYS and the keys that it announces.
    const sent = outbound.send(message(msg.newkeys).finish());
    const keys = directionKeys(choice.toClient, this.#derive(outcome), "BDF");
    await outbound.rekey(createSealer(choice.toClient, keys), { resetSequence: this.#strict });
    await sent;
    if (initial && choice.extInfo) await outbound.send(extInfo(this.#setting.lists.pings));
    await this.onOutgoingKeys(choice);
    await outbound.release();
  }

  /** Called between the new keys of a direction and what was held back; the transport renews compression here. */
  onOutgoingKeys: (choice: Choice) => Promise<void> = () => Promise.resolve();

  #receiveNewKeys(): void {
    const { choice, outcome } = { choice: this.#choice, outcome: this.#outcome };
    if (!choice || !outcome) return;
    const keys = directionKeys(choice.toServer, this.#derive(outcome), "ACE");
    this.#setting.inbound.setOpener(createOpener(choice.toServer, keys), { resetSequence: this.#strict });
    this.#current = choice;
    this.#serverInit = null;
    this.#choice = null;
    this.#exchange = null;
    this.#outcome = null;
  }

  #derive(outcome: KexOutcome): (letter: string, length: number) => Uint8Array {
    return (letter, length) => deriveKey(outcome, this.#sessionId, letter, length);
  }
}

/** SSH_MSG_EXT_INFO (RFC 8308) with what OpenSSH 9.2 puts into it, and 9.6 besides. */
function extInfo(pings: boolean): Uint8Array {
  const writer = message(msg.extInfo, 512)
    .u32(pings ? 3 : 2)
    .string("server-sig-algs")
    .string(SERVER_SIG_ALGS.join(","))
    .string("publickey-hostbound@openssh.com")
    .string("0");
  return (pings ? writer.string("ping@openssh.com").string("0") : writer).finish();
}
