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
  readonly family: "linux" | "windows" | "freebsd" | "vxworks" | "printer";
  /** What its shell and files are like: `debian` for Debian and Ubuntu, `busybox` for a device, `none` where no decoy opens a shell. */
  readonly flavour: "debian" | "busybox" | "none";
  /** As in /etc/os-release PRETTY_NAME. */
  readonly pretty: string;
  /** `uname -r`; the build of a Windows; the firmware of what has no such command. */
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

/** The appliance that a machine is, where it is one. */
export interface Model {
  readonly vendor: string;
  readonly name: string;
  /** As its own pages print it. */
  readonly firmware: string;
  readonly serial: string;
}

/** A machine. */
export interface Persona {
  /** Name of the decky in decnet. */
  readonly decky: string;
  readonly archetype: string;
  /** Name of the OS profile that it was drawn from. */
  readonly profile: string;
  readonly hostname: string;
  readonly domain: string;
  readonly os: OperatingSystem;
  readonly hardware: Hardware;
  /** Unix ms of the last boot; moves forward only by a reboot. */
  readonly bootedAt: number;
  /** Unix ms when the machine was installed: dates of its files start here. */
  readonly installedAt: number;
  readonly accounts: readonly Account[];
  /** The build that a DD-WRT runs; nothing else has one. */
  readonly firmware?: Firmware;
  /** What an appliance is; a computer is none. */
  readonly model?: Model;
  /** Claim of each service that this machine runs, by decoy name. */
  readonly products: Readonly<Record<string, ProductClaim>>;
  /**
   * Ports that a service listens on, in the order in which they are offered, as they are now: none of one that the
   * machine does not offer. Without the offset that this host may add.
   */
  portsOf(service: string): readonly number[];
  /** MAC of its interface, lower case with colons. */
  readonly mac: string;
  /** A deterministic stream for one purpose (`ssh-host-key-ed25519`, `redis-run-id` …); same label, same bytes. */
  random(label: string): Random;
  /** What the services of this machine share, such as its disk: made at the first call of each `make`, then the same. */
  shared<T>(make: (persona: Persona) => T): T;
  /** Whether this name and password let somebody in: always the same answer. */
  admits(username: string, password: string): boolean;
}
