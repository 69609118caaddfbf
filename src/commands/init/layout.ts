// Where `decnet init` puts things: the only place that knows a path or a name of the installed services. Touches nothing.

import { join } from "node:path";
import { BUS_FOLDER } from "../../bus/socket-path.ts";

/** The data folder of the services. */
export const DATA_DIR = "/var/lib/decnet";
/** Folder of the bus's socket, made by systemd for the bus. */
export const BUS_DIR = BUS_FOLDER;
/** The executable that units run. */
export const BINARY = "/usr/local/bin/decnet";
export const UNIT_DIR = "/etc/systemd/system";
export const SYSUSERS_FILE = "/etc/sysusers.d/decnet.conf";
export const POLKIT_FILE = "/etc/polkit-1/rules.d/50-decnet.rules";
export const TARGET = "decnet.target";

/** The unit of a worker. */
export function unitName(worker: string): string {
  return `decnet-${worker}.service`;
}

/** Links that start everything with the host: from the wants folder of one unit to another. */
export function wantsLink(wanting: string, unit: string): string {
  return join(UNIT_DIR, `${wanting}.wants`, unit);
}
