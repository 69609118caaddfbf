// Orders to workers from the page: what is asked first, what is sent, what is said afterwards.

import type { StartedAll, Worker, WorkerAction } from "../../api/types.ts";
import { pathOf, postJson } from "./http.ts";

/** Tells a worker to stop, or has it started. */
export async function orderWorker(name: string, action: "stop" | "start"): Promise<string> {
  await postJson<WorkerAction>(pathOf("workers", name, action), {});
  return action === "stop" ? `${name} was told to stop.` : `${name} is being started.`;
}

/** What came of a start of all, in words. */
function startedText({ started, already_running, failed }: StartedAll): string {
  const parts = [
    started.length > 0 ? `Started: ${started.join(", ")}.` : "Nothing had to be started.",
    already_running.length > 0 ? `Running already: ${already_running.join(", ")}.` : "",
    ...failed.map(({ name, reason }) => `${name}: ${reason}.`),
  ];
  return parts.filter((part) => part !== "").join(" ");
}

const nothing: StartedAll = { started: [], already_running: [], failed: [] };

/** Has all started; says what came of it. */
export async function startAll(): Promise<string> {
  return startedText({ ...nothing, ...(await postJson<StartedAll>("/workers/start-all", {})) });
}

/** An outcome of the audit trail in words: that of a start of all is kept as JSON, cut where it is long. */
export function outcomeText(outcome: string): string {
  if (!outcome.startsWith("{")) return outcome.replaceAll("_", " ");
  try {
    return startedText({ ...nothing, ...(JSON.parse(outcome) as Partial<StartedAll>) });
  } catch {
    // Cut: told as it is.
    return outcome;
  }
}

/** What a stop of this worker brings about. */
export function stopWarning(name: string): string {
  if (name === "api")
    return "This dashboard and the REST API end, and nothing here can start them again: that is done on the machine itself. Evidence is still captured and stored.";
  if (name === "bus")
    return "Workers can no longer notify each other or be told to stop. Evidence is still captured and stored, but arrives here more slowly, until the bus is started again.";
  if (name === "decky") return "All decoys go away. Nothing is captured until it is started again.";
  if (name === "collector")
    return "Decoys hold their evidence for a while; what comes beyond it is counted as lost.";
  return "It stays stopped until it is started again.";
}

/** The state in a word: what the service manager says of one that does not run outweighs a beat that is not old yet. */
export function stateOf({ status, service }: Worker): string {
  return service ? service.phase.replace("_", " ") : status;
}

/** True when a start would do something. */
export function canStart({ status, service, installed }: Worker): boolean {
  return installed && (service !== undefined || status !== "ok");
}

/** True when a stop would do something: somebody hears it, or restarts are to end. */
export function canStop({ status, service, installed }: Worker): boolean {
  return installed && (service ? service.phase !== "stopped" : status !== "unknown");
}
