// A process that opened what it needs becomes itself again with fewer rights: same pid, new image, every thread of it
// behind the fence. What it takes along lies in a file in memory; nothing of it is in an argument or a variable.

import { closeSync, openSync, readdirSync, readFileSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { DecnetError } from "../../contract/errors.ts";
import type { Ids } from "../identity.ts";
import { becomeUser } from "../identity.ts";
import {
  becomeProgram,
  dropCapabilities,
  emptyBoundingSet,
  filterAllThreads,
  filterThread,
  forgoPrivileges,
  hideMemory,
  keepOverExec,
  memoryFile,
  nameProcess,
} from "../libc/process.ts";
import { thisMachine } from "./calls.ts";
import { assemble, fenceRules, noPrograms } from "./filter.ts";
import type { Openings } from "./landlock.ts";
import { prepareLandlock } from "./landlock.ts";

/** The variable that names the descriptor of what was taken along. */
const VARIABLE = "DECNET_STAGE";
/** More than any install's description takes. */
const MAX_BYTES = 16 * 1024 * 1024;
/** open(2) */
const O_PATH = 0x20_0000;
const O_CLOEXEC = 0x8_0000;

/** How far the kernel let the fence be put up. */
export type Fence = "none" | "seccomp" | "landlock" | "seccomp+landlock";

/** What a process takes along, and what it leaves behind. */
export interface Departure {
  /** Anything that JSON holds. */
  readonly luggage: unknown;
  /** Descriptors that stay open, besides the three standard ones. */
  readonly keep: readonly number[];
  /** Whom root becomes; nobody else changes. */
  readonly user: Ids;
  /** All that the next image finds in its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** What it may open, besides its own program and libraries. */
  readonly openings: Openings;
  /** Whether it may make sockets of IPv4 and IPv6. */
  readonly internet: boolean;
}

interface Packed {
  readonly name: string;
  readonly seccomp: boolean;
  readonly landlock: boolean;
  readonly luggage: unknown;
}

/** Folders of the libraries that this process is made of, and its own program. */
function ownFiles(): readonly string[] {
  const maps = readFileSync("/proc/self/maps", "utf8");
  const files = new Set(maps.split("\n").flatMap((row) => /\s(\/\S+\.so\S*)$/.exec(row)?.[1] ?? []));
  return ["/proc/self/exe", ...new Set([...files].map(dirname))];
}

/** What any program of this runtime reads: its own state, the machine's size, time zones. */
const USUAL = [
  "/proc/self",
  "/proc/meminfo",
  "/proc/cpuinfo",
  "/proc/stat",
  "/sys/fs/cgroup",
  "/sys/devices/system/cpu",
  "/etc/ld.so.cache",
  "/etc/localtime",
  "/usr/share/zoneinfo",
  "/dev/urandom",
];

/** Writable for whoever has nothing to say. */
const SINKS = ["/dev/null"];

function closeOverExec(keep: ReadonlySet<number>): void {
  for (const name of readdirSync("/proc/self/fd")) keepOverExec(Number(name), keep.has(Number(name)));
}

function filter(internet: boolean): boolean {
  const machine = thisMachine();
  return machine !== undefined && filterThread(assemble(fenceRules({ internet }), machine)) === 0;
}

/** Leaves. Returns only by throwing, and then rights may be gone already: the process can but end. */
export function depart({ luggage, keep, user, env, openings, internet }: Departure): never {
  const argv = readFileSync("/proc/self/cmdline", "utf8").split("\0").slice(0, -1);
  const name = readFileSync("/proc/self/comm", "utf8").trim();
  // Opened and looked up as long as the way to them is open: the user to come may not be let through above them.
  const program = openSync("/proc/self/exe", O_PATH | O_CLOEXEC);
  const landlock = prepareLandlock({
    read: [...USUAL, ...openings.read],
    run: [...ownFiles(), ...openings.run],
    write: [...SINKS, ...openings.write],
    connect: openings.connect,
  });
  emptyBoundingSet();
  becomeUser(user);
  dropCapabilities();
  forgoPrivileges();
  landlock?.restrict();
  const packed: Packed = { name, seccomp: filter(internet), landlock: landlock !== undefined, luggage };
  const file = memoryFile("decnet");
  const bytes = new TextEncoder().encode(JSON.stringify(packed));
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, at);
  closeOverExec(new Set([0, 1, 2, file, ...keep]));
  return becomeProgram(program, argv, { ...env, [VARIABLE]: String(file) });
}

function unpack(fd: number): Packed {
  const bytes = new Uint8Array(MAX_BYTES);
  let length = 0;
  for (let got = -1; got !== 0; length += got) got = readSync(fd, bytes, length, MAX_BYTES - length, length);
  closeSync(fd);
  return JSON.parse(new TextDecoder().decode(bytes.subarray(0, length))) as Packed;
}

/** What this process took along into this image. */
export interface Arrival {
  readonly fence: Fence;
  readonly luggage: unknown;
}

/** Takes what was taken along, once, and shuts the last door behind; undefined for a process that was started afresh. */
export function arrive(env: NodeJS.ProcessEnv): Arrival | undefined {
  const text = env[VARIABLE];
  if (text === undefined) return undefined;
  delete env[VARIABLE];
  if (!/^[0-9]{1,6}$/.test(text)) throw new DecnetError("config", `${VARIABLE} is not for users to set`);
  const { name, seccomp, landlock, luggage } = unpack(Number(text));
  const machine = thisMachine();
  const shut = machine !== undefined && filterAllThreads(assemble(noPrograms, machine)) === 0;
  hideMemory();
  nameProcess(name);
  const parts = [...(seccomp && shut ? ["seccomp"] : []), ...(landlock ? ["landlock"] : [])];
  return { fence: (parts.join("+") || "none") as Fence, luggage };
}
