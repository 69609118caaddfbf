// What every key exchange method is to the transport: messages in, messages out, and at the end a secret and a hash.
// Refuses nothing itself; a method throws DecnetError `protocol` for what its text forbids.

import { createHash } from "node:crypto";
import type { Random } from "../../../contract/random.ts";
import { msg } from "../numbers.ts";
import { message, WireWriter } from "../wire.ts";

/** Hash of a method, as node:crypto names it. */
export type KexHash = "sha256" | "sha384" | "sha512";

/** What a method needs of the conversation. */
export interface KexContext {
  /** The part of the exchange hash that all methods share: V_C, V_S, I_C, I_S, K_S, each a string. */
  readonly transcript: Uint8Array;
  /** The public host key, as its blob. */
  readonly hostKey: Uint8Array;
  /** Signs the exchange hash: a signature blob. */
  readonly sign: (hash: Uint8Array) => Uint8Array;
  readonly random: Random;
}

/** The end of an exchange. */
export interface KexOutcome {
  readonly hash: KexHash;
  /** K as the exchange hash and the key derivation take it: an encoded mpint, or a string for the hybrid method. */
  readonly secret: Uint8Array;
  readonly exchangeHash: Uint8Array;
}

/** The server's answer to one message of a method. */
export interface KexStep {
  readonly reply: Uint8Array;
  readonly outcome?: KexOutcome;
}

/** One exchange under way. */
export interface KexExchange {
  /** The message number that is expected next. */
  readonly expects: number;
  /** Takes that message, its type included. Throws DecnetError `protocol` where it is not acceptable. */
  receive(payload: Uint8Array): KexStep;
}

/** Starts an exchange. */
export type KexMethod = (context: KexContext) => KexExchange;

/** The outcome and the signed reply that methods of one round share (RFC 5656 section 4, RFC 4253 section 8). */
export function concludeExchange(
  context: KexContext,
  hash: KexHash,
  parts: {
    readonly replyType: number;
    readonly hashed: Uint8Array;
    readonly ours: Uint8Array;
    readonly secret: Uint8Array;
  },
): KexStep {
  const exchangeHash = createHash(hash)
    .update(context.transcript)
    .update(parts.hashed)
    .update(parts.secret)
    .digest();
  const reply = message(parts.replyType, 1024)
    .string(context.hostKey)
    .raw(parts.ours)
    .string(context.sign(exchangeHash))
    .finish();
  return { reply, outcome: { hash, secret: parts.secret, exchangeHash } };
}

/** A big-endian number as the encoding of an mpint. */
export function encodedMpint(magnitude: Uint8Array): Uint8Array {
  return new WireWriter(magnitude.length + 8).mpint(magnitude).finish();
}

/** Bytes as the encoding of a string. */
export function encodedString(bytes: Uint8Array): Uint8Array {
  return new WireWriter(bytes.length + 4).string(bytes).finish();
}

/** Numbers of the messages of one-round methods. */
export const ROUND = { init: msg.kexFirst, reply: msg.kexFirst + 1 } as const;

/** RFC 4253 section 7.2: the key for one letter, as long as asked for. */
export function deriveKey(
  outcome: KexOutcome,
  sessionId: Uint8Array,
  letter: string,
  length: number,
): Uint8Array {
  const start = (): ReturnType<typeof createHash> =>
    createHash(outcome.hash).update(outcome.secret).update(outcome.exchangeHash);
  let key = start().update(letter).update(sessionId).digest();
  while (key.length < length) key = Buffer.concat([key, start().update(key).digest()]);
  return new Uint8Array(key.subarray(0, length));
}
