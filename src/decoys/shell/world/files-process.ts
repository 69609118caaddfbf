// /proc/<pid>: one folder for each process of the machine.

import { liveContent } from "../vfs/content.ts";
import type { TreeBuilder } from "./builder.ts";
import { commandName, statusText } from "./process-status.ts";
import type { World } from "./world.ts";

/** Adds the folder of one process. */
export function addProcess(tree: TreeBuilder, at: World["processes"][number] & { world: World }): void {
  const live = (path: string, make: () => string): void =>
    tree.file(path, liveContent(make), { mode: 0o444, mtimeMs: at.world.persona.bootedAt });
  const kernel = at.command.startsWith("[");
  const name = commandName(at.pid, at.command);
  const user = at.world.user(at.user) ?? { uid: 0, gid: 0, groups: [] };
  const path = `/proc/${at.pid}`;
  tree.dir(path, { mode: 0o555, sealed: "ENOENT", mtimeMs: at.world.persona.bootedAt });
  live(`${path}/cmdline`, () => (kernel ? "" : `${at.command.replaceAll(" ", "\0")}\0`));
  live(`${path}/comm`, () => `${name}\n`);
  live(`${path}/status`, () =>
    statusText(at.world, { ...at, name, user, state: at.stat.startsWith("I") ? "I (idle)" : "S (sleeping)" }),
  );
  live(
    `${path}/stat`,
    () =>
      `${at.pid} (${name}) S ${at.ppid} ${at.pid} ${at.pid} 0 -1 4194560 0 0 0 0 1 2 0 0 20 0 1 0 ${at.startedAfter * 100} ${at.vsz * 1024} ${at.rss}\n`,
  );
  live(`${path}/maps`, () => "");
  if (!kernel)
    tree.link(
      `${path}/exe`,
      at.world.persona.os.flavour === "busybox" ? "/bin/busybox" : executable(at.command),
    );
}

/** The program behind a title; a child of a server has its own title and its parent's program. */
function executable(command: string): string {
  if (command.startsWith("nginx: ")) return "/usr/sbin/nginx";
  if (command.startsWith("sshd: ")) return "/usr/sbin/sshd";
  return /\/[\w./-]+/.exec(command)?.[0] ?? "/usr/bin/bash";
}
