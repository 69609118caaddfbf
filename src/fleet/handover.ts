// What the process that makes namespaces and sockets says to the one that talks to attackers, and what it answers.
// One message is one packet of a SOCK_SEQPACKET socket: JSON, with the descriptors of its sockets attached (SCM_RIGHTS).

import { z } from "zod";
import { machineLifeSchema } from "./machine.ts";

/** Longest message in bytes. */
export const MAX_MESSAGE = 65_536;
/** Most sockets of one message. */
const MAX_SOCKETS = 200;

const word = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);
/** As a topology writes it: a decoy's name, or name and port. */
const offer = z.string().regex(/^[a-z0-9-]{1,32}(?::[1-9]\d{0,4})?$/);
const port = z.int().min(1).max(65_535);

/** One descriptor of a message; they are in the order of the list. */
export const socketSchema = z.strictObject({
  /** `service`: connections for a decoy. `data`: connections for passive data ports, one conversation's at a time. */
  use: z.enum(["service", "data"]),
  /** Name of the decoy; of the one that may use it for `data`. */
  service: word,
  transport: z.enum(["tcp", "udp"]),
  port,
});

/** What makes a decky the machine that it is. The same words give the same machine. */
export const deckySpecSchema = z.strictObject({
  decky: word,
  archetype: word,
  /** IPv4 of its first link. */
  address: z.string().max(15),
  /** All its addresses with prefix length. */
  addresses: z.array(z.string().max(18)),
  mac: z.string().max(17),
  life: machineLifeSchema,
  /** What it shall offer. Fewer sockets than that make it degraded. */
  services: z.array(offer).max(64),
});

/** From the maker of sockets. */
export const orderSchema = z.discriminatedUnion("order", [
  /** Answered with `held`: of everything, or of what is there of these deckies. */
  z.strictObject({ order: z.literal("look"), deckies: z.array(word).max(1000).optional() }),
  /**
   * A machine comes, or changes: sockets are added to those that it has; those for what is not in the description go.
   * With `reboot` its conversations are cut and what intruders left behind is gone; otherwise they go on.
   */
  z.strictObject({
    order: z.literal("serve"),
    decky: deckySpecSchema,
    sockets: z.array(socketSchema).max(MAX_SOCKETS),
    reboot: z.boolean(),
  }),
  /** A machine goes: its conversations end, its sockets are closed. */
  z.strictObject({ order: z.literal("remove"), decky: word }),
  /**
   * A guest of this install's own comes from this address and these ports within so many ms, twice at most to each
   * service: what it does is no evidence.
   */
  z.strictObject({
    order: z.literal("expect"),
    address: z.string().max(15),
    ports: z.tuple([port, port]),
    ms: z.int().min(1).max(60_000),
  }),
]);

/** A machine as the other side holds it. */
const heldSchema = z.strictObject({ decky: deckySpecSchema, sockets: z.array(socketSchema) });

/** From the process that serves. A long list of what is held comes in parts; `more` says that another follows. */
export const answerSchema = z.discriminatedUnion("answer", [
  z.strictObject({ answer: z.literal("held"), deckies: z.array(heldSchema), more: z.boolean() }),
  z.strictObject({ answer: z.literal("done") }),
  z.strictObject({ answer: z.literal("failed"), reason: z.string().max(300) }),
]);

/** From the maker of sockets; each is answered. */
export type Order = z.infer<typeof orderSchema>;
/** The answer to an order. */
export type Answer = z.infer<typeof answerSchema>;
/** What makes a decky the machine that it is. */
export type DeckySpec = z.infer<typeof deckySpecSchema>;
/** A socket that is handed over. */
export type HandedSocket = z.infer<typeof socketSchema>;
/** A machine with the sockets that it has. */
export type Held = z.infer<typeof heldSchema>;
