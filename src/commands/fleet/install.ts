// The API of the running install, for commands on fleets. Says what such an install needs where none runs.

import { DecnetError } from "../../contract/errors.ts";
import { dataFolder } from "../../kit/data-folder.ts";
import { findInstall } from "../../kit/install.ts";
import type { ApiClient } from "../api-client.ts";
import { apiClient, refusalOf } from "../api-client.ts";
import type { CommandCall } from "../command.ts";

/** How to start an install that can do it. */
export function startHint(call: CommandCall): string {
  const flag = call.dataDirGiven ? ` --data-dir ${call.dataDir}` : "";
  return `"sudo decnet up${flag}"`;
}

/** Throws DecnetError `unavailable` where no install runs on the data folder. */
export function fleetApi(call: CommandCall): ApiClient {
  const folder = dataFolder(call.dataDir);
  if (findInstall(folder)) return apiClient(folder);
  throw new DecnetError(
    "unavailable",
    `no decnet runs on ${folder.root}; start one with ${startHint(call)} (deckies with an address of their own need root), ` +
      "or name another --data-dir",
  );
}

/** Does what asks the API; what the API says is wrong with the request is an error of its own kind. */
export async function withWords(task: () => Promise<number>): Promise<number> {
  try {
    return await task();
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal?.code === "conflict" || refusal?.code === "invalid" || refusal?.code === "not_found")
      throw new DecnetError(refusal.code, refusal.message);
    throw error;
  }
}
