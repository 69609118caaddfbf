// Which service manager is in charge of this install: the supervisor of `decnet up`, systemd, or nobody.

import type { Clock } from "../contract/clock.ts";
import type { ServiceManager } from "../contract/service-manager.ts";
import { createSystemdManager, isSystemdHost } from "../platform/systemd/manager.ts";
import { createSupervisorClient } from "./supervisor/client.ts";

/** What decides it. */
export interface FindOptions {
  /** Whether `decnet up` runs this install: `DECNET_SUPERVISED` for a worker, a live install for a command. */
  readonly supervised: boolean;
  /** `supervisorSocket` of the data folder. */
  readonly socket: string;
  readonly clock: Clock;
  /** Those of the host by default. */
  readonly systemd?: { readonly folder: string; readonly systemctl: string };
}

/** Where workers are run by hand: nothing is installed, so nothing is started. */
export const noServiceManager: ServiceManager = Object.freeze({
  kind: "none",
  installed: async () => new Set<string>(),
  state: async () => undefined,
  start: async () => ({ result: "refused", reason: "nothing on this host starts workers" }) as const,
  hold: async () => ({ result: "refused", reason: "nothing on this host starts workers" }) as const,
});

/** Finds it. systemd counts only where it has unit files of ours. */
export async function findServiceManager(options: FindOptions): Promise<ServiceManager> {
  const { supervised, socket, clock, systemd } = options;
  if (supervised) return createSupervisorClient({ socket, clock });
  if (!isSystemdHost(systemd?.folder)) return noServiceManager;
  const manager = createSystemdManager({ clock, ...(systemd ? { systemctl: systemd.systemctl } : {}) });
  return (await manager.installed()).size > 0 ? manager : noServiceManager;
}
