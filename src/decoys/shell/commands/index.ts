// The programs of a machine: the only list of them. Which of them a flavour has on its disk is decided here.

import type { Program } from "../run/proc.ts";
import { accountPrograms } from "./accounts.ts";
import { archivePrograms } from "./archives.ts";
import { awkPrograms } from "./awk.ts";
import { becomePrograms } from "./become.ts";
import { cutPrograms } from "./cut.ts";
import { datePrograms } from "./date.ts";
import { ddPrograms } from "./dd.ts";
import { digestPrograms } from "./digests.ts";
import { downloadPrograms } from "./downloads.ts";
import { dpkgPrograms } from "./dpkg.ts";
import { filePrograms } from "./files.ts";
import { filterPrograms } from "./filters.ts";
import { findPrograms } from "./find.ts";
import { grepPrograms } from "./grep.ts";
import { hexdumpPrograms } from "./hexdump.ts";
import { interpreterPrograms } from "./interpreters.ts";
import { lscpuPrograms } from "./lscpu.ts";
import { miscPrograms } from "./misc.ts";
import { modePrograms } from "./modes.ts";
import { netcatPrograms } from "./netcat.ts";
import { networkPrograms } from "./network.ts";
import { nvramPrograms } from "./nvram.ts";
import { packagePrograms } from "./packages.ts";
import { pagerPrograms } from "./pager.ts";
import { pathPrograms } from "./paths.ts";
import { signalPrograms } from "./process-signals.ts";
import { processPrograms } from "./processes.ts";
import { remotePrograms } from "./remote.ts";
import { resourcePrograms } from "./resources.ts";
import { sedPrograms } from "./sed.ts";
import { tellsOfItself } from "./self-words.ts";
import { serverNames, serverPrograms } from "./servers.ts";
import { shellPrograms } from "./shells.ts";
import { socketPrograms } from "./sockets.ts";
import { sortPrograms } from "./sort.ts";
import { statPrograms } from "./stat.ts";
import { systemPrograms } from "./system.ts";
import { textPrograms } from "./text.ts";
import { topPrograms } from "./top.ts";
import { trPrograms } from "./tr.ts";
import { transferPrograms } from "./transfer.ts";
import { userPrograms } from "./users.ts";
import { wrapperPrograms } from "./wrappers.ts";
import { xargsPrograms } from "./xargs.ts";

/** All programs by name. */
export const programs: ReadonlyMap<string, Program> = new Map(
  [
    ...accountPrograms,
    ...archivePrograms,
    ...awkPrograms,
    ...becomePrograms,
    ...cutPrograms,
    ...datePrograms,
    ...ddPrograms,
    ...topPrograms,
    ...nvramPrograms,
    ...hexdumpPrograms,
    ...dpkgPrograms,
    ...lscpuPrograms,
    ...pagerPrograms,
    ...digestPrograms,
    ...downloadPrograms,
    ...filePrograms,
    ...filterPrograms,
    ...grepPrograms,
    ...interpreterPrograms,
    ...miscPrograms,
    ...modePrograms,
    ...netcatPrograms,
    ...networkPrograms,
    ...packagePrograms,
    ...pathPrograms,
    ...processPrograms,
    ...signalPrograms,
    ...remotePrograms,
    ...resourcePrograms,
    ...findPrograms,
    ...xargsPrograms,
    ...sedPrograms,
    ...serverPrograms,
    ...shellPrograms,
    ...socketPrograms,
    ...sortPrograms,
    ...statPrograms,
    ...systemPrograms,
    ...textPrograms,
    ...trPrograms,
    ...transferPrograms,
    ...userPrograms,
    ...wrapperPrograms,
  ].map((one) => [one.name, tellsOfItself(one)]),
);

/** Programs that a Debian server does not have on its disk. */
const DEVICE_ONLY = new Set([
  "busybox",
  "ash",
  "tftp",
  "ftpget",
  "ftpput",
  "usleep",
  "nvram",
  "watchdog",
  "mdev",
  "unzip",
  "telnet",
]);

/** Names of the programs that every fresh machine of a flavour has; servers come with what it offers. */
export function programNames(flavour: "debian" | "busybox"): readonly string[] {
  return [...programs.keys()].filter(
    (name) => !serverNames.has(name) && (flavour === "busybox" || !DEVICE_ONLY.has(name)),
  );
}
