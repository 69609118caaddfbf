// Which workers the settings leave out of an install, and what keeps rows without heartbeats, each with why. Pure.

import { isBusOff } from "../bus/bus-off.ts";
import type { Config } from "./config.ts";

type Settings = Pick<Config, "get">;

/** Why no heartbeat passes from one process to another; undefined where a bus carries them. */
export function whySilent(config: Settings, env: NodeJS.ProcessEnv): string | undefined {
  if (isBusOff(env)) return "the bus is switched off (DECNET_BUS_ENABLED): no heartbeat is heard";
  const type = config.get("bus.type");
  if (type === "unix" || type === "nats") return undefined;
  return `no bus between processes (bus.type = ${type}): no heartbeat is heard`;
}

/** Names of the workers that are not run at all, with the reason as a row tells it. */
export function absentWorkers(config: Settings, env: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  const silent = whySilent(config, env);
  if (silent !== undefined) return new Map([["bus", silent]]);
  const overNats = config.get("bus.type") === "nats";
  return new Map(overNats ? [["bus", "a NATS server carries the bus (bus.type = nats)"]] : []);
}
