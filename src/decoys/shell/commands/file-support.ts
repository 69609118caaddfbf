// What the file commands share: wording of failures, base names.

import type { Proc } from "../run/proc.ts";
import type { ByteString, FsErrorCode } from "../shell.ts";
import { errorTexts } from "../vfs/node.ts";
import { showUsage } from "./options.ts";

/** The last name of a path. */
export const base = (path: ByteString): ByteString => {
  const trimmed = path.replace(/\/{1,4096}$/, "");
  return trimmed.slice(trimmed.lastIndexOf("/") + 1) || "/";
};

/** Says that an operand is missing. */
export async function missing(proc: Proc): Promise<number> {
  if (proc.busybox) return showUsage(proc);
  await proc.err(`${proc.name}: missing operand\nTry '${proc.name} --help' for more information.\n`);
  return 1;
}

/** Says why something failed, in the words of the flavour. */
export const because = (
  proc: Proc,
  at: { gnu: ByteString; busybox: ByteString; code: FsErrorCode },
): Promise<number> => proc.fail(`${proc.busybox ? at.busybox : at.gnu}: ${errorTexts[at.code]}`);

/** Whether a path leads to a directory. */
export const isDirectory = (proc: Proc, path: ByteString): boolean => {
  const stat = proc.fs.stat(path);
  return stat.ok && stat.value.type === "directory";
};

/** Changes a path and, when asked, all below it. True when all went well. */
export async function recursively(
  proc: Proc,
  path: ByteString,
  at: { recursive: boolean; change: (path: ByteString) => Promise<boolean>; depth?: number },
): Promise<boolean> {
  await proc.budget.step();
  let fine = await at.change(path);
  const stat = proc.fs.lstat(path);
  const depth = at.depth ?? 0;
  if (!at.recursive || !stat.ok || stat.value.type !== "directory" || depth > 100) return fine;
  const listed = proc.fs.readdir(path);
  for (const { name } of listed.ok ? listed.value : [])
    fine = (await recursively(proc, `${path}/${name}`, { ...at, depth: depth + 1 })) && fine;
  return fine;
}
