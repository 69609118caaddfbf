// Archives: tar of the plain kind, and compressors that only find fault.

import { fromByteString } from "../bytes.ts";
import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { errorTexts } from "../vfs/node.ts";
import { program } from "./options.ts";
import { tar, unzip, zip } from "./tar.ts";

const PACKED_BYTES = 8 << 20;

/** gzip, gunzip and zcat; bzip2 and xz only know what is not theirs. */
async function gzip(proc: Proc): Promise<number> {
  const flags = proc.args.filter((arg) => arg.startsWith("-") && arg !== "-").join("");
  const paths = proc.args.filter((arg) => !arg.startsWith("-"));
  const unpack = proc.name !== "gzip" || flags.includes("d");
  const toOutput = proc.name === "zcat" || flags.includes("c");
  if (paths.length === 0) {
    if (proc.stdin.isTerminal) {
      await proc.err(
        proc.busybox
          ? `${proc.name}: compressed data not read from terminal, use -f to force it\n`
          : "gzip: compressed data not written to a terminal. Use -f to force compression.\nFor help, type: gzip -h\n",
      );
      return 1;
    }
    const text = await proc.stdin.all(PACKED_BYTES);
    const made = unpack ? unzip(text) : zip(text);
    if (made === null) return proc.fail(proc.busybox ? "invalid magic" : "stdin: not in gzip format");
    await proc.out(made);
    return 0;
  }
  let status = 0;
  for (const path of paths) {
    await proc.budget.step(8);
    if (!(await gzipFile(proc, path, { unpack, toOutput, keep: toOutput || flags.includes("k") })))
      status = 1;
  }
  return status;
}

async function gzipFile(
  proc: Proc,
  path: ByteString,
  how: { unpack: boolean; toOutput: boolean; keep: boolean },
): Promise<boolean> {
  const fault = async (why: string): Promise<boolean> => {
    await proc.fail(why);
    return false;
  };
  const stat = proc.fs.stat(path);
  const text = proc.fs.readText(path, PACKED_BYTES);
  if (!text.ok || !stat.ok) return fault(`${path}: ${errorTexts[text.ok ? "ENOENT" : text.code]}`);
  if (how.unpack && !how.toOutput && !/\.(?:gz|tgz)$/.test(path))
    return fault(`${path}: unknown suffix -- ignored`);
  const made = how.unpack ? unzip(text.value) : zip(text.value);
  if (made === null) return fault(proc.busybox ? "invalid magic" : `${path}: not in gzip format`);
  proc.budget.move(made.length);
  if (how.toOutput) {
    await proc.out(made);
    return true;
  }
  const to = how.unpack ? path.replace(/\.tgz$/, ".tar").replace(/\.gz$/, "") : `${path}.gz`;
  const file = proc.fs.openWrite(to, { via: "shell", truncate: true, mode: stat.value.mode & 0o777 });
  if (!file.ok) return fault(`${to}: ${errorTexts[file.code]}`);
  const written = file.value.write(0, fromByteString(made));
  await file.value.close();
  if (!written.ok) return fault(`${to}: ${errorTexts[written.code]}`);
  proc.fs.utimes(to, stat.value.mtimeMs);
  if (!how.keep) proc.fs.unlink(path);
  return true;
}

const notMine = async (proc: Proc): Promise<number> => {
  const path = proc.args.find((arg) => !arg.startsWith("-"));
  if (path === undefined) return 1;
  const stat = proc.fs.stat(path);
  return proc.fail(`${path}: ${stat.ok ? "File format not recognized" : errorTexts[stat.code]}`);
};

/** The programs of this file. */
export const archivePrograms = [
  program("tar", tar),
  program("gzip", gzip),
  program("gunzip", gzip),
  program("zcat", gzip),
  program("bzip2", notMine),
  program("xz", notMine),
  program("unzip", async (proc) =>
    proc.fail(
      `cannot find or open ${proc.args[0] ?? ""}, ${proc.args[0] ?? ""}.zip or ${proc.args[0] ?? ""}.ZIP.`,
      9,
    ),
  ),
];
