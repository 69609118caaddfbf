// Namespaces and mounts: unshare(2), setns(2), mount(2), umount2(2), for the calling thread.
// Knows no names and no folders, and never leaves a namespace by itself.

import { DecnetError } from "../../contract/errors.ts";
import { must } from "./errno.ts";
import { lazyLibc } from "./load.ts";

// <linux/sched.h>
export const CLONE_FS = 0x200;
export const CLONE_NEWNS = 0x0002_0000;
export const CLONE_NEWNET = 0x4000_0000;

// <linux/mount.h>, umount2(2)
const MS_BIND = 0x1000;
const MS_REC = 0x4000;
const MS_PRIVATE = 0x4_0000;
const MNT_DETACH = 2;

const libc = lazyLibc({
  unshare: { args: ["i32"], returns: "i32" },
  setns: { args: ["i32", "i32"], returns: "i32" },
  mount: { args: ["ptr", "ptr", "ptr", "u64", "ptr"], returns: "i32" },
  umount2: { args: ["ptr", "i32"], returns: "i32" },
});

function cString(text: string): Uint8Array {
  if (text.includes("\0"))
    throw new DecnetError("invalid", "text with a NUL byte can't be given to the kernel");
  return new TextEncoder().encode(`${text}\0`);
}

/** Moves the calling thread into new namespaces. Other threads of the process stay where they are. */
export function unshare(flags: number): void {
  const { unshare } = libc();
  must("unshare", () => unshare(flags));
}

/** Moves the calling thread into the namespace that `fd` refers to, which must be of kind `kind`. */
export function setns(fd: number, kind: number): void {
  const { setns } = libc();
  must("setns", () => setns(fd, kind));
}

/** Makes `source` appear at `target` as well. */
export function bindMount(source: string, target: string): void {
  const { mount } = libc();
  const [from, to] = [cString(source), cString(target)];
  must("mount", () => mount(from, to, null, MS_BIND, null));
}

/** Makes a file system in memory appear at `target`. */
export function mountTmpfs(target: string): void {
  const { mount } = libc();
  const [kind, to] = [cString("tmpfs"), cString(target)];
  must("mount", () => mount(kind, to, kind, 0, null));
}

/** Nothing mounted from now on in this mount namespace is seen outside of it, or the other way round. */
export function makeMountsPrivate(): void {
  const { mount } = libc();
  const root = cString("/");
  must("mount", () => mount(null, root, null, MS_REC | MS_PRIVATE, null));
}

/** Takes the topmost mount off `target`, also while it is in use. */
export function unmount(target: string): void {
  const { umount2 } = libc();
  const at = cString(target);
  must("umount2", () => umount2(at, MNT_DETACH));
}
