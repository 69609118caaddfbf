// How long dd would take for what it does without moving a byte: the speed of processor, memory and disk.

import type { Proc } from "../run/proc.ts";

/** What is copied from where to where. */
export interface Copying {
  readonly blocks: number;
  readonly bytes: number;
  readonly noise: boolean;
  readonly target: "null" | "file" | "disk";
}

interface Speed {
  readonly start: number;
  readonly block: number;
  readonly noise: number;
  readonly null: number;
  readonly file: number;
  readonly disk: number;
}

/** Seconds to begin and for a block, bytes a second: a virtual machine of today. */
const SERVER: Speed = { start: 4e-5, block: 3.5e-7, noise: 380e6, null: 11e9, file: 1.5e9, disk: 190e6 };
/** A router's. */
const ROUTER: Speed = { start: 2e-3, block: 2e-5, noise: 1.4e6, null: 130e6, file: 28e6, disk: 28e6 };

/** The seconds that it takes. */
export function copySeconds(proc: Proc, { blocks, bytes, noise, target }: Copying): number {
  const speed = proc.busybox ? ROUTER : SERVER;
  const { random } = proc.login.session;
  const made = noise ? bytes / speed.noise : 0;
  return (
    (speed.start + blocks * speed.block + bytes / speed[target] + made) * (0.85 + 0.4 * random.fraction())
  );
}
