// Making and removing: ls, mkdir, rm, rmdir, touch, mktemp, mknod.

import type { Proc } from "../run/proc.ts";
import type { ByteString, FsErrorCode } from "../shell.ts";
import { parseTime } from "./date.ts";
import { base, because, isDirectory, missing } from "./file-support.ts";
import { ls } from "./ls.ts";
import { type Options, parseOptions, program, quoted, showUsage } from "./options.ts";

async function rm(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, {
    short: "rRfivd",
    long: { recursive: "r", force: "f", verbose: "v", "no-preserve-root": "d" },
  });
  if (typeof options === "number") return options;
  const recursive = options.has("r") || options.has("R");
  if (options.rest.length === 0) return options.has("f") ? 0 : missing(proc);
  let status = 0;
  for (const path of options.rest) {
    if (/^(?:.*\/)?\.\.?\/?$/.test(path.slice(-4)) && recursive && [".", ".."].includes(base(path))) {
      await proc.fail(`refusing to remove '.' or '..' directory: skipping '${path}'`);
      status = 1;
      continue;
    }
    if (recursive && proc.fs.realpath(path).ok && base(path) === "/" && !options.has("d") && !proc.busybox) {
      await proc.err(
        "rm: it is dangerous to operate recursively on '/'\nrm: use --no-preserve-root to override this failsafe\n",
      );
      status = 1;
      continue;
    }
    if (!(await remove(proc, path, { recursive, force: options.has("f") }))) status = 1;
  }
  return status;
}

async function remove(
  proc: Proc,
  path: ByteString,
  how: { recursive: boolean; force: boolean; depth?: number },
): Promise<boolean> {
  await proc.budget.step();
  const depth = how.depth ?? 0;
  const stat = proc.fs.lstat(path);
  if (!stat.ok && how.force && (stat.code === "ENOENT" || stat.code === "ENOTDIR")) return true;
  const fault = async (code: FsErrorCode): Promise<boolean> => {
    await because(proc, { gnu: `cannot remove '${path}'`, busybox: `can't remove '${path}'`, code });
    return false;
  };
  if (!stat.ok) return fault(stat.code);
  if (stat.value.type !== "directory") {
    const done = proc.fs.unlink(path);
    return done.ok ? true : fault(done.code);
  }
  if (!how.recursive) {
    await proc.fail(proc.busybox ? `'${path}' is a directory` : `cannot remove '${path}': Is a directory`);
    return false;
  }
  const listed = proc.fs.readdir(path);
  if (!listed.ok) return fault(listed.code);
  let fine = depth < 200;
  for (const { name } of depth < 200 ? listed.value : [])
    fine = (await remove(proc, `${path === "/" ? "" : path}/${name}`, { ...how, depth: depth + 1 })) && fine;
  if (!fine) return false;
  const done = proc.fs.rmdir(path);
  return done.ok ? true : fault(done.code);
}

async function rmdir(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, { short: "pv" });
  if (typeof options === "number") return options;
  if (options.rest.length === 0) return missing(proc);
  let status = 0;
  for (const path of options.rest) {
    const done = proc.fs.rmdir(path);
    if (!done.ok)
      status = await because(proc, {
        gnu: `failed to remove '${path}'`,
        busybox: `'${path}'`,
        code: done.code,
      });
  }
  return status;
}

/** The time that touch was told; null for now. A wrong one has been complained of. */
async function touchTime(proc: Proc, options: Options): Promise<number | null | "wrong"> {
  const [path, text, stamp] = [options.value("r"), options.value("d"), options.value("t")];
  if (path !== undefined) {
    const stat = proc.fs.stat(path);
    if (stat.ok) return stat.value.mtimeMs;
    await because(proc, { gnu: `failed to get attributes of '${path}'`, busybox: path, code: stat.code });
    return "wrong";
  }
  if (text === undefined && stamp === undefined) return null;
  const time = stamp === undefined ? parseTime(text ?? "", proc.now()) : stampTime(stamp, proc.now());
  if (time !== null) return time;
  await proc.fail(
    proc.busybox
      ? `invalid date '${text ?? stamp}'`
      : `invalid date format ${quoted(proc, text ?? stamp ?? "")}`,
  );
  return "wrong";
}

