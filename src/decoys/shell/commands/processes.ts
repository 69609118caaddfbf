// Processes: ps, top, pidof, kill and its kin, sleep, nohup, timeout.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { parseOptions, program, quoted as quote, timeParts } from "./options.ts";
import { uptimeLine } from "./resources.ts";

interface Row {
  readonly pid: number;
  readonly ppid: number;
  readonly user: ByteString;
  readonly vsz: number;
  readonly rss: number;
  readonly stat: string;
  readonly tty: ByteString;
  readonly startedAt: number;
  readonly cpuSeconds: number;
  readonly command: ByteString;
}

/** All processes: the machine's and this login's. */
function rowsOf(proc: Proc): Row[] {
  const { world, login } = proc;
  const base = world.processes.map((one) => ({
    ...one,
    tty: one.command.includes("agetty") ? "tty1" : "?",
    startedAt: world.persona.bootedAt + one.startedAfter * 1000,
  }));
  const live = [...login.live.values()].map((one) => ({
    ...one,
    ppid: Math.max(1, one.pid - 1),
    vsz: proc.busybox ? 1_092 : 11_084,
    rss: proc.busybox ? 604 : 4_352,
    stat: one.pid === proc.pid ? "R+" : "S",
    cpuSeconds: 0,
  }));
  return [...base, ...live].sort((a, b) => a.pid - b.pid);
}

const started = (proc: Proc, at: number): string => {
  const time = timeParts(at);
  if (proc.now() - at < 86_400_000) return `${time.hour}:${time.minute}`;
  return time.month + time.day.padStart(2, "0");
};

