// `name=value` operands of export, readonly and declare.
// Complains of what is no name and of what is read-only.

import type { Proc } from "../../run/proc.ts";
import type { ByteString } from "../../shell.ts";
import type { Interpreter } from "../interpreter.ts";

const NAME = /^[A-Za-z_]\w{0,255}$/;

/** Runs such operands; the status says whether all were taken. */
export async function assignEach(
  proc: Proc,
  shell: Interpreter,
  at: { args: readonly ByteString[]; exported?: boolean; readonly: boolean },
): Promise<number> {
  let status = 0;
  for (const arg of at.args) {
    const eq = arg.indexOf("=");
    const name = eq < 0 ? arg : arg.slice(0, eq);
    if (!NAME.test(name)) {
      await shell.complain(
        shell.state.identity.dialect === "bash"
          ? `${proc.name}: \`${arg}': not a valid identifier`
          : `${proc.name}: ${name}: bad variable name`,
      );
      status = 1;
      continue;
    }
    const value = eq < 0 ? (shell.state.get(name) ?? "") : arg.slice(eq + 1);
    if (!shell.state.set(name, value, at.exported)) {
      await shell.complain(`${name}: readonly variable`);
      status = 1;
    } else if (at.readonly) {
      const variable = shell.state.vars.get(name);
      if (variable) shell.state.vars.set(name, { ...variable, readonly: true });
    }
  }
  return status;
}
