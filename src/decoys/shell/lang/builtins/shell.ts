// Builtins of an interactive shell: history, hash, kill.

import type { Proc } from "../../run/proc.ts";
import type { Interpreter } from "../interpreter.ts";
import type { Streams } from "../redirect.ts";
import { receiveSignal, signalName } from "../signals.ts";
import { builtin } from "./builtin.ts";

async function history(proc: Proc, shell: Interpreter): Promise<number> {
  const [arg] = proc.args;
  if (arg === "-c") {
    shell.history.length = 0;
    return 0;
  }
  if (arg?.startsWith("-")) return 0;
  const most = arg !== undefined && /^[0-9]{1,6}$/.test(arg) ? Number(arg) : shell.history.length;
  const from = Math.max(0, shell.history.length - most);
  for (const [i, line] of shell.history.slice(from).entries())
    await proc.out(`${String(from + i + 1).padStart(5)}  ${line}\n`);
  return 0;
}

/** BusyBox's kill speaks in the shell's name alone. */
const said = (bash: boolean, text: string): string => (bash ? `kill: ${text}` : text);

const SIGNAL_LIST = ` 1) SIGHUP	 2) SIGINT	 3) SIGQUIT	 4) SIGILL	 5) SIGTRAP
 6) SIGABRT	 7) SIGBUS	 8) SIGFPE	 9) SIGKILL	10) SIGUSR1
11) SIGSEGV	12) SIGUSR2	13) SIGPIPE	14) SIGALRM	15) SIGTERM
`;

async function kill(proc: Proc, shell: Interpreter, streams: Streams): Promise<number> {
  const args = [...proc.args];
  if (args[0] === "-l") {
    await proc.out(SIGNAL_LIST);
    return 0;
  }
  const bash = shell.state.identity.dialect === "bash";
  let name: string | null = "TERM";
  if (args[0]?.startsWith("-")) {
    const signal =
      args[0] === "-s" || args[0] === "-n" ? (args.splice(0, 2)[1] ?? "") : (args.shift() ?? "").slice(1);
    name = signalName(signal, true);
    if (name === null) {
      await shell.complain(
        said(bash, bash ? `${signal}: invalid signal specification` : `bad signal name '${signal}'`),
      );
      return 1;
    }
  }
  if (args.length === 0) {
    await proc.err(
      bash
        ? "kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n"
        : "sh: you need to specify whom to kill\n",
    );
    return bash ? 2 : 1;
  }
  let status = 0;
  for (const text of args) {
    const job = text.startsWith("%") ? shell.jobs.find((one) => `%${one.number}` === text) : undefined;
    const pid = job?.pid ?? Number(text);
    if (pid === shell.state.pid) {
      await receiveSignal(shell, name, streams);
      continue;
    }
    const answer = proc.world.signal(pid, proc.user, proc.login.live);
    if (!Number.isInteger(pid))
      await shell.complain(
        said(bash, bash ? `${text}: arguments must be process or job IDs` : `invalid number '${text}'`),
      );
    else if (answer === "missing")
      await shell.complain(
        said(bash, bash ? `(${pid}) - No such process` : `can't kill pid ${pid}: No such process`),
      );
    else if (answer === "refused")
      await shell.complain(
        said(
          bash,
          bash ? `(${pid}) - Operation not permitted` : `can't kill pid ${pid}: Operation not permitted`,
        ),
      );
    else continue;
    status = 1;
  }
  return status;
}

export const shellBuiltins = [
  builtin("history", history, ["bash", "ash"]),
  builtin("hash", () => Promise.resolve(0)),
  builtin("kill", kill),
];
