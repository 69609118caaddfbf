// Permissions and owners: chmod, chown, chgrp, chattr, lsattr.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { errorTexts } from "../vfs/node.ts";
import { because, missing, recursively } from "./file-support.ts";
import { parseOptions, program, quoted, showUsage } from "./options.ts";

/** The mode that a chmod expression makes of another, or null for a bad one. */
export function applyMode(expression: ByteString, mode: number, directory: boolean): number | null {
  if (/^[0-7]{1,5}$/.test(expression)) return Number.parseInt(expression, 8) & 0o7777;
  let result = mode;
  for (const clause of expression.split(",").slice(0, 32)) {
    const match = /^([ugoa]{0,4})([-+=])([rwxXst]{0,8})$/.exec(clause);
    if (!match) return null;
    const [, who = "", op = "+", what = ""] = match;
    const bits =
      (what.includes("r") ? 4 : 0) |
      (what.includes("w") ? 2 : 0) |
      (what.includes("x") || (what.includes("X") && (directory || mode & 0o111)) ? 1 : 0);
    let mask = 0;
    let keep = 0o7777;
    for (const [letter, shift] of [
      ["u", 6],
      ["g", 3],
      ["o", 0],
    ] as const) {
      if (who !== "" && !who.includes("a") && !who.includes(letter)) continue;
      mask |= bits << shift;
      keep &= ~(7 << shift);
    }
    if (what.includes("s")) mask |= (who === "g" ? 0 : 0o4000) | (who === "u" ? 0 : 0o2000);
    if (what.includes("t")) mask |= 0o1000;
    result = op === "+" ? result | mask : op === "-" ? result & ~mask : (result & keep) | mask;
  }
  return result;
}

async function chmod(proc: Proc): Promise<number> {
  const [first = ""] = proc.args;
  const symbolic = /^-[rwxXst]{1,3}$/.test(first) && first !== "-R";
  const options = await parseOptions(
    proc,
    { short: "Rvcf", long: { recursive: "R" } },
    symbolic ? proc.args.slice(1) : proc.args,
  );
  if (typeof options === "number") return options;
  const [expression = "", ...paths] = symbolic ? [first, ...options.rest] : options.rest;
  if (paths.length === 0)
    return proc.busybox
      ? showUsage(proc)
      : proc.fail(
          `missing operand${expression === "" ? "" : ` after '${expression}'`}\nTry 'chmod --help' for more information.`,
        );
  if (applyMode(expression, 0, false) === null)
    return proc.fail(
      proc.busybox
        ? `invalid mode '${expression}'`
        : `invalid mode: ${quoted(proc, expression)}\nTry 'chmod --help' for more information.`,
    );
  let status = 0;
  const change = async (path: ByteString): Promise<boolean> => {
    const stat = proc.fs.stat(path);
    const done = stat.ok
      ? proc.fs.chmod(path, applyMode(expression, stat.value.mode, stat.value.type === "directory") ?? 0)
      : stat;
    if (done.ok) return true;
    if (!options.has("f"))
      await because(proc, {
        gnu: stat.ok ? `changing permissions of '${path}'` : `cannot access '${path}'`,
        busybox: path,
        code: done.code,
      });
    return false;
  };
  for (const path of paths)
    if (!(await recursively(proc, path, { recursive: options.has("R"), change }))) status = 1;
  return status;
}

async function chown(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, { short: "Rvhcf", long: { recursive: "R" } });
  if (typeof options === "number") return options;
  const [spec = "", ...paths] = options.rest;
  if (paths.length === 0) return missing(proc);
  const [name = "", groupText = ""] = proc.name === "chgrp" ? ["", spec] : spec.split(/[:.]/);
  const user =
    name === ""
      ? undefined
      : (proc.world.user(name) ?? (/^\d{1,9}$/.test(name) ? { uid: Number(name), gid: Number(name) } : null));
  const group =
    groupText === ""
      ? undefined
      : (proc.world.groups.find((one) => one.name === groupText)?.gid ??
        (/^\d{1,9}$/.test(groupText) ? Number(groupText) : null));
  if (user === null)
    return proc.fail(proc.busybox ? `unknown user ${name}` : `invalid user: ${quoted(proc, spec)}`);
  if (group === null)
    return proc.fail(proc.busybox ? `unknown group ${groupText}` : `invalid group: ${quoted(proc, spec)}`);
  let status = 0;
  const change = async (path: ByteString): Promise<boolean> => {
    const stat = proc.fs.stat(path);
    const done = stat.ok ? proc.fs.chown(path, user?.uid ?? stat.value.uid, group ?? stat.value.gid) : stat;
    if (done.ok) return true;
    await because(proc, {
      gnu: stat.ok ? `changing ownership of '${path}'` : `cannot access '${path}'`,
      busybox: path,
      code: done.code,
    });
    return false;
  };
  for (const path of paths)
    if (!(await recursively(proc, path, { recursive: options.has("R"), change }))) status = 1;
  return status;
}

/** The programs of this file. */
export const modePrograms = [
  program("chmod", chmod),
  program("chown", chown),
  program("chgrp", chown),
  program("chattr", async (proc) => {
    const paths = proc.args.filter((arg) => !/^[-+=]/.test(arg));
    for (const path of paths) {
      const stat = proc.fs.stat(path);
      if (!stat.ok) return proc.fail(`${errorTexts[stat.code]} while trying to stat ${path}`);
      if (proc.user.uid !== 0) return proc.fail(`Operation not permitted while setting flags on ${path}`);
    }
    return 0;
  }),
  program("lsattr", async (proc) => {
    for (const path of proc.args.filter((arg) => !arg.startsWith("-")))
      await proc.out(`--------------e------- ${path}\n`);
    return 0;
  }),
];
