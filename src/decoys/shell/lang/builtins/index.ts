// The builtins: the only list of them.

import type { Builtin } from "./builtin.ts";
import { controlBuiltins } from "./control.ts";
import { declareBuiltins } from "./declare.ts";
import { enableBuiltins } from "./enable.ts";
import { jobBuiltins } from "./jobs.ts";
import { locateBuiltins } from "./locate.ts";
import { outputBuiltins } from "./output.ts";
import { readBuiltins } from "./read.ts";
import { shellBuiltins } from "./shell.ts";
import { trapBuiltins } from "./trap.ts";
import { variableBuiltins } from "./variables.ts";

export type { Builtin } from "./builtin.ts";

/** By name. */
export const builtins: ReadonlyMap<string, Builtin> = new Map(
  [
    ...controlBuiltins,
    ...declareBuiltins,
    ...enableBuiltins,
    ...jobBuiltins,
    ...locateBuiltins,
    ...readBuiltins,
    ...trapBuiltins,
    ...outputBuiltins,
    ...shellBuiltins,
    ...variableBuiltins,
  ].map((one) => [one.name, one]),
);
