// Builtins that steer: exit, return, break, eval, source, exec …

import { FunctionReturn, Killed, LoopJump, ShellExit } from "../../run/flow.ts";
import type { Proc } from "../../run/proc.ts";
import { errorTexts } from "../../vfs/node.ts";
import type { Interpreter } from "../interpreter.ts";
import { SOURCE_BYTES } from "../parser.ts";
import type { Streams } from "../redirect.ts";
import { builtin } from "./builtin.ts";

async function status(proc: Proc, shell: Interpreter): Promise<number> {
  const [text] = proc.args;
  if (text === undefined) return shell.state.status;
  if (/^[0-9]{1,9}$/.test(text)) return Number(text) & 255;
  const bash = shell.state.identity.dialect === "bash";
  await shell.complain(
    bash ? `${proc.name}: ${text}: numeric argument required` : `${proc.name}: Illegal number: ${text}`,
  );
  return 2;
}

const exit = async (proc: Proc, shell: Interpreter): Promise<number> => {
  throw new ShellExit(await status(proc, shell));
};

function jump(kind: "break" | "continue") {
  return (proc: Proc, shell: Interpreter): Promise<number> => {
    if (shell.state.depth === 0) return Promise.resolve(0);
    throw new LoopJump(kind, Math.max(1, Number(proc.args[0]) || 1));
  };
}

async function source(proc: Proc, shell: Interpreter, streams: Streams): Promise<number> {
  const [path, ...rest] = proc.args;
  const { dialect } = shell.state.identity;
  if (path === undefined) {
    if (dialect !== "bash") return 2;
    await shell.complain(
      `${proc.name}: filename argument required\n${proc.name}: usage: ${proc.name} filename [arguments]`,
    );
    return 2;
  }
  const text = proc.fs.readText(path, SOURCE_BYTES);
  if (!text.ok) {
    const why = errorTexts[text.code];
    await shell.complain(
      dialect === "bash"
        ? `${path}: ${why}`
        : dialect === "dash"
          ? `.: cannot open ${path}: ${why}`
          : `.: can't open '${path}': ${why}`,
    );
    return dialect === "bash" ? 1 : 2;
  }
  if (shell.state.returnable >= shell.budget.limits.depth * 4) throw new Killed();
  const { positional } = shell.state;
  if (rest.length > 0) shell.state.positional = rest;
  await shell.budget.step(4);
  shell.state.returnable++;
  try {
    return await shell.runSource(text.value, streams);
  } finally {
    shell.state.positional = positional;
    shell.state.returnable--;
  }
}

export const controlBuiltins = [
  builtin(":", () => Promise.resolve(0)),
  builtin("true", () => Promise.resolve(0)),
  builtin("false", () => Promise.resolve(1)),
  builtin("exit", exit),
  builtin("logout", exit, ["bash"]),
  builtin("return", async (proc, shell) => {
    if (shell.state.returnable === 0 && shell.state.identity.dialect === "bash") {
      await shell.complain("return: can only `return' from a function or sourced script");
      return 2;
    }
    throw new FunctionReturn(await status(proc, shell));
  }),
  builtin("break", jump("break")),
  builtin("continue", jump("continue")),
  builtin("eval", async (proc, shell, streams) => {
    await shell.budget.step(4);
    if (++shell.state.locals.length > shell.budget.limits.depth * 4) throw new ShellExit(2);
    shell.state.locals.length--;
    return shell.runSource(proc.args.join(" "), streams);
  }),
  builtin(".", source),
  builtin("source", source, ["bash", "ash"]),
  builtin("builtin", (proc, shell, streams) => shell.words(proc.args, streams, { functions: false }), [
    "bash",
  ]),
  builtin("exec", async (proc, shell, streams) => {
    if (proc.args.length === 0) return 0;
    const args = proc.args[0] === "-a" ? proc.args.slice(2) : proc.args;
    throw new ShellExit(await shell.words(args, streams, { functions: false }));
  }),
  builtin("times", async (proc) => {
    await proc.out("0m0.012s 0m0.008s\n0m0.021s 0m0.014s\n");
    return 0;
  }),
];
