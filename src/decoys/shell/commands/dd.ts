// dd and truncate: blocks from a file, a device or a stream to another.
// Zeros and noise are counted, not moved, wherever nobody could tell the difference.

import { fromByteString } from "../bytes.ts";
import type { Proc } from "../run/proc.ts";
import { isNull } from "../run/streams.ts";
import type { ByteString, FsErrorCode, WritableFile } from "../shell.ts";
import { errorTexts } from "../vfs/node.ts";
import { type DdOperands, ddNumber, ddOperands } from "./dd-operands.ts";
import { type Copied, recordLines, transferLine } from "./dd-report.ts";
import { copySeconds } from "./dd-speed.ts";
import { because } from "./file-support.ts";
import { eachInput, parseOptions, program } from "./options.ts";

/** Bytes of an endless device that are really written before the file only grows. */
const MOVED = 8 << 20;
/** Bytes of one write. */
const PIECE = 1 << 16;

/** A copy under way. */
interface Copy {
  readonly proc: Proc;
  readonly told: DdOperands;
  readonly file: WritableFile | null;
}

/** What a copy came to: `failed` is why it could not write on. */
interface Result extends Copied {
  readonly seconds: number;
  readonly failed?: FsErrorCode | undefined;
}

async function dd(proc: Proc): Promise<number> {
  const told = await ddOperands(proc);
  if (typeof told === "number") return told;
  const { input, output } = told;
  const there = input === undefined ? null : proc.fs.open(input);
  if (there && !there.ok && there.code !== "EISDIR") return cannotOpen(proc, input ?? "", there.code);
  const opened = output === undefined ? null : openOutput(proc, output, told);
  if (opened && !opened.ok) return cannotOpen(proc, output ?? "", opened.code);
  const copy: Copy = { proc, told, file: opened?.ok ? opened.value : null };
  const device = there?.ok && there.value.stat.type === "character" ? there.value.stat.device : undefined;
  const minor = device?.[0] === 1 ? device[1] : 0;
  const endless = [5, 7, 8, 9].includes(minor ?? 0);
  const discards = copy.file ? isNull(copy.file) : proc.init.stdout.discards === true;
  const result =
    endless && (discards || copy.file?.stat().type === "file")
      ? await generate(copy, { noise: (minor ?? 0) >= 8, discards })
      : await transfer(copy);
  await copy.file?.close();
  return typeof result === "number" ? result : report(copy, result);
}

function cannotOpen(proc: Proc, path: ByteString, code: FsErrorCode): Promise<number> {
  return because(proc, { gnu: `failed to open '${path}'`, busybox: `can't open '${path}'`, code });
}

function openOutput(proc: Proc, path: ByteString, { seek, keepsOutput }: DdOperands) {
  const opened = proc.fs.openWrite(path, { via: "shell", truncate: !keepsOutput && seek === 0 });
  if (opened.ok && !keepsOutput && seek > 0) opened.value.truncate(seek);
  return opened;
}

/** Copies what never ends: to nowhere, or into a file that grows. */
async function generate(
  { proc, told, file }: Copy,
  { noise, discards }: { readonly noise: boolean; readonly discards: boolean },
): Promise<Result> {
  const { size, count, seek, synced } = told;
  if (discards && count === Number.POSITIVE_INFINITY) await proc.idle();
  const wanted = Math.min(count * size, 2 ** 50);
  const { grown, failed } =
    discards || !file ? { grown: wanted } : await grow(proc, file, { from: seek, wanted, noise, told });
  const blocks = Math.floor(grown / size);
  const partial = grown % size === 0 ? 0 : 1;
  const target = discards ? "null" : synced ? "disk" : "file";
  const seconds = copySeconds(proc, { blocks, bytes: grown, noise, target });
  await proc.sleep(Math.min(seconds * 1000, 2 ** 31 - 1));
  const read: [number, number] = failed ? [blocks + 1, 0] : [blocks, partial];
  return { read, written: [blocks, partial], bytes: grown, seconds, failed };
}

