// A connection of the command line to the bus of the running install.

import type { Bus } from "../bus/bus.ts";
import { getBus } from "../bus/get-bus.ts";
import { systemClock } from "../contract/clock.ts";
import { busVariables } from "../kit/config.ts";
import { busEnvironment } from "../kit/install.ts";
import { createLogger } from "../kit/log.ts";
import type { CommandCall } from "./command.ts";
import { settingsOf } from "./settings.ts";

/** Opens it; connects when first used. */
export function openBus(call: CommandCall): Bus {
  const { folder, config } = settingsOf(call);
  const env = busEnvironment(folder, { ...call.terminal.env, ...busVariables(config) });
  const log = createLogger("cli", call.terminal.env["DECNET_LOG_LEVEL"] ?? "silent");
  return getBus({ name: "cli", log, clock: systemClock, env });
}
