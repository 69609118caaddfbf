// Runs a neighbour for one task and reads its report.
// Believes of the report only what has its shape.

import { DecnetError } from "../../../contract/errors.ts";
import { askOwnProcess, ownCommand } from "../kernel.ts";
import type { ProbeReport, ProbeTask } from "./task.ts";
import { probeReportSchema } from "./task.ts";

/** Longest that a neighbour may take. */
const TASK_MS = 45_000;

/** Sends a neighbour; the signal calls it back. */
export type SendNeighbour = (task: ProbeTask, signal: AbortSignal) => Promise<ProbeReport>;

/** Sends them as `decnet neighbour`, each a process of its own. */
export function neighbourProcess(command = ownCommand()): SendNeighbour {
  return async (task, signal) => {
    const out = await askOwnProcess([...command, "neighbour"], { task, signal, ms: TASK_MS });
    const parsed = probeReportSchema.safeParse(JSON.parse(out));
    if (!parsed.success) throw new DecnetError("protocol", "the neighbour gave no report");
    return parsed.data;
  };
}
