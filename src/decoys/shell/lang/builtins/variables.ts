// Builtins over variables and options: set, export, unset, shift, alias, umask, ulimit …

import type { Proc } from "../../run/proc.ts";
import type { ByteString } from "../../shell.ts";
import { arithmetic } from "../expand.ts";
import type { Interpreter } from "../interpreter.ts";
import { assignEach } from "./assign-each.ts";
import { builtin } from "./builtin.ts";

const quote = (value: ByteString): ByteString => `'${value.replaceAll("'", "'\\''")}'`;

async function exported(proc: Proc, shell: Interpreter): Promise<number> {
  const bash = shell.state.identity.dialect === "bash";
  const args = proc.args.filter((arg) => arg !== "-p" && arg !== "-n");
  if (args.length === 0) {
    for (const [name, variable] of [...shell.state.vars].sort()) {
      if (!variable.exported) continue;
      await proc.out(
        bash ? `declare -x ${name}="${variable.value}"\n` : `export ${name}=${quote(variable.value)}\n`,
      );
    }
    return 0;
  }
  return assignEach(proc, shell, { args, exported: !proc.args.includes("-n"), readonly: false });
}

async function unset(proc: Proc, shell: Interpreter): Promise<number> {
  const functions = proc.args[0] === "-f";
  for (const name of proc.args.filter((arg) => !arg.startsWith("-"))) {
    const item = /^([A-Za-z_]\w{0,255})\[([\s\S]{1,4096})\]$/.exec(name);
    if (functions || (shell.state.get(name) === undefined && shell.state.functions.has(name)))
      shell.state.functions.delete(name);
    else if (!(item ? shell.state.unsetItem(item[1] ?? "", item[2] ?? "") : shell.state.unset(name))) {
      await shell.complain(`unset: ${name}: cannot unset: readonly variable`);
      return 1;
    }
  }
  return 0;
}

const LONG_OPTIONS = new Map([
  ["errexit", "e"],
  ["nounset", "u"],
  ["xtrace", "x"],
  ["noglob", "f"],
  ["allexport", "a"],
  ["pipefail", "pipefail"],
]);

async function set(proc: Proc, shell: Interpreter): Promise<number> {
  if (proc.args.length === 0) {
    for (const [name, variable] of [...shell.state.vars].sort())
      await proc.out(
        `${name}=${/^[\w./:@%+,-]*$/.test(variable.value) ? variable.value : quote(variable.value)}\n`,
      );
    return 0;
  }
  for (let i = 0; i < proc.args.length; i++) {
    const arg = proc.args[i] ?? "";
    if (arg === "--" || !/^[-+]/.test(arg)) {
      shell.state.positional = proc.args.slice(arg === "--" ? i + 1 : i);
      return 0;
    }
    const on = arg.startsWith("-");
    const flags = arg.slice(1) === "o" ? [LONG_OPTIONS.get(proc.args[++i] ?? "") ?? ""] : [...arg.slice(1)];
    for (const flag of flags) {
      if (on) shell.state.options.add(flag);
      else shell.state.options.delete(flag);
    }
    if (shell.state.options.size > 64) shell.state.options.clear();
  }
  return 0;
}

async function shift(proc: Proc, shell: Interpreter): Promise<number> {
  const by = Number(proc.args[0] ?? 1);
  if (by > shell.state.positional.length) {
    if (shell.state.identity.dialect === "dash") await shell.complain("shift: can't shift that many");
    return 1;
  }
  shell.state.positional = shell.state.positional.slice(by);
  return 0;
}

async function alias(proc: Proc, shell: Interpreter): Promise<number> {
  const bash = shell.state.identity.dialect === "bash";
  const show = (name: ByteString, value: ByteString): Promise<void> =>
    proc.out(`${bash ? "alias " : ""}${name}=${quote(value)}\n`);
  if (proc.args.length === 0)
    for (const [name, value] of [...shell.state.aliases].sort()) await show(name, value);
  for (const arg of proc.args) {
    const eq = arg.indexOf("=");
    const value = shell.state.aliases.get(arg);
    if (eq > 0 && shell.state.aliases.size < 256)
      shell.state.aliases.set(arg.slice(0, eq), arg.slice(eq + 1, eq + 1024));
    else if (value !== undefined) await show(arg, value);
    else {
      await shell.complain(`alias: ${arg}${bash ? ": not found" : " not found"}`);
      return 1;
    }
  }
  return 0;
}

async function umask(proc: Proc, shell: Interpreter): Promise<number> {
  const [mask] = proc.args;
  if (mask === undefined) await proc.out(`${shell.state.umask.toString(8).padStart(4, "0")}\n`);
  else if (/^[0-7]{1,4}$/.test(mask)) shell.state.umask = Number.parseInt(mask, 8) & 0o777;
  return 0;
}

async function ulimit(proc: Proc): Promise<number> {
  const [flag = "-f", value] = proc.args;
  if (value !== undefined) return 0;
  const values = new Map([
    ["-n", "1024"],
    ["-u", String(Math.floor(proc.world.persona.hardware.memoryKib / 128))],
    ["-s", "8192"],
    ["-c", "0"],
  ]);
  if (flag !== "-a") await proc.out(`${values.get(flag) ?? "unlimited"}\n`);
  else {
    const rows = [
      ["core file size              (blocks, -c) ", "0"],
      ["data seg size               (kbytes, -d) ", "unlimited"],
      ["file size                   (blocks, -f) ", "unlimited"],
      ["open files                          (-n) ", "1024"],
      ["stack size                  (kbytes, -s) ", "8192"],
      ["max user processes                  (-u) ", values.get("-u") ?? ""],
    ];
    for (const [label, text] of rows) await proc.out(`${label}${text}\n`);
  }
  return 0;
}

export const variableBuiltins = [
  builtin("export", exported),
  builtin("readonly", (proc, shell) =>
    assignEach(proc, shell, { args: proc.args.filter((arg) => !arg.startsWith("-")), readonly: true }),
  ),
  builtin("unset", unset),
  builtin("set", set),
  builtin("shift", shift),
  builtin("alias", alias),
  builtin("unalias", async (proc, shell) => {
    for (const name of proc.args) {
      if (name === "-a") shell.state.aliases.clear();
      else shell.state.aliases.delete(name);
    }
    return 0;
  }),
  builtin("umask", umask),
  builtin("ulimit", ulimit),
  builtin("shopt", () => Promise.resolve(0), ["bash"]),
  builtin("getopts", () => Promise.resolve(1)),
  builtin(
    "let",
    async (proc, shell) => {
      let last = 0n;
      for (const text of proc.args) last = await arithmetic([{ kind: "text", text, quoted: true }], shell);
      return last === 0n ? 1 : 0;
    },
    ["bash", "ash"],
  ),
];
