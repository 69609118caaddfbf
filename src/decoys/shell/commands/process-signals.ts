// Processes by name: pidof, pgrep, pkill, killall.

import type { Proc } from "../run/proc.ts";
import { program } from "./options.ts";
import { processName, processRows } from "./process-rows.ts";

async function pidof(proc: Proc): Promise<number> {
  const found = processRows(proc)
    .filter((row) => proc.args.includes(processName(row)))
    .map((row) => row.pid);
  if (found.length > 0) await proc.out(`${found.reverse().join(" ")}\n`);
  return found.length > 0 ? 0 : 1;
}

async function pgrep(proc: Proc): Promise<number> {
  const full = proc.args.some((arg) => /^-\w*f/.test(arg));
  const [pattern = ""] = proc.args.filter((arg) => !arg.startsWith("-"));
  if (pattern === "") return proc.fail("no matching criteria specified", 2);
  const found = processRows(proc).filter(
    (row) => row.pid !== proc.pid && (full ? row.command : processName(row)).includes(pattern),
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
    const found = processRows(proc).filter((row) => processName(row) === name && row.pid !== proc.pid);
    if (found.length > 0) continue;
    if (!proc.args.includes("-q"))
      await proc.err(
        `${proc.busybox ? "killall: " : ""}${name}: no process ${proc.busybox ? "killed" : "found"}\n`,
      );
    status = 1;
  }
  return status;
}

/** The programs of this file. */
export const signalPrograms = [
  program("pidof", pidof),
  program("pgrep", pgrep),
  program("pkill", pgrep),
  program("killall", killall),
];
