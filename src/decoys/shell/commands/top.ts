// top: one page for a pipe, a page every few seconds on a terminal, until `q`.
// Sorted as the machine is idle: by process id.

import type { Proc } from "../run/proc.ts";
import { program } from "./options.ts";
import { processName, processRows, topTime } from "./process-rows.ts";
import { uptimeLine } from "./resources.ts";

const EVERY_MS = 3000;
/** Lines above the processes. */
const HEAD = 7;

const mib = (kib: number): string => (kib / 1024).toFixed(1).padStart(8);

/** The page of procps. */
function page(proc: Proc, lines: number): string {
  const rows = processRows(proc);
  const memory = proc.world.memory();
  const head = [
    `top -${uptimeLine(proc).trimEnd()}`,
    `Tasks: ${String(rows.length).padStart(3)} total,   1 running, ${String(rows.length - 1).padStart(3)} sleeping,   0 stopped,   0 zombie`,
    "%Cpu(s):  0.3 us,  0.2 sy,  0.0 ni, 99.4 id,  0.1 wa,  0.0 hi,  0.0 si,  0.0 st ",
    `MiB Mem : ${mib(memory.total)} total, ${mib(memory.free)} free, ${mib(memory.used)} used, ${mib(memory.buffers + memory.cached)} buff/cache     `,
    `MiB Swap: ${mib(memory.swap)} total, ${mib(memory.swap)} free, ${mib(0)} used. ${mib(memory.available)} avail Mem `,
    "",
    "    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND",
  ];
  const body = rows.slice(0, Math.max(0, lines - HEAD)).map((row) => {
    const [priority, nice] = row.stat.includes("<") ? ["  0", "-20"] : [" 20", "  0"];
    const shared = Math.floor(row.rss * 0.7);
    const memoryPart = ((row.rss / memory.total) * 100).toFixed(1);
    return `${String(row.pid).padStart(7)} ${row.user.slice(0, 8).padEnd(8)} ${priority} ${nice} ${String(row.vsz).padStart(7)} ${String(row.rss).padStart(6)} ${String(shared).padStart(6)} ${row.stat.charAt(0)}   0.0 ${memoryPart.padStart(5)} ${topTime(row.cpuSeconds).padStart(9)} ${processName(row)}`;
  });
  return [...head, ...body].map((line) => `${line}\n`).join("");
}

/** The page of BusyBox. */
function devicePage(proc: Proc, lines: number): string {
  const memory = proc.world.memory();
  const head = `Mem: ${memory.total - memory.free}K used, ${memory.free}K free, ${memory.shared}K shrd, ${memory.buffers}K buff, ${memory.cached}K cached\nCPU:   0% usr   4% sys   0% nic  95% idle   0% io   0% irq   0% sirq\n  PID  PPID USER     STAT   VSZ %VSZ %CPU COMMAND\n`;
  const rows = processRows(proc).slice(0, Math.max(0, lines - 4));
  return (
    head +
    rows
      .map(
        (row) =>
          `${String(row.pid).padStart(5)} ${String(row.ppid).padStart(5)} ${row.user.padEnd(8)} ${row.stat.padEnd(4)} ${String(row.vsz).padStart(5)}   0%   0% ${row.command}\n`,
      )
      .join("")
  );
}

async function top(proc: Proc): Promise<number> {
  const once = proc.args.some((arg) => /^-?\w*[bn]/.test(arg));
  const { terminal } = proc;
  const make = proc.busybox ? devicePage : page;
  if (!terminal || !proc.init.stdout.isTerminal || once) {
    await proc.out(make(proc, once ? 1000 : 24));
    return 0;
  }
  const [open, close] = proc.busybox
    ? ["\x1b[H\x1b[J", "\n"]
    : ["\x1b[H\x1b[J\x1b[m", "\x1b[?12l\x1b[?25h\n"];
  for (;;) {
    await proc.out(open + make(proc, terminal.rows - 1));
    const key = await proc.key(EVERY_MS);
    if (key === null || key === "q" || key === "Q") break;
  }
  await proc.out(close);
  return 0;
}

/** The programs of this file. */
export const topPrograms = [program("top", top)];
