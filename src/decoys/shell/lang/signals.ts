// Signals of a shell: their names and numbers (Linux, signal(7)), and what one does that a shell is sent.

import { ShellExit } from "../run/flow.ts";
import type { ByteString } from "../shell.ts";
import type { Interpreter } from "./interpreter.ts";
import type { Streams } from "./redirect.ts";

const NAMES: readonly string[] = (
  "EXIT HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU " +
  "URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS"
).split(" ");
/** What bash can trap besides signals. */
const EVENTS = ["DEBUG", "ERR", "RETURN"];
const HARMLESS = new Set(["EXIT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "WINCH"]);

/** The name without SIG of a signal that was given by name or number, or null. */
export function signalName(text: ByteString, bash: boolean): string | null {
  if (/^[0-9]{1,2}$/.test(text)) return NAMES[Number(text)] ?? null;
  const name = text.toUpperCase().replace(bash ? /^SIG/ : /^$/, "");
  return NAMES.includes(name) || (bash && EVENTS.includes(name)) ? name : null;
}

/** Its place in lists: signals by number, then what is no signal. */
export function signalOrder(name: string): number {
  const at = NAMES.indexOf(name);
  return at < 0 ? NAMES.length + EVENTS.indexOf(name) : at;
}

/** Runs what `trap` set for a signal or event, and leaves `$?` as it was. False when nothing is set. */
export async function runTrap(shell: Interpreter, name: string, streams: Streams): Promise<boolean> {
  const source = shell.state.traps.get(name);
  if (source === undefined) return false;
  if (source === "" || shell.state.trapping) return true;
  const { status } = shell.state;
  shell.state.trapping = true;
  try {
    await shell.runSource(source, streams);
  } finally {
    shell.state.trapping = false;
  }
  shell.state.status = status;
  return true;
}

/** A signal that the shell itself is sent: its trap, or its end. Throws ShellExit. */
export async function receiveSignal(shell: Interpreter, name: string, streams: Streams): Promise<void> {
  if (name === "KILL") shell.state.traps.clear();
  else if (await runTrap(shell, name, streams)) return;
  if (HARMLESS.has(name)) return;
  if (shell.state.identity.mode === "interactive" && name !== "KILL" && name !== "HUP") return;
  throw new ShellExit(128 + NAMES.indexOf(name));
}
