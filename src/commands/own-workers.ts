// The workers that an install runs: the registry without those that its settings leave out.

import { absentWorkers } from "../kit/absent-workers.ts";
import type { Config } from "../kit/config.ts";
import { workers } from "../workers/index.ts";

/** Their names, in the order in which they are started. */
export function ownWorkers(config: Pick<Config, "get">, env: NodeJS.ProcessEnv): readonly string[] {
  const absent = absentWorkers(config, env);
  return workers.flatMap(({ name, supervised }) => (supervised && !absent.has(name) ? [name] : []));
}
