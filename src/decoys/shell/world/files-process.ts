// /proc/<pid>: one folder for each process of the machine.

import { liveContent } from "../vfs/content.ts";
import type { TreeBuilder } from "./builder.ts";
import type { World } from "./world.ts";

/** Adds the folder of one process. */
export function addProcess(tree: TreeBuilder, at: World["processes"][number] & { world: World }): void {
  const live = (path: string, make: () => string): void =>
    tree.file(path, liveContent(make), { mode: 0o444, mtimeMs: at.world.persona.bootedAt });
  const kernel = at.command.startsWith("[");
  const name =
    at.command
      .replace(/^\[|\]$/g, "")
      .split(" ")[0]
      ?.split("/")
      .pop()
      ?.slice(0, 15) ?? "";
  const path = `/proc/${at.pid}`;
  tree.dir(path, { mode: 0o555, sealed: "ENOENT", mtimeMs: at.world.persona.bootedAt });
  live(`${path}/cmdline`, () => (kernel ? "" : `${at.command.replaceAll(" ", "\0")}\0`));
  live(`${path}/comm`, () => `${name}\n`);
  live(
    `${path}/status`,
    () =>
      `Name:\t${name}\nState:\tS (sleeping)\nTgid:\t${at.pid}\nPid:\t${at.pid}\nPPid:\t${at.ppid}\nVmSize:\t${at.vsz} kB\nVmRSS:\t${at.rss} kB\n`,
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
      at.world.persona.os.flavour === "busybox"
        ? "/bin/busybox"
        : (/\/[\w./-]+/.exec(at.command)?.[0] ?? "/usr/bin/bash"),
    );
}
