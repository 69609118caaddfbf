// About files: basename, dirname, readlink, realpath, du, file.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { errorTexts } from "../vfs/node.ts";
import { program } from "./options.ts";

async function basename(proc: Proc): Promise<number> {
  const [path = "", suffix = ""] = proc.args;
  const name =
    path
      .replace(/\/{1,4096}$/, "")
      .split("/")
      .pop() || "/";
  await proc.out(
    `${suffix !== "" && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name}\n`,
  );
  return 0;
}

async function pathCommand(proc: Proc): Promise<number> {
  let status = 0;
  for (const path of proc.args.filter((arg) => !arg.startsWith("-"))) {
    let text: ByteString | null = null;
    if (proc.name === "dirname") text = path.includes("/") ? path.replace(/\/[^/]*$/, "") || "/" : ".";
    else if (proc.name === "realpath" || proc.args.includes("-f")) {
      const real = proc.fs.realpath(path);
      text = real.ok ? real.value : null;
    } else {
      const link = proc.fs.readlink(path);
      text = link.ok ? link.value : null;
    }
    if (text === null) status = 1;
    else await proc.out(`${text}\n`);
  }
  return status;
}

async function du(proc: Proc): Promise<number> {
  const paths = proc.args.filter((arg) => !arg.startsWith("-"));
  const h = proc.args.some((arg) => /^-\w*h/.test(arg));
  for (const path of paths.length === 0 ? ["."] : paths) {
    let total = 0;
    const todo = [path];
    for (let visited = 0; todo.length > 0 && visited < 10_000; visited++) {
      await proc.budget.step();
      const here = todo.pop() ?? "";
      const found = proc.fs.lstat(here);
      if (!found.ok) {
        if (here === path)
          return proc.fail(
            proc.busybox
              ? `${path}: ${errorTexts[found.code]}`
              : `cannot access '${path}': ${errorTexts[found.code]}`,
          );
        continue;
      }
      total += found.value.type === "directory" ? 4 : Math.ceil(found.value.size / 4096) * 4;
      const listed = found.value.type === "directory" ? proc.fs.readdir(here) : null;
      if (listed?.ok) todo.push(...listed.value.map(({ name }) => `${here === "/" ? "" : here}/${name}`));
    }
    await proc.out(
      `${h ? (total >= 1024 ? `${(total / 1024).toFixed(1)}M` : `${total}K`) : total}\t${path}\n`,
    );
  }
  return 0;
}

async function file(proc: Proc): Promise<number> {
  for (const path of proc.args.filter((arg) => !arg.startsWith("-"))) {
    const stat = proc.fs.lstat(path);
    if (!stat.ok) {
      await proc.out(`${path}: cannot open \`${path}' (${errorTexts[stat.code]})\n`);
      continue;
    }
    const text = proc.fs.readText(path, 64);
    const head = text.ok ? text.value : "";
    const what =
      stat.value.type === "directory"
        ? "directory"
        : stat.value.type === "symlink"
          ? `symbolic link to ${stat.value.target}`
          : head.startsWith("\x7fELF")
            ? "ELF 64-bit LSB pie executable, x86-64, version 1 (SYSV), dynamically linked, interpreter /lib64/ld-linux-x86-64.so.2, for GNU/Linux 3.2.0, stripped"
            : head === ""
              ? "empty"
              : head.startsWith("#!")
                ? "POSIX shell script, ASCII text executable"
                : /[^\x09-\x0d\x20-\x7e]/.test(head)
                  ? "data"
                  : "ASCII text";
    await proc.out(`${path}: ${what}\n`);
  }
  return 0;
}

/** The programs of this file. */
export const pathPrograms = [
  program("file", file),
  program("basename", basename),
  program("dirname", pathCommand),
  program("readlink", pathCommand),
  program("realpath", pathCommand),
  program("du", du),
];
