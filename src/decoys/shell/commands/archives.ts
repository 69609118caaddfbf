// Archives: tar of the plain kind, and compressors that only find fault.

import type { Proc } from "../run/proc.ts";
import { errorTexts } from "../vfs/node.ts";
import { program } from "./options.ts";

async function tar(proc: Proc): Promise<number> {
  const [flags = "", ...rest] = proc.args;
  if (flags === "") {
    await proc.err(
      "tar: You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\nTry 'tar --help' or 'tar --usage' for more information.\n",
    );
    return 2;
  }
  const path = rest[0] ?? "";
  if (!/[xt]/.test(flags)) {
    if (!flags.includes("c")) return 2;
    const file = proc.fs.openWrite(path, { via: "shell", truncate: true });
    return file.ok
      ? 0
      : proc.fail(
          `${path}: Cannot open: ${errorTexts[file.code]}\ntar: Error is not recoverable: exiting now`,
          2,
        );
  }
  const text = proc.fs.readText(path, 8 << 20);
  if (!text.ok)
    return proc.fail(
      proc.busybox
        ? `can't open '${path}': ${errorTexts[text.code]}`
        : `${path}: Cannot open: ${errorTexts[text.code]}\ntar: Error is not recoverable: exiting now`,
      proc.busybox ? 1 : 2,
    );
  if (text.value.slice(257, 262) !== "ustar") {
    if (proc.busybox) return proc.fail("invalid tar magic");
    await proc.err(
      flags.includes("z") || text.value.startsWith("\x1f\x8b")
        ? "\ngzip: stdin: not in gzip format\ntar: Child returned status 1\ntar: Error is not recoverable: exiting now\n"
        : "tar: This does not look like a tar archive\ntar: Exiting with failure status due to previous errors\n",
    );
    return 2;
  }
  for (let at = 0; at + 512 <= text.value.length; ) {
    await proc.budget.step();
    const name = text.value.slice(at, at + 100).split("\0", 1)[0] ?? "";
    if (name === "") break;
    const size = Number.parseInt(text.value.slice(at + 124, at + 136), 8) || 0;
    if (flags.includes("t") || flags.includes("v")) await proc.out(`${name}\n`);
    if (flags.includes("x")) {
      if (name.endsWith("/")) proc.fs.mkdir(name);
      else {
        const file = proc.fs.openWrite(name, {
          via: "shell",
          truncate: true,
          mode: Number.parseInt(text.value.slice(at + 100, at + 108), 8) & 0o777 || 0o644,
        });
        if (file.ok) {
          file.value.write(
            0,
            Uint8Array.from(Buffer.from(text.value.slice(at + 512, at + 512 + size), "latin1")),
          );
          await file.value.close();
        }
      }
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return 0;
}

async function gzip(proc: Proc): Promise<number> {
  const paths = proc.args.filter((arg) => !arg.startsWith("-"));
  if (paths.length === 0 && proc.stdin.isTerminal) {
    await proc.err(
      proc.busybox
        ? `${proc.name}: compressed data not read from terminal, use -f to force it\n`
        : "gzip: compressed data not written to a terminal. Use -f to force compression.\nFor help, type: gzip -h\n",
    );
    return 1;
  }
  for (const path of paths) {
    const stat = proc.fs.stat(path);
    if (!stat.ok)
      return proc.fail(
        proc.busybox ? `${path}: ${errorTexts[stat.code]}` : `${path}: ${errorTexts[stat.code]}`,
      );
    if (proc.name !== "gzip")
      return proc.fail(proc.busybox ? "invalid magic" : `${path}: not in gzip format`);
    const done = proc.fs.rename(path, `${path}.gz`);
    if (!done.ok) return proc.fail(`${path}.gz: ${errorTexts[done.code]}`);
  }
  return 0;
}

/** The programs of this file. */
export const archivePrograms = [
  program("tar", tar),
  program("gzip", gzip),
  program("gunzip", gzip),
  program("zcat", gzip),
  program("bzip2", gzip),
  program("xz", gzip),
  program("unzip", async (proc) =>
    proc.fail(
      `cannot find or open ${proc.args[0] ?? ""}, ${proc.args[0] ?? ""}.zip or ${proc.args[0] ?? ""}.ZIP.`,
      9,
    ),
  ),
];
