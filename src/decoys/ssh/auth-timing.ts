// How long a failed login takes: PAM's delay for a wrong password, OpenSSH's own for everything else.

import { createHash } from "node:crypto";
import type { Random } from "../../contract/random.ts";
import type { Persona } from "../personas/persona.ts";

/** Debian's pam_unix asks for this delay, in ms. */
const PAM_DELAY_MS = 2000;
/** OpenSSH's least time for a failure, and what an account's name may add to it, in ms. */
const MINIMUM_MS = 5;
const BY_NAME_MS = 4.2;

/** As libpam draws it: between half and one and a half of the delay, by the mean of three random numbers. */
export function pamDelayMs(random: Random): number {
  const mean = (random.fraction() + random.fraction() + random.fraction()) / 3;
  return PAM_DELAY_MS * (0.5 + mean);
}

/** The least time for a failure: always the same for one account of one machine. */
export function minimumDelayMs(persona: Persona, username: Uint8Array): number {
  const salt = persona.random("ssh-user-delay").bytes(16);
  const digest = createHash("sha512").update(salt).update(username).digest();
  return MINIMUM_MS + (digest.readUInt32BE(0) / 2 ** 32) * BY_NAME_MS;
}
