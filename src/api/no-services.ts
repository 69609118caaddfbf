// The service manager of a host that has none: nothing is installed, so nothing is started.

import type { ServiceManager } from "../contract/service-manager.ts";

/** Stands in where workers are run by hand. */
export const noServices: ServiceManager = {
  kind: "supervisor",
  installed: async () => new Set<string>(),
  state: async () => undefined,
  start: async () => ({ result: "refused", reason: "there is no service manager on this host" }),
};
