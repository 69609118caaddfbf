// decnet neighbour: looks at deckies from a place beside them, one task in, one report out. For the mutator alone.
// Runs twice in one process: with rights until it is in place, without any from then on.

import { readFileSync } from "node:fs";
import { DecnetError, toError } from "../contract/errors.ts";
import { arrive } from "../platform/fence/stage.ts";
import { lookAround } from "../workers/mutator/probe/look.ts";
import type { Luggage } from "../workers/mutator/probe/place.ts";
import { moveIn } from "../workers/mutator/probe/place.ts";
import type { ProbeReport } from "../workers/mutator/probe/task.ts";
import { probeTaskSchema } from "../workers/mutator/probe/task.ts";
import type { CommandCall } from "./command.ts";

/** Longest life of this process, whoever started it and forgot. */
const LIFE_MS = 40_000;
const WORDS = 300;

function lookFrom(): never {
  const parsed = probeTaskSchema.safeParse(JSON.parse(readFileSync(0, "utf8")));
  if (!parsed.success) throw new DecnetError("usage", "this command is for the mutator: it takes a task");
  return moveIn(parsed.data);
}

/** Looks around; why it could not is in the report. */
export async function runNeighbour(call: CommandCall): Promise<number> {
  const say = (report: Omit<ProbeReport, "ms">): void =>
    call.terminal.out(`${JSON.stringify({ ...report, ms: performance.now() })}\n`);
  const arrived = arrive(process.env);
  if (!arrived) {
    try {
      return lookFrom();
    } catch (error) {
      if (error instanceof DecnetError && error.code === "usage") throw error;
      say({ faults: [], trouble: toError(error).message.slice(0, WORDS) });
      return 0;
    }
  }
  setTimeout(() => process.exit(1), LIFE_MS).unref();
  const luggage = arrived.luggage as Luggage;
  const looked = [...new Set(luggage.targets.map(({ decky }) => decky))];
  say({ looked, faults: await lookAround(luggage) });
  return 0;
}
