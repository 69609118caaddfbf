// Waits for what was ordered of a topology, with progress for who looks on. Bounded; Ctrl-C ends the waiting, not the work.

import type { Topologies, TopologySummary, Workers } from "../../api/types.ts";
import { printable } from "../../contract/captured.ts";
import { systemClock } from "../../contract/clock.ts";
import { DecnetError } from "../../contract/errors.ts";
import type { ApiClient } from "../api-client.ts";
import type { CommandCall } from "../command.ts";
import { startHint } from "./install.ts";

/** Status of a command that Ctrl-C ended. */
export const INTERRUPTED = 130;

const POLL_MS = 250;
/** The worker that does the work may just be starting. */
const WORKER_MS = 10_000;
const BASE_MS = 120_000;
const DECKY_MS = 200;

/** The worker that puts topologies on the network. */
const WORKER = "mutator";

/** Finds a topology by id or name. */
export async function findSummary(api: ApiClient, idOrName: string): Promise<TopologySummary | undefined> {
  const { data } = await api.get<Topologies>(`/topologies?id=${encodeURIComponent(idOrName)}`);
  return data[0];
}

/** The topology that a decky is defined in. */
export async function findHome(api: ApiClient, decky: string): Promise<TopologySummary | undefined> {
  const { data } = await api.get<Topologies>(`/topologies?decky=${encodeURIComponent(decky)}`);
  return data[0];
}

/** Why nobody takes orders here; undefined when somebody does. */
async function whyIdle(call: CommandCall, api: ApiClient): Promise<string | undefined> {
  const { workers } = await api.get<Workers>("/workers");
  const row = workers.find(({ name }) => name === WORKER);
  if (row && row.status === "ok" && !row.service) return undefined;
  const { phase, reason = null } = row?.service ?? {};
  const said =
    phase === undefined ? "" : ` (${phase.replace("_", " ")}${reason ? `: ${printable(reason)}` : ""})`;
  return `nothing takes the order: the worker ${WORKER} does not run here${said}. It needs an install that root started: ${startHint(call)}`;
}

/** Shows how far it is: in place on a terminal, else nothing. */
function createProgress({ terminal }: CommandCall) {
  let shown = "";
  return {
    show(text: string): void {
      if (!terminal.colours || text === shown) return;
      terminal.err(`\r\x1b[K${text}`);
      shown = text;
    },
    clear(): void {
      if (shown !== "") terminal.err("\r\x1b[K");
      shown = "";
    },
  };
}

function progressOf({ name, status, counts }: TopologySummary): string {
  return `${name}: ${status.replace("_", " ")}, ${counts.serving} of ${counts.deckies} deckies serve`;
}

/** What is waited for. */
export interface Awaited<T> {
  /** Longest wait, in ms. */
  readonly withinMs: number;
  readonly look: () => Promise<{ readonly done: T } | { readonly progress: string }>;
}

/** Looks until it is done; undefined when Ctrl-C ended it. Throws `timeout`, and `unavailable` when nobody does the work. */
export async function waitUntil<T>(
  call: CommandCall,
  api: ApiClient,
  { withinMs, look }: Awaited<T>,
): Promise<T | undefined> {
  const progress = createProgress(call);
  const began = systemClock.monotonic();
  let asked = began;
  try {
    while (!call.signal.aborted) {
      const seen = await look();
      if ("done" in seen) return seen.done;
      progress.show(seen.progress);
      const now = systemClock.monotonic();
      if (now - began > withinMs)
        throw new DecnetError(
          "timeout",
          `not done within ${Math.round(withinMs / 1000)} s (${seen.progress}); it goes on`,
        );
      if (now - asked > WORKER_MS) {
        const why = await whyIdle(call, api);
        if (why !== undefined) throw new DecnetError("unavailable", why);
        asked = now;
      }
      await systemClock.sleep(POLL_MS, call.signal);
    }
    return undefined;
  } finally {
    progress.clear();
  }
}

/** Waits until a topology has left the status that ordered it; undefined when Ctrl-C ended the waiting. */
export function waitForStatus(
  call: CommandCall,
  api: ApiClient,
  ordered: TopologySummary,
): Promise<TopologySummary | undefined> {
  return waitUntil(call, api, {
    withinMs: BASE_MS + ordered.counts.deckies * DECKY_MS,
    async look() {
      const now = await findSummary(api, ordered.id);
      if (!now) throw new DecnetError("not_found", `the topology "${ordered.name}" is gone`);
      return now.status === ordered.status ? { progress: progressOf(now) } : { done: now };
    },
  });
}
