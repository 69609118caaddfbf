// What the mutator asks of the short-lived process that touches the kernel, and what that one reports. Shapes alone.

import { z } from "zod";
import { deckySpecSchema, socketSchema } from "../../fleet/handover.ts";

const text = z.string().max(200);

const linkSchema = z.strictObject({
  name: text,
  host: text,
  bridge: text,
  driver: z.literal("macvlan").optional(),
  mac: text,
  addresses: z.array(text),
});

const desiredSchema = z.strictObject({
  namespace: text,
  links: z.array(linkSchema),
  gateway: text.optional(),
  routes: z.array(z.strictObject({ destination: text, gateway: text })).optional(),
  sysctls: z.record(text, text),
  firewall: text,
});

/** A decky that shall be. */
const wantedSchema = z.strictObject({
  name: text,
  desired: desiredSchema,
  spec: deckySpecSchema,
  sockets: z.array(socketSchema),
  /** Its conversations are cut, if it is another machine by now than the one that is served. */
  reboot: z.boolean(),
});

/** Bridges and deckies to bring about. */
const reachSchema = z.strictObject({
  bridges: z.array(text),
  joined: z.array(text),
  deckies: z.array(wantedSchema),
  /** Whether the settings of namespaces that are there are looked at: nobody but root changes them. */
  settings: z.boolean(),
  /** Absent: whatever else there is of this install goes. Present: only this goes, and the rest is not looked at. */
  gone: z
    .strictObject({
      bridges: z.array(text),
      deckies: z.array(z.strictObject({ name: text, desired: desiredSchema })),
    })
    .optional(),
});

/** One task. */
export const taskSchema = z.strictObject({
  install: text,
  /** Folder of the namespaces' names. */
  netns: z.string().max(4096),
  /** Held while the kernel is touched: two tasks never run at once. */
  lock: z.string().max(4096),
  /** Where the decoys' process takes orders. */
  socket: z.string().max(4096),
  /** Addresses to ask for on the networks of interfaces, each with the MAC that is to have it. */
  probe: z.array(
    z.strictObject({ interface: text, addresses: z.array(z.strictObject({ address: text, mac: text })) }),
  ),
  reach: reachSchema.optional(),
});

/** What came of a task. */
export const reportSchema = z.strictObject({
  /** `interface address` that somebody answered for. */
  occupied: z.array(z.string()),
  /** Steps that the kernel was brought to. */
  steps: z.int(),
  /** Sockets that were handed over. */
  handed: z.int(),
  /** Why a decky is not as it should be, by name. */
  failed: z.record(z.string(), z.string()),
  /** Why something that belongs to no one decky is not as it should be. */
  trouble: z.string().optional(),
  /** Why the decoys' process could not be given orders. */
  away: z.string().optional(),
  /** What each firewall has dropped since this was last told: TCP, all else. Absent for a part of the fleet. */
  dropped: z.record(z.string(), z.tuple([z.int(), z.int()])).optional(),
  ms: z.number(),
});

/** One task. */
export type Task = z.infer<typeof taskSchema>;
/** Bridges and deckies to bring about. */
export type Reach = z.infer<typeof reachSchema>;
/** A decky that shall be. */
export type Wanted = z.infer<typeof wantedSchema>;
/** What came of a task. */
export type Report = z.infer<typeof reportSchema>;
