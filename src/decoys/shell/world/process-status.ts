// /proc/<pid>/status: the lines of a kernel 6 on the server, of 2.6.24 on the router (proc(5)).

import type { ByteString } from "../shell.ts";
import type { World } from "./world.ts";

/** A process as its status file tells of it. Sizes in KiB; a kernel thread has none. */
export interface StatusFacts {
  readonly name: ByteString;
  readonly pid: number;
  readonly ppid: number;
  readonly state: string;
  readonly vsz: number;
  readonly rss: number;
  readonly user: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] };
}

/** Name of a process as the kernel keeps it: 15 characters, but for a kernel worker. */
export function commandName(pid: number, command: ByteString): ByteString {
  if (command.startsWith("[")) return command.slice(1, -1);
  if (pid === 1 && command === "/sbin/init") return "systemd";
  const [first = ""] = command.replace(/^-/, "").split(" ", 1);
  return (first.replace(/:$/, "").split("/").pop() ?? "").slice(0, 15);
}

const ALL_CAPABILITIES = "000001ffffffffff";
const NONE = "0000000000000000";

const kib = (name: string, value: number): string => `${name}:\t${String(Math.max(0, value)).padStart(8)} kB`;

function memoryLines(world: World, { vsz, rss }: StatusFacts): string[] {
  const old = world.persona.firmware !== undefined;
  const own = Math.floor(rss * 0.07);
  return [
    kib("VmPeak", vsz),
    kib("VmSize", vsz),
    kib("VmLck", 0),
    ...(old ? [] : [kib("VmPin", 0)]),
    kib("VmHWM", rss),
    kib("VmRSS", rss),
    ...(old ? [] : [kib("RssAnon", own), kib("RssFile", rss - own), kib("RssShmem", 0)]),
    kib("VmData", Math.floor(vsz * 0.12)),
    kib("VmStk", old ? 84 : 132),
    kib("VmExe", old ? 436 : 20),
    kib("VmLib", Math.floor(vsz * 0.5)),
    kib("VmPTE", old ? 16 : 44),
    ...(old ? [] : [kib("VmSwap", 0), kib("HugetlbPages", 0)]),
  ];
}

function signalLines(world: World, { user }: StatusFacts): string[] {
  const old = world.persona.firmware !== undefined;
  const most = Math.floor(world.persona.hardware.memoryKib / 256);
  const rights = user.uid === 0 ? (old ? "00000000fffffeff" : ALL_CAPABILITIES) : NONE;
  const masks = ["SigPnd", "ShdPnd", "SigBlk", "SigIgn", "SigCgt"].map((name) => `${name}:\t${NONE}`);
  const sets = ["CapInh", "CapPrm", "CapEff", ...(old ? [] : ["CapBnd", "CapAmb"])];
  const values = new Map([
    ["CapInh", NONE],
    ["CapBnd", ALL_CAPABILITIES],
    ["CapAmb", NONE],
  ]);
  return [
    "Threads:\t1",
    `SigQ:\t0/${most}`,
    ...masks,
    ...sets.map((name) => `${name}:\t${values.get(name) ?? rights}`),
  ];
}

function modernLines(world: World): string[] {
  const { cpus } = world.persona.hardware;
  return [
    "NoNewPrivs:\t0",
    "Seccomp:\t0",
    "Seccomp_filters:\t0",
    "Speculation_Store_Bypass:\tvulnerable",
    "SpeculationIndirectBranch:\talways enabled",
    `Cpus_allowed:\t${(2 ** cpus - 1).toString(16)}`,
    `Cpus_allowed_list:\t${cpus > 1 ? `0-${cpus - 1}` : "0"}`,
    `Mems_allowed:\t${"00000000,".repeat(31)}00000001`,
    "Mems_allowed_list:\t0",
  ];
}

/** The whole text. */
export function statusText(world: World, facts: StatusFacts): ByteString {
  const { name, pid, ppid, state, user } = facts;
  const old = world.persona.firmware !== undefined;
  const kernel = facts.vsz === 0;
  const same = (id: number): string => Array<number>(4).fill(id).join("\t");
  const spaces = kernel ? 0 : pid;
  const lines = [
    `Name:\t${name}`,
    ...(old ? [] : [`Umask:\t${kernel ? "0000" : "0022"}`]),
    `State:\t${state}`,
    `Tgid:\t${pid}`,
    ...(old ? [] : ["Ngid:\t0"]),
    `Pid:\t${pid}`,
    `PPid:\t${ppid}`,
    "TracerPid:\t0",
    `Uid:\t${same(user.uid)}`,
    `Gid:\t${same(user.gid)}`,
    `FDSize:\t${old ? 32 : kernel ? 64 : 256}`,
    `Groups:\t${user.groups.map((gid) => `${gid} `).join("") || " "}`,
    ...(old
      ? []
      : [`NStgid:\t${pid}`, `NSpid:\t${pid}`, `NSpgid:\t${spaces}`, `NSsid:\t${kernel ? 0 : ppid}`]),
    ...(kernel ? [] : memoryLines(world, facts)),
    ...(old ? [] : ["CoreDumping:\t0", "THP_enabled:\t1"]),
    ...signalLines(world, facts),
    ...(old ? [] : modernLines(world)),
    "voluntary_ctxt_switches:\t0",
    "nonvoluntary_ctxt_switches:\t1",
  ];
  return `${lines.join("\n")}\n`;
}
