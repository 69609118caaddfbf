// The logins before the intruder's: one fact behind the greeting, last, lastlog and the logs.

import type { Session } from "../../decoy.ts";
import type { Account, Persona } from "../../personas/persona.ts";

/** A login that is over. */
export interface PastLogin {
  /** Unix ms. */
  readonly at: number;
  /** How long it lasted, in ms. */
  readonly lasted: number;
  /** Last part of the address that it came from. */
  readonly host: number;
  readonly port: number;
}

/** The last login of an account: an administrator's, some days before `started`; it never changes while this runs. */
export function lastLogin(persona: Persona, uid: number, started: number): PastLogin {
  const random = persona.random(`last-login-${uid}`);
  const days = 1 + random.below(6);
  const at = started - 86_400_000 * days - random.below(40_000_000);
  return {
    at: Math.max(at, persona.installedAt + 3_600_000),
    host: 2 + random.below(60),
    lasted: 60_000 * (3 + random.below(50)) + 1000 * random.below(60),
    port: 40_000 + random.below(20_000),
  };
}

/** The address of a past login: of the network that this conversation sees. */
export function pastAddress(login: PastLogin, session: Session): string {
  const local = session.connection.local.ip;
  const network =
    /^\d+\.\d+\.\d+\.\d+$/.test(local) && !local.startsWith("127.")
      ? local.split(".").slice(0, 3).join(".")
      : "192.168.1";
  return `${network}.${login.host}`;
}

/** The accounts that people log in to. */
export function peopleOf(persona: Persona): readonly Account[] {
  return persona.accounts.filter((account) => account.uid === 0 || account.uid >= 1000);
}
