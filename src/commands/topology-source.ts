// Where a command takes a topology from: a file, standard input, or its name in the running install.

import { existsSync, readFileSync } from "node:fs";
import { DecnetError, systemErrorCode } from "../contract/errors.ts";
import { parseTopology } from "../topology/file.ts";
import type { Topology } from "../topology/model.ts";
import { nameSchema } from "../topology/model.ts";

/** Reads a topology; `-` is standard input. */
export function readTopologyFile(file: string): Topology {
  const source = file === "-" ? "standard input" : file;
  try {
    return parseTopology(readFileSync(file === "-" ? 0 : file, "utf8"), source);
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === undefined || cause instanceof DecnetError) throw cause;
    throw new DecnetError("not_found", `${source} can't be read (${code})`, { cause });
  }
}

/** Whether an argument can only be a name: no file is called so. */
export function isTopologyName(argument: string): boolean {
  return nameSchema.safeParse(argument).success && !existsSync(argument);
}
