// What a decky of a topology is given and what it has lived through: the two things that outlast every process.

import { z } from "zod";

const mac = z.string().regex(/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/);

/** A machine's place in one LAN. It keeps the address and the MAC for as long as it stands there. */
export const machineLinkSchema = z.strictObject({
  lan: z.string(),
  /** IPv4 with prefix length, such as `10.0.0.5/24`. */
  address: z.string(),
  mac,
});

/** What happened to a machine: versions move forward with `patches` only, an uptime begins anew with `bootedAt` only. */
export const machineLifeSchema = z.strictObject({
  /** Unix ms of the last boot; null until the first reboot, when the persona's own holds. */
  bootedAt: z.int().nullable(),
  /** Patch nights that moved its versions. */
  patches: z.int().nonnegative(),
  /** Unix ms of the last of them: nothing on it came out later. Null before the first. */
  patchedAt: z.int().nullable().default(null),
  /** Unix ms of the next scheduled change; null without a schedule. */
  nextAt: z.int().nullable(),
});

/** A machine's place in one LAN. */
export type MachineLink = z.infer<typeof machineLinkSchema>;
/** What happened to a machine. */
export type MachineLife = z.infer<typeof machineLifeSchema>;

/** A machine that was never changed. */
export const newLife: MachineLife = Object.freeze({
  bootedAt: null,
  patches: 0,
  patchedAt: null,
  nextAt: null,
});

/** A life as who draws the machine takes it. */
export function livedOf({ bootedAt, patches, patchedAt }: MachineLife): {
  readonly patches: number;
  readonly bootedAt?: number;
  readonly patchedBy?: number;
} {
  return {
    patches,
    ...(bootedAt !== null && { bootedAt }),
    ...(patchedAt !== null && { patchedBy: patchedAt }),
  };
}
