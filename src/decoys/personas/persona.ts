// One coherent machine, as its services see it. Every field is drawn from the install's secret, so it is the same
// after a restart and differs between installs.

import type { Random } from "../../contract/random.ts";
import type { Firmware } from "./firmware.ts";

/** An account of the machine. `password` is the one secret that lets somebody in, null for none. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly gecos: string;
  readonly home: string;
  readonly shell: string;
  readonly password: string | null;
}

/** The operating system as its commands report it. */
export interface OperatingSystem {
  readonly family: "linux";
  /** `debian` for a server, `busybox` for a device. */
  readonly flavour: "debian" | "busybox";
  /** As in /etc/os-release PRETTY_NAME. */
  readonly pretty: string;
  /** `uname -r`. */
  readonly release: string;
  /** `uname -v`. */
  readonly version: string;
  /** `uname -m`. */
  readonly machine: string;
}

/** Hardware as /proc and the tools over it show it. Sizes in KiB. */
export interface Hardware {
  readonly cpuModel: string;
  readonly cpus: number;
  readonly memoryKib: number;
  readonly diskKib: number;
}

/** What one service claims to be; `version` is exactly what the product prints in its banner, as nmap reads it. */
export interface ProductClaim {
  readonly product: string;
  readonly version: string;
}

/** A machine. */
export interface Persona {
  /** Name of the decky in decnet. */
  readonly decky: string;
  readonly archetype: string;
  readonly hostname: string;
  readonly domain: string;
  readonly os: OperatingSystem;
  readonly hardware: Hardware;
  /** Unix ms of the last boot; moves forward only by a reboot. */
  readonly bootedAt: number;
  /** Unix ms when the machine was installed: dates of its files start here. */
  readonly installedAt: number;
  readonly accounts: readonly Account[];
  /** The build that a device runs; a server has none. */
  readonly firmware?: Firmware;
  /** Claim of each service that this machine runs, by decoy name. */
  readonly products: Readonly<Record<string, ProductClaim>>;
  /** MAC of its interface, lower case with colons. */
  readonly mac: string;
  /** A deterministic stream for one purpose (`ssh-host-key-ed25519`, `redis-run-id` …); same label, same bytes. */
  random(label: string): Random;
  /** What the services of this machine share, such as its disk: made at the first call of each `make`, then the same. */
  shared<T>(make: (persona: Persona) => T): T;
  /** Whether this name and password let somebody in: always the same answer. */
  admits(username: string, password: string): boolean;
}
