// What scanners said of a decky of each system when it was measured: the figures of docs/archetypes, within this program.

import measured from "../../../docs/archetypes/disguise.json" with { type: "json" };

/** What was measured of one OS profile. */
export interface Disguise {
  readonly profile: string;
  readonly archetype: string;
  readonly claims: string;
  readonly mac: string;
  readonly nmap: { readonly says: string; readonly accuracy: number; readonly vendor: string };
  readonly p0f: { readonly says: string; readonly signature: string };
}

/** A whole measurement. */
export interface DisguiseReport {
  readonly result: {
    /** Settings that this kernel did not take. */
    readonly settings_refused: number;
    readonly tools: Readonly<Record<string, string>>;
    readonly profiles: readonly Disguise[];
  };
}

const report: DisguiseReport = measured;

/** What a scanner takes machines of a system for. */
export interface Seen {
  readonly profile: string;
  /** `nmap -O`; null when it has no guess. */
  readonly nmap: { readonly says: string; readonly accuracy: number } | null;
  /** `p0f`; null when no signature of it fits. */
  readonly p0f: string | null;
}

/** What was measured of a profile; undefined for one that never was. */
export function seenAs(profile: string): Seen | undefined {
  const found = report.result.profiles.find((one) => one.profile === profile);
  if (!found) return undefined;
  const { says, accuracy } = found.nmap;
  return {
    profile,
    nmap: accuracy === 0 ? null : { says, accuracy },
    p0f: found.p0f.says === "unknown" ? null : found.p0f.says,
  };
}
