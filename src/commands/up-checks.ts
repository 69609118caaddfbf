// What decnet up asks before it makes anything: every setting, and whether what it will listen on can be listened on.

import { natsSettings } from "../bus/nats-settings.ts";
import { checkPlan } from "../decoys/personas/plan.ts";
import type { Config } from "../kit/config.ts";
import { busVariables } from "../kit/config.ts";
import type { DataFolder } from "../kit/data-folder.ts";
import { findInstall } from "../kit/install.ts";
import { checkBind } from "../platform/bind-check.ts";
import { hasBindRight } from "../platform/bind-rights.ts";
import { offsetOf } from "../workers/decky/core.ts";

/** Asks beforehand for what would otherwise make a worker fail again and again. */
async function checkPlaces(config: Config): Promise<void> {
  const asked = config.sourceOf("api.port") !== "default";
  await checkBind(
    asked ? "--api-port" : "--api-host",
    config.get("api.host"),
    asked ? config.get("api.port") : 0,
  );
  const listen = config.get("decky.listen");
  if (listen !== "::") await checkBind("--listen", listen, 0);
}

/** Throws DecnetError `config` or `conflict` that names the setting and the remedy. Makes nothing. */
export async function checkBefore(folder: DataFolder, config: Config): Promise<void> {
  const offset = offsetOf(config.get("decky.port_offset"), hasBindRight());
  checkPlan({ services: config.get("decky.services"), logins: config.get("decky.logins"), offset });
  if (config.get("bus.type") === "nats") natsSettings(busVariables(config));
  // An install that runs here has its ports; that it runs is what will be told.
  if (!findInstall(folder)) await checkPlaces(config);
}
