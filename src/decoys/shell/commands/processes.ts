// What runs: ps, top, vmstat.

import type { Proc } from "../run/proc.ts";
import { program, timeParts } from "./options.ts";
import { processRows } from "./process-rows.ts";
import { uptimeLine } from "./resources.ts";

const started = (proc: Proc, at: number): string => {
  const time = timeParts(at);
  if (proc.now() - at < 86_400_000) return `${time.hour}:${time.minute}`;
  return time.month + time.day.padStart(2, "0");
};

async function ps(proc: Proc): Promise<number> {
  const rows = processRows(proc);
  if (proc.busybox) {
    await proc.out("  PID USER       VSZ STAT COMMAND\n");
    for (const row of rows)
      await proc.out(
        `${String(row.pid).padStart(5)} ${row.user.slice(0, 8).padEnd(8)}${(row.vsz === 0 ? "0" : String(row.vsz)).padStart(6)} ${row.stat.slice(0, 4).padEnd(4)} ${row.command}\n`,
      );
    return 0;
  }
  const flags = proc.args.join("").replace(/-/g, "");
  const bsd = flags.includes("u") && flags.includes("a");
  if (bsd) {
    await proc.out("USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n");
    const total = proc.world.memory().total;
    for (const row of rows) {
      const minutes = `${Math.floor(row.cpuSeconds / 60)}:${String(Math.floor(row.cpuSeconds % 60)).padStart(2, "0")}`;
      await proc.out(
        `${row.user.slice(0, 8).padEnd(8)} ${String(row.pid).padStart(7)}  0.0 ${((row.rss / total) * 100).toFixed(1).padStart(4)} ${String(row.vsz).padStart(6)} ${String(row.rss).padStart(5)} ${row.tty.padEnd(8)} ${row.stat.padEnd(4)} ${started(proc, row.startedAt)} ${minutes.padStart(6)} ${row.command}\n`,
      );
    }
    return 0;
  }
  const long = (seconds: number): string =>
    `00:${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  if (flags.includes("f")) {
    await proc.out("UID          PID    PPID  C STIME TTY          TIME CMD\n");
    for (const row of flags.includes("e") || flags.includes("A")
      ? rows
      : rows.filter((one) => proc.login.live.has(one.pid))) {
      await proc.out(
        `${row.user.slice(0, 8).padEnd(8)} ${String(row.pid).padStart(7)} ${String(row.ppid).padStart(7)}  0 ${started(proc, row.startedAt)} ${row.tty.padEnd(8)} ${long(row.cpuSeconds)} ${row.command}\n`,
      );
    }
    return 0;
  }
  await proc.out("    PID TTY          TIME CMD\n");
  for (const row of /[eAax]/.test(flags) ? rows : rows.filter((one) => proc.login.live.has(one.pid))) {
    await proc.out(
      `${String(row.pid).padStart(7)} ${row.tty.padEnd(8)} ${long(row.cpuSeconds)} ${row.command.replace(/^-/, "").split(" ")[0]?.split("/").pop() ?? ""}\n`,
    );
  }
  return 0;
}

async function top(proc: Proc): Promise<number> {
  const rows = processRows(proc);
  const memory = proc.world.memory();
  if (proc.busybox) {
    await proc.out(
      `Mem: ${memory.total - memory.free}K used, ${memory.free}K free, ${memory.shared}K shrd, ${memory.buffers}K buff, ${memory.cached}K cached\nCPU:   0% usr   4% sys   0% nic  95% idle   0% io   0% irq   0% sirq\n  PID  PPID USER     STAT   VSZ %VSZ %CPU COMMAND\n`,
    );
    for (const row of rows.slice(0, 20))
      await proc.out(
        `${String(row.pid).padStart(5)} ${String(row.ppid).padStart(5)} ${row.user.padEnd(8)} ${row.stat.padEnd(4)} ${String(row.vsz).padStart(5)}   0%   0% ${row.command}\n`,
      );
  } else {
    await proc.out(
      `top -${uptimeLine(proc)}Tasks: ${rows.length} total,   1 running, ${rows.length - 1} sleeping,   0 stopped,   0 zombie\n%Cpu(s):  0.3 us,  0.2 sy,  0.0 ni, 99.4 id,  0.1 wa,  0.0 hi,  0.0 si,  0.0 st\nMiB Mem : ${(memory.total / 1024).toFixed(1).padStart(8)} total, ${(memory.free / 1024).toFixed(1).padStart(8)} free, ${(memory.used / 1024).toFixed(1).padStart(8)} used, ${((memory.buffers + memory.cached) / 1024).toFixed(1).padStart(8)} buff/cache\n\n    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n`,
    );
    for (const row of rows.slice(0, 20))
      await proc.out(
        `${String(row.pid).padStart(7)} ${row.user.slice(0, 8).padEnd(8)}  20   0 ${String(row.vsz).padStart(7)} ${String(row.rss).padStart(6)} ${String(Math.floor(row.rss * 0.7)).padStart(6)} S   0.0 ${((row.rss / memory.total) * 100).toFixed(1).padStart(5)}   0:00.0${row.pid % 10} ${row.command.split(" ")[0]?.split("/").pop() ?? ""}\n`,
      );
  }
  if (proc.terminal && !proc.args.includes("-n") && !proc.args.some((arg) => arg.includes("b"))) {
    for (let i = 0; i < 1200; i++) await proc.sleep(3000);
  }
  return 0;
}

async function vmstat(proc: Proc): Promise<number> {
  const memory = proc.world.memory();
  await proc.out(
    `procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----\n r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st\n 0  0      0 ${memory.free} ${memory.buffers} ${memory.cached}    0    0     2     7   31   58  0  0 99  0  0\n`,
  );
  return 0;
}

/** The programs of this file. */
export const processPrograms = [program("ps", ps), program("top", top), program("vmstat", vmstat)];
