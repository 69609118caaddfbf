// Declarations: declare, typeset, local, and what `declare -p` shows of a variable.
// A list behind a name has been assigned before these run.

import type { Proc } from "../../run/proc.ts";
import type { ByteString } from "../../shell.ts";
import { arithmetic } from "../expand.ts";
import type { Interpreter } from "../interpreter.ts";
import type { Variable } from "../state.ts";
import { tableEntries } from "../table.ts";
import { assignEach } from "./assign-each.ts";
import { builtin } from "./builtin.ts";

const quote = (value: ByteString): ByteString => `"${value.replace(/[\\"$`]/g, "\\$&")}"`;
const key = (text: ByteString): ByteString => (/^[\w./:@%+,-]{1,4096}$/.test(text) ? text : quote(text));

/** A variable as `declare -p` prints it. */
function declaration(name: string, variable: Variable): ByteString {
  const kind = variable.table ? "A" : variable.items ? "a" : "";
  const flags = `${kind}${variable.readonly ? "r" : ""}${variable.exported ? "x" : ""}` || "-";
  if (variable.table) {
    const entries = tableEntries(variable.table).map(([one, value]) => `[${key(one)}]=${quote(value)} `);
    return `declare -${flags} ${name}=(${entries.join("")})\n`;
  }
  if (!variable.items) return `declare -${flags} ${name}=${quote(variable.value)}\n`;
  const items = variable.items.flatMap((item, i) => (item === undefined ? [] : [`[${i}]=${quote(item)}`]));
  return `declare -${flags} ${name}=(${items.join(" ")})\n`;
}

async function show(proc: Proc, shell: Interpreter, names: readonly ByteString[]): Promise<number> {
  let status = 0;
  for (const name of names.length > 0 ? names : [...shell.state.vars.keys()].sort()) {
    await shell.budget.step();
    const variable = shell.state.vars.get(name);
    if (variable) await proc.out(declaration(name, variable));
    else {
      await shell.complain(`${proc.name}: ${name}: not found`);
      status = 1;
    }
  }
  return status;
}

/** Makes names local to the function that runs. */
function makeLocal(shell: Interpreter, names: readonly ByteString[]): void {
  const frame = shell.state.locals.at(-1);
  if (!frame) return;
  for (const name of names) {
    if (frame.has(name)) continue;
    frame.set(name, shell.state.vars.get(name));
    shell.state.unset(name);
  }
}

const nameOf = (word: ByteString): string => word.split("=", 1)[0] ?? "";

async function declare(proc: Proc, shell: Interpreter): Promise<number> {
  const flags = proc.args.filter((arg) => /^[-+][A-Za-z]/.test(arg)).join("");
  const words = proc.args.filter((arg) => !/^[-+]/.test(arg));
  if (shell.state.locals.length === 0 && proc.name === "local") {
    const bash = shell.state.identity.dialect === "bash";
    await shell.complain(bash ? "local: can only be used in a function" : "local: not in a function");
    return 1;
  }
  if (/[fF]/.test(flags)) return words.every((name) => shell.state.functions.has(name)) ? 0 : 1;
  if (flags.includes("p")) return show(proc, shell, words);
  if (!flags.includes("g")) makeLocal(shell, words.map(nameOf));
  for (const word of words) {
    if (flags.includes("A") && !word.includes("=")) shell.state.declareTable(word);
    else if (/[rx]/.test(flags) && !word.includes("=")) await mark(proc, shell, { word, flags });
  }
  const args: ByteString[] = [];
  for (const word of words.filter((one) => one.includes("="))) {
    const text = word.slice(word.indexOf("=") + 1);
    const value = flags.includes("i")
      ? String(await arithmetic([{ kind: "text", text, quoted: true }], shell))
      : text;
    args.push(`${nameOf(word)}=${value}`);
  }
  return assignEach(proc, shell, {
    args,
    readonly: flags.includes("r"),
    ...(flags.includes("x") ? { exported: !flags.includes("+x") } : {}),
  });
}

/** Gives a variable that is there already other marks. */
async function mark(
  proc: Proc,
  shell: Interpreter,
  at: { readonly word: ByteString; readonly flags: string },
): Promise<void> {
  const old = shell.state.vars.get(at.word);
  if (!old) {
    await assignEach(proc, shell, { args: [at.word], readonly: at.flags.includes("r") });
    return;
  }
  shell.state.vars.set(at.word, {
    ...old,
    readonly: old.readonly || at.flags.includes("r"),
    exported: at.flags.includes("x") ? !at.flags.includes("+x") : old.exported,
  });
}

export const declareBuiltins = [
  builtin("declare", declare, ["bash"]),
  builtin("typeset", declare, ["bash"]),
  builtin("local", declare),
];
