// What an OS profile is: the system, the products that exist for it with their dated versions, and its TCP/IP stack.
// Holds facts only; which of them a machine has is drawn elsewhere.

import type { Firmware } from "../firmware.ts";
import type { OperatingSystem } from "../persona.ts";
import type { Release } from "../releases.ts";
import type { StackName } from "./stacks.ts";

/** A kernel or system build: what the system's own commands print of it. */
export interface Kernel {
  /** `uname -r`. */
  readonly release: string;
  /** `uname -v`. */
  readonly version: string;
  readonly day: string;
  /** The point release that came with it, as `PRETTY_NAME` has it, where that is not the profile's. */
  readonly pretty?: string;
}

/** A product that runs on the system, its versions exactly as its banner prints them, oldest first. */
export interface ProductLine {
  readonly product: string;
  readonly releases: readonly Release[];
}

/** One appliance of a profile. What belongs together stays together. Sizes in KiB. */
export interface Appliance {
  readonly vendor: string;
  readonly name: string;
  /** Vendor prefixes of its network card (IEEE registry). */
  readonly ouis: readonly string[];
  readonly cpu: string;
  readonly cpus: number;
  readonly memoryKib: number;
  readonly diskKib: number;
  /** `uname -m`. */
  readonly machine: string;
  /** Replaces the profile's list. */
  readonly kernels?: readonly Kernel[];
  /** Firmware as its pages print it, oldest first. */
  readonly firmwares: readonly Release[];
  /** How its serial numbers look: `9` a digit, `A` a letter, anything else as it stands. */
  readonly serial: string;
  /** Replaces the profile's products, by decoy name. */
  readonly products?: Readonly<Record<string, ProductLine>>;
  /** What the texts of a DD-WRT need. */
  readonly build?: Firmware;
  /** `PRETTY_NAME`, where it is not the profile's. */
  readonly pretty?: string;
}

/** An operating system in one edition. */
export interface OsProfile {
  readonly name: string;
  readonly family: OperatingSystem["family"];
  readonly flavour: OperatingSystem["flavour"];
  /** `PRETTY_NAME`, of the newest point release. */
  readonly pretty: string;
  readonly machine: string;
  readonly stack: StackName;
  readonly kernels: readonly Kernel[];
  /** Products by decoy name; an archetype may allow fewer. */
  readonly products: Readonly<Record<string, readonly ProductLine[]>>;
  /** The appliances that run it; none for a system of computers. */
  readonly appliances?: readonly Appliance[];
}

/** Declares a profile. */
export function defineProfile(profile: OsProfile): OsProfile {
  return Object.freeze(profile);
}

/** A product whose banner never changes with its version. */
export function unchanging(product: string, version: string): ProductLine {
  return { product, releases: [{ version, day: "2000-01-01" }] };
}
