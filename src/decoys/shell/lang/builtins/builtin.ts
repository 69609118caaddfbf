// What a builtin is: a command that acts on the shell itself.

import type { Proc } from "../../run/proc.ts";
import type { Dialect } from "../dialect.ts";
import type { Interpreter } from "../interpreter.ts";
import type { Streams } from "../redirect.ts";

/** A builtin and the shells that have it. */
export interface Builtin {
  readonly name: string;
  readonly dialects: readonly Dialect[];
  readonly run: (proc: Proc, shell: Interpreter, streams: Streams) => Promise<number>;
}

const ALL: readonly Dialect[] = ["bash", "dash", "ash"];

/** Declares a builtin, of all shells unless told. */
export function builtin(name: string, run: Builtin["run"], dialects: readonly Dialect[] = ALL): Builtin {
  return Object.freeze({ name, dialects, run });
}
