// Asking for the password of an account. What was typed is recorded; the machine judges it.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";

/** Asks for a password up to `tries` times; what was typed is judged and recorded. */
export async function askPassword(proc: Proc, prompt: ByteString, name: ByteString): Promise<boolean> {
  const secret =
    proc.terminal && proc.stdin.isTerminal
      ? await proc.terminal.readSecret(prompt)
      : ((await proc.stdin.line(256))?.replace(/\n$/, "") ?? null);
  if (secret === null) return false;
  const accepted = proc.login.admits(name, secret);
  proc.login.recordSecret(name, secret, accepted);
  if (!accepted) await proc.sleep(2000);
  return accepted;
}
