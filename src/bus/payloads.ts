// The words that topic payloads are made of, bounded once for all topics.
// Holds no topic: the catalogue is topics.ts.

import { isIP } from "node:net";
import { z } from "zod";

/** A word of ours: a name, a state, a method. Never attacker text. */
export const word = z.string().regex(/^[A-Za-z0-9@._+/:-]{1,128}$/);
/** A sentence of ours for a reader. */
export const sentence = z.string().max(512);
/** An id: ULID, UUID, whatever the store uses. */
export const id = z.string().min(1).max(128);
/** An IPv4 or IPv6 address as text. */
export const address = z
  .string()
  .max(64)
  .refine((text) => isIP(text) !== 0, "an IP address");
export const port = z.int().min(0).max(65_535);
/** 64 lower-case hex digits. */
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
export const count = z.int().nonnegative();
/** Unix milliseconds, as the store holds them. */
export const unixMs = z.int().nonnegative();
/** Unix seconds with a fraction, as envelopes hold them. */
export const unixSeconds = z.number().nonnegative();
/** Between 0 and 1. */
const confidence = z.number().min(0).max(1);
export const words = z.array(word).max(256);
export const ids = z.array(id).max(1024);

/** One service of a decky as it stands. */
export const service = z.object({
  name: word,
  port,
  transport: z.enum(["tcp", "udp"]),
  state: z.enum(["listening", "skipped", "failed", "stopped"]),
  detail: z.string().max(300).optional(),
});

/** Why an identity is believed: what kind of evidence, how much it weighs, in words. */
const reasons = z.array(z.object({ kind: word, weight: z.number(), detail: sentence.optional() })).max(256);

/** One change of a topology as it moves through the mutator. */
export const mutation = { mutation_id: id, op: word };

/** Whether the source is a drill of the operator's own; absent where a publisher does not know. */
export const drill = z.boolean().optional();

/** One decky service touched from one address. */
export const contact = { attacker_ip: address, decky: word, service: word, drill };

/** What every decision on identities carries. */
export const judgement = { confidence, evidence: reasons };
