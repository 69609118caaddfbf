// find and which. Walks are bounded; what find runs counts against the command line's budget.

import { findCommand } from "../run/kernel.ts";
import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { parseFind, type Steering } from "./find-expression.ts";
import { FindFault } from "./find-tests.ts";
import { program } from "./options.ts";
import { walk } from "./walk.ts";

async function find(proc: Proc): Promise<number> {
  const args = proc.args.filter((arg, i) => i > 3 || !/^-(?:[LHP]|O[0-9])$/.test(arg));
  const first = args.findIndex((arg) => /^-.|^[(!,]/.test(arg));
  const roots: readonly ByteString[] = first < 0 ? args : args.slice(0, first);
  const paths = roots.length === 0 ? ["."] : roots;
  try {
    const plan = parseFind(proc, first < 0 ? [] : args.slice(first), paths);
    const status = await walk(proc, paths, {
      depth: plan.maxDepth,
      childrenFirst: plan.childrenFirst,
      visit: async (file) => {
        if (file.depth < plan.minDepth) return undefined;
        const steering: Steering = { prune: false, stop: false };
        await plan.node(file, steering);
        return steering.stop ? "stop" : steering.prune ? "prune" : undefined;
      },
    });
    return (await plan.finish()) === 0 ? status : 1;
  } catch (error) {
    if (!(error instanceof FindFault)) throw error;
    return proc.fail(error.message);
  }
}

async function which(proc: Proc): Promise<number> {
  let status = 0;
  for (const name of proc.args.filter((arg) => !arg.startsWith("-"))) {
    const found = findCommand(name, proc.init);
    if (found.kind === "program") await proc.out(`${found.path}\n`);
    else status = 1;
  }
  return status;
}

/** The programs of this file. */
export const findPrograms = [program("find", find), program("which", which)];
