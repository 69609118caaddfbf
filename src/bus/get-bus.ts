// The only way to a bus: the environment says which one.

import type { Clock } from "../contract/clock.ts";
import { DecnetError } from "../contract/errors.ts";
import type { Bus } from "./bus.ts";
import type { BusLog } from "./bus-log.ts";
import { isBusOff } from "./bus-off.ts";
import { UnixBus } from "./client.ts";
import { FakeHub } from "./fake.ts";
import { NatsBus } from "./nats.ts";
import { natsSettings } from "./nats-settings.ts";
import { createNullBus } from "./null.ts";
import { busSocketPath } from "./socket-path.ts";

/** Options of {@link getBus}. */
export interface GetBusOptions {
  /** Name of this client: letters, digits, `.`, `_`, `@`, `-`. */
  readonly name: string;
  readonly log: BusLog;
  readonly clock: Clock;
  readonly env?: NodeJS.ProcessEnv;
  /** Delay between tries until the first that succeeds, in ms; those of a reconnection when absent. */
  readonly firstRetryMs?: number | undefined;
}

type Make = (options: GetBusOptions, env: NodeJS.ProcessEnv) => Bus;

/** What `fake` buses of this process share. */
const hub = new FakeHub();

/** Buses by `DECNET_BUS_TYPE`. */
const types: ReadonlyMap<string, Make> = new Map<string, Make>([
  ["unix", (options, env) => new UnixBus({ ...options, path: busSocketPath(env) })],
  ["fake", (options) => hub.connect(options)],
  ["null", (options) => createNullBus(options.name, options.log)],
  ["nats", (options, env) => new NatsBus({ ...options, settings: natsSettings(env) })],
]);

/**
 * A bus client by environment: `DECNET_BUS_ENABLED=false` gives one that is off; `DECNET_BUS_TYPE` is `unix`
 * (default), `nats`, `fake` or `null`. Connects when first used. Throws DecnetError `config` for another type.
 */
export function getBus(options: GetBusOptions): Bus {
  const env = options.env ?? process.env;
  if (isBusOff(env)) return createNullBus(options.name, options.log);
  const type = env["DECNET_BUS_TYPE"] || "unix";
  const make = types.get(type);
  if (make) return make(options, env);
  const known = [...types.keys()].join(", ");
  throw new DecnetError("config", `DECNET_BUS_TYPE is none of ${known}`, { details: { type } });
}