/** `[[CC]YY]MMDDhhmm[.ss]`. */
function stampTime(stamp: ByteString, now: number): number | null {
  const match = /^([0-9]{2}|[0-9]{4})?([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})(?:\.([0-9]{2}))?$/.exec(stamp);
  if (!match) return null;
  const [, years, month = "", day = "", hour = "", minute = "", second = "00"] = match;
  const short = years?.length === 2 ? `${Number(years) < 69 ? 20 : 19}${years}` : years;
  const year = short ?? new Date(now).getUTCFullYear();
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? null : time;
}

async function touch(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, {
    short: "acmfht:d:r:",
    long: { "no-create": "c", date: "d", reference: "r" },
  });
  if (typeof options === "number") return options;
  if (options.rest.length === 0)
    return proc.busybox
      ? showUsage(proc)
      : proc.fail("missing file operand\nTry 'touch --help' for more information.");
  const time = await touchTime(proc, options);
  if (time === "wrong") return 1;
  let status = 0;
  for (const path of options.rest) {
    const stat = proc.fs.stat(path);
    const done = stat.ok
      ? proc.fs.utimes(path, time ?? proc.now())
      : options.has("c")
        ? { ok: true as const }
        : proc.fs.openWrite(path, { via: "shell" });
    if (done.ok && !stat.ok && time !== null) proc.fs.utimes(path, time);
    if (!done.ok)
      status = await because(proc, {
        gnu: stat.ok ? `setting times of '${path}'` : `cannot touch '${path}'`,
        busybox: path,
        code: done.code,
      });
  }
  return status;
}

async function mktemp(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, { short: "dqup:t", long: { directory: "d", tmpdir: "p" } });
  if (typeof options === "number") return options;
  const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  const random = Array.from({ length: proc.busybox ? 6 : 10 }, () =>
    alphabet.charAt(proc.login.session.random.below(alphabet.length)),
  ).join("");
  const template = options.rest[0];
  const path =
    template === undefined
      ? `${options.value("p") || "/tmp"}/tmp.${random}`
      : template.replace(/X{3,10}$/, random.slice(0, 6));
  const done = options.has("d")
    ? proc.fs.mkdir(path, 0o700)
    : proc.fs.openWrite(path, { via: "shell", mode: 0o600, exclusive: true });
  if (!done.ok)
    return because(proc, {
      gnu: `failed to create file via template ${quoted(proc, template ?? path)}`,
      busybox: `${path}`,
      code: done.code,
    });
  await proc.out(`${path}\n`);
  return 0;
}

function parents(path: ByteString): ByteString[] {
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .slice(0, 512);
  const root = path.startsWith("/") ? "/" : "";
  return parts.map((_, i) => root + parts.slice(0, i + 1).join("/"));
}

async function mkdir(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, {
    short: "pm:v",
    long: { parents: "p", mode: "m", verbose: "v" },
  });
  if (typeof options === "number") return options;
  if (options.rest.length === 0) return missing(proc);
  const mode = options.has("m") ? Number.parseInt(options.value("m") ?? "755", 8) || 0o755 : 0o755;
  let status = 0;
  for (const path of options.rest) {
    const steps = options.has("p") ? parents(path) : [path];
    for (const step of steps) {
      const made = proc.fs.mkdir(step, mode);
      if (made.ok || (options.has("p") && made.code === "EEXIST" && isDirectory(proc, step))) continue;
      // Parents that are there but can't be added to are passed over, as mkdir -p does.
      if (step !== steps.at(-1) && isDirectory(proc, step)) continue;
      status = await because(proc, {
        gnu: `cannot create directory ${quoted(proc, step)}`,
        busybox: `can't create directory '${step}'`,
        code: made.code,
      });
      break;
    }
  }
  return status;
}

/** The programs of this file. */
export const filePrograms = [
  program("ls", ls),
  program("dir", ls),
  program("mkdir", mkdir),
  program("rm", rm),
  program("rmdir", rmdir),
  program("touch", touch),
  program("mktemp", mktemp),
  program("mknod", async (proc) =>
    proc.user.uid === 0 ? 0 : proc.fail(`${proc.args[0] ?? ""}: Operation not permitted`),
  ),
];
