// What find does to files: runs programs for them, or removes them.
// At most 4,096 paths are gathered before `-exec … +` runs.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { errorTexts } from "../vfs/node.ts";
import { quoted } from "./options.ts";
import type { Visited } from "./walk.ts";
import { spawnOr } from "./wrappers.ts";

const GATHERED = 4096;

/** `-exec … ;`: true when the program ends well. */
export function runEach(proc: Proc, words: readonly ByteString[]): (file: Visited) => Promise<boolean> {
  return async ({ path }) =>
    (await spawnOr(
      proc,
      words.map((word) => word.replaceAll("{}", path)),
    )) === 0;
}

/** `-exec … +`: gathers paths; `run` gives the status of the program for those that are left. */
export function gather(
  proc: Proc,
  words: readonly ByteString[],
): { readonly add: (file: Visited) => Promise<boolean>; readonly run: () => Promise<number> } {
  const paths: ByteString[] = [];
  const run = (): Promise<number> =>
    paths.length === 0 ? Promise.resolve(0) : spawnOr(proc, [...words, ...paths.splice(0)]);
  const add = async (file: Visited): Promise<boolean> => {
    paths.push(file.path);
    if (paths.length >= GATHERED) await run();
    return true;
  };
  return { add, run };
}

/** `-delete`. */
export async function remove(proc: Proc, { path, stat }: Visited): Promise<boolean> {
  if (path === ".") return true;
  const done = stat.type === "directory" ? proc.fs.rmdir(path) : proc.fs.unlink(path);
  if (!done.ok)
    await proc.fail(
      proc.busybox
        ? `${path}: ${errorTexts[done.code]}`
        : `cannot delete ${quoted(proc, path)}: ${errorTexts[done.code]}`,
    );
  return done.ok;
}