async function ps(proc: Proc): Promise<number> {
  const rows = rowsOf(proc);
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
  const rows = rowsOf(proc);
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

const nameOf = (row: Row): ByteString =>
  row.command
    .replace(/^\[|\]$/g, "")
    .replace(/^-/, "")
    .split(" ")[0]
    ?.replace(/:$/, "")
    .split("/")
    .pop() ?? "";

async function pidof(proc: Proc): Promise<number> {
  const found = rowsOf(proc)
    .filter((row) => proc.args.includes(nameOf(row)))
    .map((row) => row.pid);
  if (found.length > 0) await proc.out(`${found.reverse().join(" ")}\n`);
  return found.length > 0 ? 0 : 1;
}

async function pgrep(proc: Proc): Promise<number> {
  const full = proc.args.some((arg) => /^-\w*f/.test(arg));
  const [pattern = ""] = proc.args.filter((arg) => !arg.startsWith("-"));
  if (pattern === "") return proc.fail("no matching criteria specified", 2);
  const found = rowsOf(proc).filter(
    (row) => row.pid !== proc.pid && (full ? row.command : nameOf(row)).includes(pattern),
  );
  if (proc.name !== "pkill") for (const row of found) await proc.out(`${row.pid}\n`);
  else {
    for (const row of found) {
      if (proc.world.signal(row.pid, proc.user, proc.login.live) === "refused")
        await proc.fail(`killing pid ${row.pid} failed: Operation not permitted`);
    }
  }
  return found.length > 0 ? 0 : 1;
}

async function killall(proc: Proc): Promise<number> {
  let status = 0;
  for (const name of proc.args.filter((arg) => !arg.startsWith("-"))) {
    const found = rowsOf(proc).filter((row) => nameOf(row) === name && row.pid !== proc.pid);
    if (found.length > 0) continue;
    if (!proc.args.includes("-q"))
      await proc.err(
        `${proc.busybox ? "killall: " : ""}${name}: no process ${proc.busybox ? "killed" : "found"}\n`,
      );
    status = 1;
  }
  return status;
}

function seconds(text: ByteString): number | null {
  const match = /^([0-9]{1,9}(?:\.[0-9]{1,9})?)([smhd]?)$/.exec(text);
  if (!match) return null;
  return Number(match[1]) * ({ "": 1, s: 1, m: 60, h: 3600, d: 86_400 }[match[2] ?? ""] ?? 1);
}

async function sleep(proc: Proc): Promise<number> {
  let total = 0;
  if (proc.args.length === 0) {
    await proc.err(
      proc.busybox
        ? `${proc.world.busyboxBanner} multi-call binary\n\nUsage: sleep [N]...\n`
        : "sleep: missing operand\nTry 'sleep --help' for more information.\n",
    );
    return 1;
  }
  for (const arg of proc.args) {
    const value = seconds(arg);
    if (value === null) {
      if (proc.busybox) return proc.fail(`invalid number '${arg}'`);
      await proc.err(
        `sleep: invalid time interval ${quote(proc, arg)}\nTry 'sleep --help' for more information.\n`,
      );
      return 1;
    }
    total += value;
  }
  await proc.sleep(Math.min(total * 1000, 2 ** 31 - 1));
  return 0;
}

async function nohup(proc: Proc): Promise<number> {
  if (proc.args.length === 0) {
    await proc.err("nohup: missing operand\nTry 'nohup --help' for more information.\n");
    return 125;
  }
  if (proc.init.stdout.isTerminal)
    await proc.err(
      proc.busybox
        ? "nohup: appending output to nohup.out\n"
        : "nohup: ignoring input and appending output to 'nohup.out'\n",
    );
  return spawnOr(proc, proc.args);
}

/** Runs a command for a wrapper, which says itself when it is not there. */
export async function spawnOr(
  proc: Proc,
  argv: readonly ByteString[],
  changes: Parameters<Proc["spawn"]>[1] = {},
): Promise<number> {
  const { findCommand } = await import("../run/kernel.ts");
  const found = findCommand(argv[0] ?? "", { ...proc.init, ...changes });
  if (found.kind === "program") return proc.spawn(argv, changes);
  const why = found.kind === "missing" ? "No such file or directory" : "Permission denied";
  const quoted =
    proc.busybox && proc.name !== "xargs"
      ? `can't execute '${argv[0]}'`
      : proc.name === "nohup" || proc.name === "timeout"
        ? `failed to run command ${quote(proc, argv[0] ?? "")}`
        : `'${argv[0]}'`;
  return proc.fail(
    `${proc.name === "xargs" ? argv[0] : quoted}: ${why}`,
    found.kind === "missing" ? 127 : 126,
  );
}

async function timeout(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, { short: "s:k:t:v", inOrder: true });
  if (typeof options === "number") return 125;
  const [limit = "", ...argv] = options.has("t") ? [options.value("t") ?? "", ...options.rest] : options.rest;
  const value = seconds(limit);
  if (options.rest.length === 0) {
    await proc.err("Try 'timeout --help' for more information.\n");
    return 125;
  }
  if (value === null || argv.length === 0)
    return proc.fail(value === null ? `invalid time interval ${quote(proc, limit)}` : "missing operand", 125);
  return spawnOr(proc, argv);
}

async function vmstat(proc: Proc): Promise<number> {
  const memory = proc.world.memory();
  await proc.out(
    `procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----\n r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st\n 0  0      0 ${memory.free} ${memory.buffers} ${memory.cached}    0    0     2     7   31   58  0  0 99  0  0\n`,
  );
  return 0;
}

/** The programs of this file. */
export const processPrograms = [
  program("ps", ps),
  program("top", top),
  program("pidof", pidof),
  program("pgrep", pgrep),
  program("pkill", pgrep),
  program("killall", killall),
  program("sleep", sleep),
  program("usleep", async (proc) => {
    await proc.sleep(Math.min(Number(proc.args[0]) / 1000 || 0, 3_600_000));
    return 0;
  }),
  program("nohup", nohup),
  program("setsid", (proc) =>
    spawnOr(
      proc,
      proc.args.filter((arg) => arg !== "-f" && arg !== "-w"),
    ),
  ),
  program("nice", (proc) => spawnOr(proc, proc.args[0] === "-n" ? proc.args.slice(2) : proc.args)),
  program("timeout", timeout),
  program("vmstat", vmstat),
];
