// Walks over folders, for find and grep -r. Bounded: at most 20,000 files, each counted against the budget.

import type { Proc } from "../run/proc.ts";
import type { ByteString, FileStat, FsErrorCode } from "../shell.ts";
import { errorTexts } from "../vfs/node.ts";
import { quoted } from "./options.ts";

const FILES = 20_000;

/** A file on the way. */
export interface Visited {
  readonly path: ByteString;
  readonly stat: FileStat;
  readonly depth: number;
}

/** How a walk goes. */
export interface WalkPlan {
  /** Folders at this depth are not entered. */
  readonly depth: number;
  /** What is in a folder comes before the folder itself. */
  readonly childrenFirst?: boolean;
  /** Is shown each file; "prune" keeps the walk out of a folder, "stop" ends it. */
  visit(file: Visited): Promise<"prune" | "stop" | undefined>;
}

async function complain(proc: Proc, path: ByteString, code: FsErrorCode): Promise<void> {
  await proc.fail(`${proc.busybox || proc.name !== "find" ? path : quoted(proc, path)}: ${errorTexts[code]}`);
}

/** Visits what is below some paths. Errors are told; the status says whether there were any. */
export async function walk(proc: Proc, roots: readonly ByteString[], plan: WalkPlan): Promise<number> {
  const todo: { path: ByteString; depth: number; left?: Visited }[] = roots
    .map((path) => ({ path, depth: 0 }))
    .reverse();
  let status = 0;
  for (let visited = 0; todo.length > 0 && visited < FILES; visited++) {
    const here = todo.pop();
    if (!here) break;
    await proc.budget.step();
    if (here.left) {
      if ((await plan.visit(here.left)) === "stop") break;
      continue;
    }
    const stat = proc.fs.lstat(here.path);
    if (!stat.ok) {
      await complain(proc, here.path, stat.code);
      status = 1;
      continue;
    }
    const file: Visited = { path: here.path, stat: stat.value, depth: here.depth };
    const enters = stat.value.type === "directory" && here.depth < plan.depth;
    if (enters && plan.childrenFirst) todo.push({ ...here, left: file });
    else {
      const answer = await plan.visit(file);
      if (answer === "stop") break;
      if (answer === "prune") continue;
    }
    if (!enters) continue;
    const listed = proc.fs.readdir(here.path);
    if (!listed.ok) {
      await complain(proc, here.path, listed.code);
      status = 1;
      continue;
    }
    const before = here.path.replace(/\/$/, "");
    for (const { name } of [...listed.value].reverse())
      todo.push({ path: `${before}/${name}`, depth: here.depth + 1 });
  }
  return status;
}
