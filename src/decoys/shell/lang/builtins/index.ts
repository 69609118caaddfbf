// The builtins: the only list of them.

import type { Builtin } from "./builtin.ts";
import { controlBuiltins } from "./control.ts";
import { outputBuiltins } from "./output.ts";
import { shellBuiltins } from "./shell.ts";
import { variableBuiltins } from "./variables.ts";

export type { Builtin } from "./builtin.ts";

/** By name. */
export const builtins: ReadonlyMap<string, Builtin> = new Map(
  [...controlBuiltins, ...outputBuiltins, ...shellBuiltins, ...variableBuiltins].map((one) => [
    one.name,
    one,
  ]),
);
