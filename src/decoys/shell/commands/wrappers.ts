// Programs that wait or run another program: sleep, timeout, nohup, nice, setsid.
// What they run is bounded by the command line's own budget.

import type { Proc } from "../run/proc.ts";
import { stoppedInput } from "../run/streams.ts";
import type { ByteString } from "../shell.ts";
import { parseOptions, program, quoted as quote } from "./options.ts";

function seconds(text: ByteString): number | null {
  if (/^inf(?:inity)?$/i.test(text)) return 1e9;
  const match = /^(\.[0-9]{1,9}|[0-9]{1,9}(?:\.[0-9]{0,9})?)([smhd]?)$/.exec(text);
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
        : quote(proc, argv[0] ?? "");
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
    return proc.fail(
      value === null
        ? `invalid time interval ${quote(proc, limit)}${proc.busybox ? "" : "\nTry 'timeout --help' for more information."}`
        : "missing operand",
      125,
    );
  const signal = (options.value("s") ?? "TERM").toUpperCase().replace(/^SIG/, "");
  const cut = signal === "KILL" || signal === "9" ? 137 : proc.busybox ? 143 : 124;
  return value === 0 ? spawnOr(proc, argv) : limited(proc, argv, { ms: value * 1000, cut });
}

/** Runs a command that is ended after some time, with the status `cut`. */
async function limited(
  proc: Proc,
  argv: readonly ByteString[],
  { ms, cut }: { readonly ms: number; readonly cut: number },
): Promise<number> {
  const budget = proc.budget.process();
  const { clock } = proc.login.session;
  // A command that does not run in the foreground is stopped when it reads the terminal.
  const stdin = proc.stdin.isTerminal ? stoppedInput(budget.signal) : proc.stdin;
  const run = spawnOr(proc, argv, { budget, stdin });
  const waiting = proc.budget.process();
  const over = clock.sleep(Math.min(ms, 2 ** 31 - 1), waiting.signal).then(() => {
    proc.budget.check();
    budget.interrupt();
    return cut;
  });
  // What waits for another process ends only when that answers; nobody waits for it.
  run.catch(() => undefined);
  try {
    const status = await Promise.race([run, over]);
    over.catch(() => undefined);
    return status;
  } finally {
    waiting.interrupt();
    waiting.close();
    budget.close();
  }
}

/** The programs of this file. */
export const wrapperPrograms = [
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
];
