// How this thread is scheduled beside others of the same priority. Asks for nothing that needs a right.

import { ptr } from "bun:ffi";
import { attempt } from "./errno.ts";
import { lazyLibc } from "./load.ts";

/** sizeof(struct sched_attr), first version (sched_setattr(2)), and where in it the fields lie. */
const SIZE = 48;
const POLICY = 4;
const RUNTIME = 24;
const SCHED_OTHER = 0;
const x64 = process.arch === "x64";
const SYS_SCHED_SETATTR = x64 ? 314 : 274;
const SYS_SCHED_GETATTR = x64 ? 315 : 275;

const libc = lazyLibc({
  syscall: { args: ["i64", "u64", "u64", "u64", "u64", "u64"], returns: "i64" },
});

function read(attributes: DataView): boolean {
  const { syscall } = libc();
  return attempt(() => syscall(SYS_SCHED_GETATTR, 0, ptr(attributes), SIZE, 0, 0)).errno === 0;
}

/**
 * Asks for turns of `ns` (0.1 ms to 100 ms; 0 for the usual length) for this thread and returns the length of its turns as the kernel then tells
 * it; 0 where it does not. A thread of shorter turns than others is let in before theirs are over when it wakes, and gets
 * no more of the processor for it (EEVDF, Linux 6.12; earlier kernels take the call and change nothing). A thread of
 * another policy than the usual one is left as it is.
 */
export function askForTurns(ns: number): number {
  const { syscall } = libc();
  const attributes = new DataView(new ArrayBuffer(SIZE));
  // What it has stays: niceness is among the fields. The kernel has filled in the size.
  if (!read(attributes) || attributes.getUint32(POLICY, true) !== SCHED_OTHER) return 0;
  attributes.setBigUint64(RUNTIME, BigInt(ns), true);
  attempt(() => syscall(SYS_SCHED_SETATTR, 0, ptr(attributes), 0, 0, 0));
  return read(attributes) ? Number(attributes.getBigUint64(RUNTIME, true)) : 0;
}
