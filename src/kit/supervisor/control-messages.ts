// What passes on the supervisor's control socket: one line of JSON each way, bounded, checked on both ends. Types and limits alone.

import { z } from "zod";

/** Longest request with its LF. */
export const REQUEST_BYTES = 512;
/** Longest answer with its LF. */
export const ANSWER_BYTES = 64 * 1024;

const worker = z.string().min(1).max(64);

/** A request. */
export const requestSchema = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("list") }),
  z.strictObject({ op: z.literal("state"), worker }),
  z.strictObject({ op: z.literal("start"), worker }),
  z.strictObject({ op: z.literal("hold"), worker }),
]);

/** A request. */
export type ControlRequest = z.infer<typeof requestSchema>;

const line = z.string().max(2_000);

/** Answer to `list`. */
export const listSchema = z.object({ workers: z.array(worker).max(256) });

/** Answer to `state`; null for a worker that is not supervised. */
export const stateSchema = z.object({
  state: z
    .object({
      phase: z.enum(["running", "starting", "stopped", "failed", "crash_loop"]),
      pid: z.int().positive().optional(),
      reason: line.optional(),
      lastLines: z.array(line).max(20),
    })
    .nullable(),
});

/** Answer to `start`. */
export const startSchema = z.object({
  outcome: z.discriminatedUnion("result", [
    z.object({ result: z.literal("started") }),
    z.object({ result: z.literal("already_running") }),
    z.object({ result: z.literal("refused"), reason: line }),
  ]),
});

/** Answer to `hold`. */
export const holdSchema = z.object({
  outcome: z.discriminatedUnion("result", [
    z.object({ result: z.literal("held") }),
    z.object({ result: z.literal("refused"), reason: line }),
  ]),
});
