// One machine as its programs see it: users, processes, memory, disks, network. All from the persona, so that no two
// commands contradict one another.

import type { Clock } from "../../../contract/clock.ts";
import type { Persona } from "../../personas/persona.ts";
import type { LiveProcess, User } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import type { DirectoryNode } from "../vfs/node.ts";
import { TreeBuilder } from "./builder.ts";
import { type ElfMachine, elfOf } from "./elf.ts";
import { addDebianFiles } from "./files-debian.ts";
import { addDeviceFiles } from "./files-device.ts";
import { addKernelFiles } from "./files-kernel.ts";
import { lastLogin, type PastLogin } from "./last-login.ts";
import { type Mount, mountsOf } from "./mounts.ts";
import { createNetwork, type Network } from "./network.ts";
import { type BaseProcess, processesOf, runningOf } from "./processes.ts";
import { usersOf } from "./users.ts";

/** Memory in KiB, as free(1) and /proc/meminfo show it. */
export interface Memory {
  readonly total: number;
  readonly free: number;
  readonly buffers: number;
  readonly cached: number;
  readonly shared: number;
  readonly available: number;
  readonly used: number;
  readonly swap: number;
}

/** The machine. */
export interface World {
  readonly persona: Persona;
  readonly clock: Clock;
  readonly machine: ElfMachine;
  readonly users: readonly User[];
  readonly groups: readonly {
    readonly name: string;
    readonly gid: number;
    readonly members: readonly string[];
  }[];
  readonly mounts: readonly Mount[];
  /** As they are now. */
  readonly processes: readonly BaseProcess[];
  readonly network: Network;
  /** Minor version of the device's BusyBox; 0 on a server. */
  readonly busyboxMinor: number;
  /** BusyBox's first line, as `busybox` and its shell print it; empty on a server. */
  readonly busyboxBanner: ByteString;
  /** Files of the machine; made when first asked for, and anew for who comes after its servers have changed. */
  readonly base: () => DirectoryNode;
  user(name: ByteString): User | undefined;
  userById(uid: number): User | undefined;
  groupName(gid: number): ByteString;
  /** The last login of an account before this process first answered. */
  lastLogin(uid: number): PastLogin;
  uptimeSeconds(): number;
  memory(): Memory;
  loadAverage(): readonly [number, number, number];
  /** What a signal to a process does: nothing is ever killed of the machine itself. */
  signal(pid: number, who: User, live: ReadonlyMap<number, LiveProcess>): "sent" | "missing" | "refused";
}

/** The world of a persona. */
export function createWorld(persona: Persona, clock: Clock, programs: readonly string[]): World {
  const { users, groups } = usersOf(persona);
  const processes = processesOf(persona);
  const servers = (): string => JSON.stringify(Object.keys(persona.products).map(persona.portsOf));
  const random = persona.random("shell-world");
  const [cachedShare, usedShare, drift] = [
    0.25 + random.fraction() * 0.3,
    0.12 + random.fraction() * 0.2,
    random.fraction(),
  ];
  const busybox = persona.os.flavour === "busybox";
  const build = persona.firmware?.busybox;
  const started = clock.now();
  let made: { readonly root: DirectoryNode; readonly servers: string } | undefined;
  const world: World = {
    persona,
    clock,
    machine: elfOf(persona.os.machine),
    users,
    groups,
    get processes() {
      return runningOf(persona, processes);
    },
    mounts: mountsOf(persona),
    network: createNetwork(persona),
    busyboxMinor: Number(build?.version.split(".")[1] ?? 0),
    busyboxBanner: build ? `BusyBox v${build.version} (${build.built})` : "",
    base() {
      const now = servers();
      if (made?.servers !== now) made = { root: buildTree(world, programs), servers: now };
      return made.root;
    },
    user: (name) => users.find((user) => user.name === name),
    userById: (uid) => users.find((user) => user.uid === uid),
    groupName: (gid) => groups.find((group) => group.gid === gid)?.name ?? String(gid),
    lastLogin: (uid) => lastLogin(persona, uid, started),
    uptimeSeconds: () => Math.max(1, (clock.now() - persona.bootedAt) / 1000),
    memory() {
      const total = persona.hardware.memoryKib;
      // A slow wave, so that two looks differ as they do on a living machine.
      const wave = Math.sin(clock.now() / 97_000 + drift * 6) * 0.004;
      // The kernel counts in pages.
      const pages = (share: number): number => Math.floor((total * share) / 4) * 4;
      const cached = pages(cachedShare);
      const buffers = pages(0.021);
      const free = total - pages(usedShare + wave) - cached - buffers;
      const available = free + Math.floor(((cached + buffers) * 0.86) / 4) * 4;
      return {
        total,
        // As procps 4 counts it; what an old BusyBox shows is without the caches.
        used: busybox ? total - free - cached - buffers : total - available,
        cached,
        buffers,
        shared: pages(0.006),
        free,
        available,
        swap: busybox ? 0 : 999_420,
      };
    },
    loadAverage() {
      const wave = (period: number): number => 0.04 + 0.03 * (1 + Math.sin(clock.now() / period + drift * 6));
      return [wave(61_000), wave(311_000), wave(907_000)];
    },
    signal(pid, who, live) {
      const mine = live.get(pid);
      const owner = mine?.user ?? processes.find((one) => one.pid === pid)?.user;
      if (owner === undefined) return "missing";
      return who.uid === 0 || owner === who.name ? "sent" : "refused";
    },
  };
  return world;
}

function buildTree(world: World, programs: readonly string[]): DirectoryNode {
  const builder = new TreeBuilder(world.persona.installedAt);
  if (world.persona.os.flavour === "debian") addDebianFiles(builder, world, programs);
  else addDeviceFiles(builder, world, programs);
  addKernelFiles(builder, world);
  return builder.root;
}
