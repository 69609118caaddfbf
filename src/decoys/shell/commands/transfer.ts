// Moving and copying: mv, cp, ln, tee.

import { fromByteString } from "../bytes.ts";
import type { Proc } from "../run/proc.ts";
import type { ByteString, FsErrorCode, WritableFile } from "../shell.ts";
import { READ_BYTES } from "../vfs/content.ts";
import { base, because, isDirectory } from "./file-support.ts";
import { parseOptions, program, showUsage } from "./options.ts";

/** Where mv, cp and ln put a source: into the target when that is a folder. */
function destination(proc: Proc, source: ByteString, target: ByteString): ByteString {
  return isDirectory(proc, target) ? `${target.replace(/\/{1,4096}$/, "")}/${base(source)}` : target;
}

async function transferArgs(
  proc: Proc,
  rest: readonly ByteString[],
): Promise<{ sources: readonly ByteString[]; target: ByteString } | number> {
  const target = rest.at(-1);
  if (target === undefined || rest.length < 2) {
    if (proc.busybox) return showUsage(proc);
    await proc.err(
      target === undefined
        ? `${proc.name}: missing file operand\nTry '${proc.name} --help' for more information.\n`
        : `${proc.name}: missing destination file operand after '${target}'\nTry '${proc.name} --help' for more information.\n`,
    );
    return 1;
  }
  if (rest.length > 2 && !isDirectory(proc, target))
    return proc.fail(
      proc.busybox
        ? `can't stat '${target}': No such file or directory`
        : `target '${target}' is not a directory`,
    );
  return { sources: rest.slice(0, -1), target };
}

async function mv(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, { short: "finvuT" });
  if (typeof options === "number") return options;
  const plan = await transferArgs(proc, options.rest);
  if (typeof plan === "number") return plan;
  let status = 0;
  for (const source of plan.sources) {
    const to = destination(proc, source, plan.target);
    const stat = proc.fs.lstat(source);
    if (!stat.ok) {
      status = await because(proc, {
        gnu: `cannot stat '${source}'`,
        busybox: `can't rename '${source}'`,
        code: stat.code,
      });
      continue;
    }
    const done = proc.fs.rename(source, to);
    if (!done.ok)
      status = await because(proc, {
        gnu: `cannot move '${source}' to '${to}'`,
        busybox: `can't rename '${source}'`,
        code: done.code,
      });
  }
  return status;
}

async function cp(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, { short: "rRfaipvudLPT" });
  if (typeof options === "number") return options;
  const plan = await transferArgs(proc, options.rest);
  if (typeof plan === "number") return plan;
  let status = 0;
  const recursive = options.has("r") || options.has("R") || options.has("a");
  for (const source of plan.sources)
    if (!(await copy(proc, source, { to: destination(proc, source, plan.target), recursive, depth: 0 })))
      status = 1;
  return status;
}

async function copy(
  proc: Proc,
  source: ByteString,
  how: { to: ByteString; recursive: boolean; depth: number },
): Promise<boolean> {
  await proc.budget.step();
  const { to } = how;
  const node = proc.fs.node(source);
  const bad = async (at: Parameters<typeof because>[1]): Promise<boolean> => {
    await because(proc, at);
    return false;
  };
  if (!node.ok)
    return bad({ gnu: `cannot stat '${source}'`, busybox: `can't stat '${source}'`, code: node.code });
  if (node.value.type === "directory") {
    if (!how.recursive) {
      await proc.fail(
        proc.busybox ? `omitting directory '${source}'` : `-r not specified; omitting directory '${source}'`,
      );
      return false;
    }
    const made = proc.fs.mkdir(to, node.value.mode);
    if (!made.ok && made.code !== "EEXIST")
      return bad({
        gnu: `cannot create directory '${to}'`,
        busybox: `can't create directory '${to}'`,
        code: made.code,
      });
    const listed = proc.fs.readdir(source);
    let fine = listed.ok && how.depth < 100;
    for (const { name } of listed.ok && how.depth < 100 ? listed.value : [])
      fine =
        (await copy(proc, `${source}/${name}`, { ...how, to: `${to}/${name}`, depth: how.depth + 1 })) &&
        fine;
    return fine;
  }
  const opened = proc.fs.open(source);
  if (!opened.ok)
    return bad({
      gnu: `cannot open '${source}' for reading`,
      busybox: `can't open '${source}'`,
      code: opened.code,
    });
  const file = proc.fs.openWrite(to, { via: "shell", mode: node.value.mode, truncate: true });
  if (!file.ok)
    return bad({
      gnu: `cannot create regular file '${to}'`,
      busybox: `can't create '${to}'`,
      code: file.code,
    });
  const written = await pour(proc, opened.value, file.value);
  if (written !== null) return bad({ gnu: `error writing '${to}'`, busybox: "write error", code: written });
  // A copied program is still that program.
  if (node.value.type === "file" && node.value.program !== undefined)
    proc.fs.markProgram(to, node.value.program);
  await file.value.close();
  return true;
}

async function pour(
  proc: Proc,
  from: { read(offset: number, length: number): Uint8Array },
  to: WritableFile,
): Promise<FsErrorCode | null> {
  for (let offset = 0; ; ) {
    await proc.budget.step();
    const piece = from.read(offset, READ_BYTES);
    if (piece.length === 0) return null;
    proc.budget.move(piece.length);
    const done = to.write(offset, piece);
    if (!done.ok) return done.code;
    offset += piece.length;
  }
}

async function ln(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, { short: "sfnvT" });
  if (typeof options === "number") return options;
  const rest = options.rest.length === 1 ? [...options.rest, "."] : options.rest;
  const plan = await transferArgs(proc, rest);
  if (typeof plan === "number") return plan;
  let status = 0;
  for (const source of plan.sources) {
    const to = destination(proc, source, plan.target);
    if (options.has("f")) proc.fs.unlink(to);
    const there = proc.fs.lstat(source);
    if (!options.has("s") && !there.ok) {
      status = await because(proc, {
        gnu: `failed to access '${source}'`,
        busybox: source,
        code: there.code,
      });
      continue;
    }
    const done = options.has("s") ? proc.fs.symlink(source, to) : proc.fs.link(source, to);
    if (!done.ok)
      status = await because(proc, {
        gnu: `failed to create ${options.has("s") ? "symbolic" : "hard"} link '${to}'`,
        busybox: to,
        code: done.code,
      });
  }
  return status;
}

async function tee(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, { short: "ai", long: { append: "a" } });
  if (typeof options === "number") return options;
  let status = 0;
  const files: { file: WritableFile; offset: number }[] = [];
  for (const path of options.rest.slice(0, 64)) {
    const file = proc.fs.openWrite(path, { via: "shell", truncate: !options.has("a") });
    if (file.ok) files.push({ file: file.value, offset: options.has("a") ? file.value.stat().size : 0 });
    else status = await because(proc, { gnu: path, busybox: `can't open '${path}'`, code: file.code });
  }
  for (let piece = await proc.stdin.read(); piece !== null; piece = await proc.stdin.read()) {
    await proc.budget.step();
    for (const one of files) {
      const done = one.file.write(one.offset, fromByteString(piece));
      if (done.ok) one.offset += done.value;
    }
    await proc.out(piece);
  }
  return status;
}

/** The programs of this file. */
export const transferPrograms = [
  program("mv", mv),
  program("cp", cp),
  program("ln", ln),
  program("tee", tee),
];
