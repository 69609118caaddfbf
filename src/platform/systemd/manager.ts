// systemd as a service manager: unit files, states and starts by systemctl.
// Starts nothing but `decnet-<name>.service`, and stops none that is up: those hear the bus.

import { statSync } from "node:fs";
import type { Clock } from "../../contract/clock.ts";
import type { ServiceManager } from "../../contract/service-manager.ts";
import { parseState, parseUnitFiles, unitOf } from "./core.ts";
import { createSystemctl } from "./systemctl.ts";

const CACHE_MS = 30_000;
const STATE_FIELDS = "LoadState,ActiveState,SubState,MainPID,Result,NRestarts";

/** Options of {@link createSystemdManager}; paths are those of the host by default. */
export interface SystemdOptions {
  readonly clock: Clock;
  readonly systemctl?: string;
}

/** Whether systemd runs this host (sd_booted(3)). */
export function isSystemdHost(path = "/run/systemd/system"): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Makes it. */
export function createSystemdManager({
  clock,
  systemctl: path = "systemctl",
}: SystemdOptions): ServiceManager {
  const systemctl = createSystemctl(path, clock);
  let known: { readonly names: ReadonlySet<string>; readonly at: number } | undefined;
  return {
    kind: "systemd",
    async installed() {
      if (known && clock.monotonic() - known.at < CACHE_MS) return known.names;
      const { ok, out } = await systemctl([
        "list-unit-files",
        "decnet-*.service",
        "--no-legend",
        "--no-pager",
      ]);
      // It ends with 1 when no unit fits; a failure is asked again no sooner.
      known = { names: ok ? parseUnitFiles(out) : new Set(), at: clock.monotonic() };
      return known.names;
    },
    async state(worker) {
      const unit = unitOf(worker);
      if (unit === undefined) return undefined;
      const { ok, out } = await systemctl(["show", "-p", STATE_FIELDS, unit]);
      return ok ? parseState(out) : undefined;
    },
    async start(worker) {
      const unit = unitOf(worker);
      if (unit === undefined) return { result: "refused", reason: "no worker has that name" };
      if ((await systemctl(["is-active", "--quiet", unit])).ok) return { result: "already_running" };
      const { ok, reason } = await systemctl(["start", "--no-ask-password", unit]);
      return ok ? { result: "started" } : { result: "refused", reason };
    },
    async hold(worker) {
      const unit = unitOf(worker);
      if (unit === undefined) return { result: "refused", reason: "no worker has that name" };
      // One that systemd has given up is down already; a stop between two restarts takes more rights than a start.
      if ((await systemctl(["is-failed", "--quiet", unit])).ok) return { result: "held" };
      const { ok, reason } = await systemctl(["stop", "--no-ask-password", unit]);
      return ok ? { result: "held" } : { result: "refused", reason };
    },
  };
}
