// lscpu of util-linux 2.38: a plain list for a pipe, a list with sections for a terminal.

import type { Proc } from "../run/proc.ts";
import { CPU_FLAGS, cpuMhz } from "../world/cpu.ts";
import { program } from "./options.ts";

/** A line: how deep it stands in its section, name, value. */
type Row = readonly [depth: number, name: string, value: string];

const VULNERABILITIES: readonly (readonly [name: string, intel: string, amd: string])[] = [
  ["Gather data sampling", "Unknown: Dependent on hypervisor status", "Not affected"],
  ["Itlb multihit", "KVM: Mitigation: VMX unsupported", "Not affected"],
  ["L1tf", "Not affected", "Not affected"],
  ["Mds", "Not affected", "Not affected"],
  ["Meltdown", "Not affected", "Not affected"],
  [
    "Mmio stale data",
    "Vulnerable: Clear CPU buffers attempted, no microcode; SMT Host state unknown",
    "Not affected",
  ],
  ["Reg file data sampling", "Not affected", "Not affected"],
  ["Retbleed", "Mitigation; Enhanced IBRS", "Mitigation; untrained return thunk; SMT disabled"],
  ["Spec rstack overflow", "Not affected", "Vulnerable: No microcode"],
  ["Spec store bypass", "Vulnerable", "Vulnerable"],
  ["Spectre v1", ...both("Mitigation; usercopy/swapgs barriers and __user pointer sanitization")],
  [
    "Spectre v2",
    "Mitigation; Enhanced / Automatic IBRS, RSB filling, PBRSB-eIBRS SW sequence",
    "Mitigation; Retpolines, STIBP disabled, RSB filling, PBRSB-eIBRS Not affected",
  ],
  ["Srbds", "Not affected", "Not affected"],
  ["Tsx async abort", "Not affected", "Not affected"],
];

function both(text: string): [string, string] {
  return [text, text];
}

function rowsOf(proc: Proc, sections: boolean): Row[] {
  const { hardware, os } = proc.world.persona;
  const amd = hardware.cpuModel.startsWith("AMD");
  const list = hardware.cpus > 1 ? `0-${hardware.cpus - 1}` : "0";
  const title = (name: string): Row[] => (sections ? [[0, name, ""]] : []);
  const prefix = sections ? "" : "Vulnerability ";
  return [
    [0, "Architecture", os.machine],
    [1, "CPU op-mode(s)", "32-bit, 64-bit"],
    [1, "Address sizes", "40 bits physical, 48 bits virtual"],
    [1, "Byte Order", "Little Endian"],
    [0, "CPU(s)", String(hardware.cpus)],
    [1, "On-line CPU(s) list", list],
    [0, "Vendor ID", amd ? "AuthenticAMD" : "GenuineIntel"],
    [1, "Model name", hardware.cpuModel],
    [2, "CPU family", amd ? "23" : "6"],
    [2, "Model", amd ? "49" : "85"],
    [2, "Thread(s) per core", "1"],
    [2, "Core(s) per socket", String(hardware.cpus)],
    [2, "Socket(s)", "1"],
    [2, "Stepping", amd ? "0" : "7"],
    [2, "BogoMIPS", (cpuMhz(proc.world) * 2).toFixed(2)],
    [2, "Flags", CPU_FLAGS],
    ...title("Virtualization features"),
    [1, "Hypervisor vendor", "KVM"],
    [1, "Virtualization type", "full"],
    ...title("NUMA"),
    [1, "NUMA node(s)", "1"],
    [1, "NUMA node0 CPU(s)", list],
    ...title("Vulnerabilities"),
    ...VULNERABILITIES.map(([name, intel, other]): Row => [1, prefix + name, amd ? other : intel]),
  ];
}

/** A value in lines of `width`, broken between words, later ones below the first. */
function wrapped(
  text: string,
  { width, indent }: { readonly width: number; readonly indent: number },
): string {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const cut = rest.lastIndexOf(" ", width);
    if (cut <= 0) break;
    lines.push(rest.slice(0, cut));
    rest = rest.slice(cut + 1);
  }
  return [...lines, rest].join(`\n${" ".repeat(indent)}`);
}

async function lscpu(proc: Proc): Promise<number> {
  const sections = proc.init.stdout.isTerminal;
  const rows = rowsOf(proc, sections).map(([depth, name, value]): [string, string] => [
    `${"  ".repeat(sections ? depth : 0)}${name}:`,
    value,
  ]);
  const indent = Math.max(...rows.map(([name]) => name.length)) + 1;
  const columns = sections ? (proc.terminal?.columns ?? 80) : Number.POSITIVE_INFINITY;
  const width = Math.max(20, columns - indent);
  await proc.out(
    rows.map(([name, value]) => `${name.padEnd(indent)}${wrapped(value, { width, indent })}\n`).join(""),
  );
  return 0;
}

/** The programs of this file. */
export const lscpuPrograms = [program("lscpu", lscpu)];
