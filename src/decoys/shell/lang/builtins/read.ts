// read: a line of input to variables.

import type { Proc } from "../../run/proc.ts";
import type { ByteString } from "../../shell.ts";
import type { Interpreter } from "../interpreter.ts";
import { builtin } from "./builtin.ts";

async function read(proc: Proc, shell: Interpreter): Promise<number> {
  const names: ByteString[] = [];
  let raw = false;
  let secret = false;
  let prompt = "";
  for (let i = 0; i < proc.args.length; i++) {
    const arg = proc.args[i] ?? "";
    if (arg === "-p") prompt = proc.args[++i] ?? "";
    else if (/^-[ntdua]$/.test(arg)) i++;
    else if (/^-[rs]{1,2}p?$/.test(arg)) {
      raw ||= arg.includes("r");
      secret ||= arg.includes("s");
      if (arg.endsWith("p")) prompt = proc.args[++i] ?? "";
    } else names.push(arg);
  }
  const interactive = proc.terminal !== null && proc.stdin.isTerminal;
  if (interactive && prompt !== "" && !secret) await proc.err(prompt);
  const typed = interactive && secret ? await proc.terminal?.readSecret(prompt) : await proc.stdin.line();
  if (typed === null || typed === undefined) {
    for (const name of names) shell.state.set(name, "");
    return 1;
  }
  const ended = secret || typed.endsWith("\n");
  const line = typed.replace(/\n$/, "");
  setFields(shell, names.length === 0 ? ["REPLY"] : names, raw ? line : line.replace(/\\([\s\S])/g, "$1"));
  return ended ? 0 : 1;
}

function setFields(shell: Interpreter, names: readonly ByteString[], line: ByteString): void {
  const ifs = shell.state.get("IFS") ?? " \t\n";
  const isBreak = (char: string): boolean => char !== "" && ifs.includes(char);
  let at = 0;
  for (const [i, name] of names.entries()) {
    while (isBreak(line.charAt(at)) && line.charAt(at).trim() === "") at++;
    let end = at;
    if (i === names.length - 1) {
      end = line.length;
      while (end > at && isBreak(line.charAt(end - 1)) && line.charAt(end - 1).trim() === "") end--;
    } else while (end < line.length && !isBreak(line.charAt(end))) end++;
    shell.state.set(name, line.slice(at, end));
    at = end + 1;
  }
}

export const readBuiltins = [builtin("read", read)];
