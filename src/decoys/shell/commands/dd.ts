// dd and truncate: sizes with suffixes, blocks, and what dd says of them.

import { fromByteString } from "../bytes.ts";
import type { Proc } from "../run/proc.ts";
import type { ByteString, FsErrorCode } from "../shell.ts";
import { errorTexts } from "../vfs/node.ts";
import { because } from "./file-support.ts";
import { eachInput, parseOptions, program, quoted, refuseOption } from "./options.ts";

/** A count with dd's suffixes. */
function ddNumber(text: ByteString): number | null {
  const match = /^([0-9]{1,15})([bckKmMgG]?)B?$/.exec(text);
  if (!match) return null;
  return (
    Number(match[1]) *
    ({ "": 1, c: 1, b: 512, k: 1024, K: 1024, m: 1 << 20, M: 1 << 20, g: 1 << 30, G: 1 << 30 }[
      match[2] ?? ""
    ] ?? 1)
  );
}

async function dd(proc: Proc): Promise<number> {
  const settings = new Map(proc.args.map((arg) => arg.split(/=(.*)/s, 2) as [string, string]));
  for (const [key, value] of settings) {
    const known = [
      "if",
      "of",
      "bs",
      "ibs",
      "obs",
      "count",
      "skip",
      "seek",
      "conv",
      "status",
      "iflag",
      "oflag",
      "cbs",
    ].includes(key);
    if (!known || value === undefined)
      return proc.busybox
        ? refuseOption(proc, `unrecognized operand '${key}'`)
        : proc.fail(`unrecognized operand ${quoted(proc, key ?? "")}\nTry 'dd --help' for more information.`);
    const numeric = ["bs", "ibs", "obs", "count", "skip", "seek"].includes(key);
    if (numeric && ddNumber(value) === null)
      return proc.fail(proc.busybox ? `invalid number '${value}'` : `invalid number: ${quoted(proc, value)}`);
  }
  const number = (key: string, fallback: number): number => ddNumber(settings.get(key) ?? "") ?? fallback;
  const size = Math.max(1, Math.min(number("bs", number("ibs", 512)), 1 << 20));
  const count = number("count", Number.MAX_SAFE_INTEGER);
  const output = settings.get("of");
  const file =
    output === undefined
      ? null
      : proc.fs.openWrite(output, {
          via: "shell",
          truncate: !(settings.get("conv") ?? "").includes("notrunc"),
        });
  if (file && !file.ok)
    return because(proc, {
      gnu: `failed to open '${output}'`,
      busybox: `can't open '${output}'`,
      code: file.code,
    });
  let [full, partial, bytes] = [0, 0, 0];
  let skip = number("skip", 0) * size;
  let offset = number("seek", 0) * size;
  let failed: FsErrorCode | null = null;
  const input = settings.get("if");
  const there = input === undefined ? null : proc.fs.open(input);
  if (there && !there.ok && there.code !== "EISDIR")
    return because(proc, {
      gnu: `failed to open '${input}'`,
      busybox: `can't open '${input}'`,
      code: there.code,
    });
  const begun = proc.now();
  const status = await eachInput(proc, input === undefined ? [] : [input], async (read) => {
    let held = "";
    const emit = async (block: ByteString): Promise<boolean> => {
      proc.budget.move(block.length);
      if (block.length === size) full++;
      else partial++;
      bytes += block.length;
      if (!file?.ok) await proc.out(block);
      else {
        const done = file.value.write(offset, fromByteString(block));
        if (!done.ok) failed = done.code;
      }
      offset += block.length;
      return failed === null && full + partial < count;
    };
    for (let piece = count > 0 ? await read() : null; piece !== null; piece = await read()) {
      const cut = Math.min(skip, piece.length);
      skip -= cut;
      held += piece.slice(cut);
      while (held.length >= size) {
        const block = held.slice(0, size);
        held = held.slice(size);
        if (!(await emit(block))) return;
      }
    }
    if (held !== "") await emit(held);
  });
  if (file?.ok) await file.value.close();
  if (status !== 0) return status;
  if (failed !== null)
    return proc.fail(
      proc.busybox
        ? `writing '${output}': ${errorTexts[failed]}`
        : `error writing '${output}': ${errorTexts[failed]}`,
    );
  if (settings.get("status") !== "none") {
    await proc.err(`${full}+${partial} records in\n${full}+${partial} records out\n`);
    const elapsed = Math.max(0.000_052, (proc.now() - begun) / 1000);
    if (!proc.busybox && settings.get("status") !== "noxfer")
      await proc.err(
        `${bytes} byte${bytes === 1 ? "" : "s"} copied, ${elapsed.toPrecision(6).replace(/0{1,6}$/, "")} s, ${(bytes / elapsed / 1e6).toFixed(1)} MB/s\n`,
      );
  }
  return 0;
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
