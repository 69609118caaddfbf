// A network of its own for a test that needs root: this thread leaves the host's network and mounts, and comes back.
// What is made within is gone with it, also when the process is killed; nothing of the host's is in reach.

import { closeSync, mkdtempSync, openSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CLONE_FS,
  CLONE_NEWNET,
  CLONE_NEWNS,
  makeMountsPrivate,
  mountTmpfs,
  setns,
  unmount,
  unshare,
} from "../../src/platform/libc/namespaces.ts";
import { setLink } from "../../src/platform/netlink/link.ts";
import { openNetlink } from "../../src/platform/netlink/socket.ts";

/** Whether tests of namespaces can run here. */
export const HAS_LAB = process.getuid?.() === 0;

if (!HAS_LAB) console.warn("tests of network namespaces are skipped: they need root");

/** An outer network namespace with nothing but loopback. */
export interface NetLab extends Disposable {
  /** A folder in memory for named namespaces. */
  readonly folder: string;
}

/** Moves this thread into a lab until it is disposed of. */
export function enterLab(): NetLab {
  const cwd = process.cwd();
  const net = openSync("/proc/thread-self/ns/net", "r");
  const mnt = openSync("/proc/thread-self/ns/mnt", "r");
  const folder = mkdtempSync(join(tmpdir(), "decnet-lab-"));
  unshare(CLONE_NEWNET | CLONE_NEWNS);
  makeMountsPrivate();
  mountTmpfs(folder);
  using socket = openNetlink();
  socket.all([setLink("lo", { up: true })]);
  return {
    folder,
    [Symbol.dispose]() {
      unmount(folder);
      setns(net, CLONE_NEWNET);
      // Threads that the runtime started meanwhile share this one's root, and setns(2) refuses while they do.
      unshare(CLONE_FS);
      setns(mnt, CLONE_NEWNS);
      process.chdir(cwd);
      closeSync(net);
      closeSync(mnt);
      rmdirSync(folder);
    },
  };
}
