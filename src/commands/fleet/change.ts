// A change of a topology, asked for by a command: put into the queue as the topology is by then, and waited for.

import type { Mutation } from "../../api/types.ts";
import { DecnetError } from "../../contract/errors.ts";
import type { Mutation as Change } from "../../topology/mutation.ts";
import type { ApiClient } from "../api-client.ts";
import { refusalOf } from "../api-client.ts";
import type { CommandCall } from "../command.ts";
import { findSummary, waitUntil } from "./wait.ts";

const CHANGE_MS = 120_000;
const DRIFT_TRIES = 5;

/** Puts it into the queue; somebody else's change that comes first is no hindrance. */
export async function enqueueChange(api: ApiClient, topology: string, change: Change): Promise<Mutation> {
  for (let left = DRIFT_TRIES; ; left--) {
    const now = await findSummary(api, topology);
    if (!now) throw new DecnetError("not_found", "the topology is gone");
    const body = { expected_version: now.version, ...change };
    try {
      return await api.send<Mutation>("POST", `/topologies/${topology}/mutations`, body);
    } catch (error) {
      if (left <= 1 || refusalOf(error)?.details["version"] === undefined) throw error;
    }
  }
}

/** Waits for its end; undefined when Ctrl-C ended the waiting. */
export function waitForChange(
  call: CommandCall,
  api: ApiClient,
  { topology, change, about }: { readonly topology: string; readonly change: string; readonly about: string },
): Promise<Mutation | undefined> {
  return waitUntil(call, api, {
    withinMs: CHANGE_MS,
    async look() {
      const now = await api.get<Mutation>(`/topologies/${topology}/mutations/${change}`);
      const isOver = now.status === "applied" || now.status === "failed";
      return isOver ? { done: now } : { progress: `${about}: ${now.status}` };
    },
  });
}
