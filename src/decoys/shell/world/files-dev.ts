// /dev: devices, disks and what links into /proc.

import { endlessContent } from "../vfs/content.ts";
import type { TreeBuilder } from "./builder.ts";
import type { World } from "./world.ts";

/** Adds /dev. */
export function addDevices(tree: TreeBuilder, world: World): void {
  const zeros = endlessContent((length) => "\0".repeat(length));
  let state = 0x2545f491;
  const noise = endlessContent((length) => {
    let out = "";
    for (let i = 0; i < Math.min(length, 4096); i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      out += String.fromCharCode((state >>> 11) & 255);
    }
    return out;
  });
  const when = { mtimeMs: world.persona.bootedAt };
  tree.dir("/dev", when);
  tree.device("/dev/null", { device: [1, 3], ...when });
  tree.device("/dev/zero", { device: [1, 5], content: zeros, ...when });
  tree.device("/dev/full", { device: [1, 7], content: zeros, ...when });
  tree.device("/dev/random", { device: [1, 8], content: noise, ...when });
  tree.device("/dev/urandom", { device: [1, 9], content: noise, ...when });
  tree.device("/dev/tty", { device: [5, 0], ...when });
  tree.device("/dev/console", { device: [5, 1], mode: 0o600, ...when });
  tree.device("/dev/ptmx", { device: [5, 2], ...when });
  tree.device("/dev/pts/0", { device: [136, 0], mode: 0o620, gid: 5, ...when });
  tree.link("/dev/fd", "/proc/self/fd");
  tree.link("/dev/stdin", "/proc/self/fd/0");
  tree.link("/dev/stdout", "/proc/self/fd/1");
  tree.link("/dev/stderr", "/proc/self/fd/2");
  if (world.persona.os.flavour === "debian") {
    tree.dir("/dev/shm", { mode: 0o1777, ...when });
    for (const [i, name] of ["sda", "sda1", "sda2", "sda5"].entries())
      tree.device(`/dev/${name}`, {
        device: [8, i === 3 ? 5 : i],
        block: true,
        mode: 0o660,
        gid: 6,
        ...when,
      });
    return;
  }
  tree.device("/dev/watchdog", { device: [10, 130], mode: 0o600, ...when });
  tree.dir("/dev/mtdblock", when);
  for (let i = 0; i < 5; i++)
    tree.device(`/dev/mtdblock/${i}`, { device: [31, i], block: true, mode: 0o640, ...when });
  tree.link("/dev/root", "mtdblock/2");
}