/** Lets a file grow by `wanted` bytes, or until the disk is full. */
async function grow(
  proc: Proc,
  file: WritableFile,
  at: { readonly from: number; readonly wanted: number; readonly noise: boolean; readonly told: DdOperands },
): Promise<{ readonly grown: number; readonly failed?: FsErrorCode | undefined }> {
  const { from, wanted, noise, told } = at;
  const source = proc.fs.open(told.input ?? "");
  const real = Math.min(wanted, noise ? MOVED : PIECE);
  for (let done = 0; done < real; ) {
    await proc.budget.step();
    const length = Math.min(PIECE, real - done);
    const piece = source.ok ? source.value.read(0, length) : new Uint8Array(length);
    const written = file.write(from + done, piece);
    if (!written.ok) return { grown: done, failed: written.code };
    done += piece.length;
  }
  const { size } = file.stat();
  if (from + wanted <= size) return { grown: wanted };
  const whole = file.truncate(from + wanted);
  if (whole.ok) return { grown: wanted };
  let [fits, not] = [real, wanted];
  while (not - fits > 1) {
    const middle = Math.floor((fits + not) / 2);
    if (file.truncate(from + middle).ok) fits = middle;
    else not = middle;
  }
  return { grown: fits, failed: whole.code };
}

/** Copies block by block. A status when the input could not be read and that was told. */
async function transfer(copy: Copy): Promise<Result | number> {
  const { proc, told, file } = copy;
  const { clock } = proc.login.session;
  const begun = clock.monotonic();
  let [full, partial, bytes] = [0, 0, 0];
  let { skip, seek: offset } = told;
  let failed: FsErrorCode | undefined;
  const emit = async (block: ByteString): Promise<boolean> => {
    if (block.length === told.size) full++;
    else partial++;
    bytes += block.length;
    if (file) {
      proc.budget.move(block.length);
      const done = file.write(offset, fromByteString(block));
      if (!done.ok) failed = done.code;
    } else await proc.out(block);
    offset += block.length;
    return failed === undefined && full + partial < told.count;
  };
  const status = await eachInput(proc, told.input === undefined ? [] : [told.input], async (read) => {
    let held = "";
    for (let piece = told.count > 0 ? await read() : null; piece !== null; piece = await read()) {
      const cut = Math.min(skip, piece.length);
      skip -= cut;
      held += piece.slice(cut);
      while (held.length >= told.size) {
        const block = held.slice(0, told.size);
        held = held.slice(told.size);
        if (!(await emit(block))) return;
      }
    }
    if (held !== "") await emit(held);
  });
  if (status !== 0) return status;
  const computed = copySeconds(proc, { blocks: full + partial, bytes, noise: false, target: "file" });
  const seconds = computed + (clock.monotonic() - begun) / 1000;
  return { read: [full, partial], written: [full, partial], bytes, seconds, failed };
}

async function report({ proc, told }: Copy, result: Result): Promise<number> {
  const { failed, bytes, seconds } = result;
  if (failed !== undefined) {
    const why = errorTexts[failed];
    await proc.fail(
      proc.busybox ? `writing '${told.output}': ${why}` : `error writing '${told.output}': ${why}`,
    );
  }
  if (told.status !== "none") {
    await proc.err(recordLines(result));
    if (!proc.busybox && told.status !== "noxfer") await proc.err(transferLine(bytes, seconds));
  }
  return failed === undefined ? 0 : 1;
}

async function truncate(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, { short: "cs:r:", long: { size: "s" } });
  if (typeof options === "number") return options;
  const size = ddNumber(options.value("s") ?? "0") ?? 0;
  for (const path of options.rest) {
    const file = proc.fs.openWrite(path, { via: "shell" });
    const done = file.ok ? file.value.truncate(size) : file;
    if (!done.ok)
      return because(proc, { gnu: `cannot open '${path}' for writing`, busybox: path, code: done.code });
  }
  return 0;
}

/** The programs of this file. */
export const ddPrograms = [program("dd", dd), program("truncate", truncate)];
