// tar: makes, lists and takes apart archives of the fake disk, gzipped or not. Other compressions are none it knows.

import { gunzipSync, gzipSync } from "node:zlib";
import { fromByteString, toByteString } from "../bytes.ts";
import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { modeText } from "../vfs/mode-text.ts";
import { errorTexts } from "../vfs/node.ts";
import { type Options, parseOptions, timeParts } from "./options.ts";
import { archiveBytes, isArchive, type Member, memberBytes, members } from "./tar-format.ts";

/** Bytes of one archive, packed or not. */
const ARCHIVE_BYTES = 8 << 20;
const ENTRIES = 4096;
const DEPTH = 64;

/** Unpacks gzip, or null when it is none or grows beyond what is held. */
export function unzip(bytes: ByteString): ByteString | null {
  if (!bytes.startsWith("\x1f\x8b")) return null;
  try {
    return toByteString(gunzipSync(fromByteString(bytes), { maxOutputLength: ARCHIVE_BYTES }));
  } catch {
    // Not in the format, cut short or too large: the caller says so.
    return null;
  }
}

/** Packs with gzip. */
export function zip(bytes: ByteString): ByteString {
  return toByteString(gzipSync(fromByteString(bytes), { level: 1 }));
}

/** `czf a.tgz` as `-c -z -f a.tgz`. */
function oldStyle(args: readonly ByteString[]): readonly ByteString[] {
  const [first = "", ...rest] = args;
  if (first.startsWith("-")) return args;
  const out: ByteString[] = [];
  for (const letter of first.slice(0, 32)) {
    out.push(`-${letter}`);
    if (letter === "f" || letter === "C") out.push(rest.shift() ?? "");
  }
  return [...out, ...rest];
}

/** The program. */
export async function tar(proc: Proc): Promise<number> {
  const options = await parseOptions(
    proc,
    {
      short: "cxtruvzjJahpPOkf:C:",
      long: {
        create: "c",
        extract: "x",
        get: "x",
        list: "t",
        verbose: "v",
        gzip: "z",
        file: "f",
        directory: "C",
        "strip-components": "s:",
      },
      status: 2,
    },
    oldStyle(proc.args),
  );
  if (typeof options === "number") return options;
  if (options.has("c")) return create(proc, options);
  if (options.has("x") || options.has("t")) return read(proc, options);
  await proc.err(
    "tar: You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\nTry 'tar --help' or 'tar --usage' for more information.\n",
  );
  return 2;
}

const inFolder = (options: Options, path: ByteString): ByteString => {
  const folder = options.value("C");
  return folder === undefined || path.startsWith("/") ? path : `${folder}/${path}`;
};

async function create(proc: Proc, options: Options): Promise<number> {
  if (options.rest.length === 0) {
    await proc.err(
      "tar: Cowardly refusing to create an empty archive\nTry 'tar --help' or 'tar --usage' for more information.\n",
    );
    return 2;
  }
  const path = options.value("f") ?? "-";
  const file = path === "-" ? null : proc.fs.openWrite(path, { via: "shell", truncate: true });
  if (file && !file.ok)
    return proc.fail(
      `${path}: Cannot open: ${errorTexts[file.code]}\ntar: Error is not recoverable: exiting now`,
      2,
    );
  const state: Packing = { options, parts: [], bytes: 0, entries: 0, status: 0, told: false };
  for (const operand of options.rest) await pack(proc, state, { path: operand, depth: 0 });
  const archive = archiveBytes(state.parts);
  const packed = options.has("z") || (options.has("a") && /gz$/.test(path)) ? zip(archive) : archive;
  proc.budget.move(packed.length);
  if (file?.ok) {
    const written = file.value.write(0, fromByteString(packed));
    await file.value.close();
    if (!written.ok) return proc.fail(`${path}: Cannot write: ${errorTexts[written.code]}`, 2);
  } else await proc.out(packed);
  if (state.status !== 0) await proc.err("tar: Exiting with failure status due to previous errors\n");
  return state.status;
}

interface Packing {
  readonly options: Options;
  readonly parts: ByteString[];
  bytes: number;
  entries: number;
  status: number;
  /** The leading slash was mentioned. */
  told: boolean;
}

async function pack(proc: Proc, state: Packing, at: { path: ByteString; depth: number }): Promise<void> {
  await proc.budget.step();
  const path = inFolder(state.options, at.path);
  const stat = proc.fs.lstat(path);
  const fault = async (why: string): Promise<void> => {
    state.status = 2;
    await proc.err(`tar: ${at.path}: ${why}\n`);
  };
  if (!stat.ok) return fault(`Cannot stat: ${errorTexts[stat.code]}`);
  const { type, mode, uid, gid, mtimeMs, target = "" } = stat.value;
  if (type !== "file" && type !== "directory" && type !== "symlink") return;
  const text = type === "file" ? proc.fs.readText(path, ARCHIVE_BYTES) : null;
  if (text && !text.ok) return fault(`Cannot open: ${errorTexts[text.code]}`);
  if (at.path.startsWith("/") && !state.told) {
    state.told = true;
    await proc.err("tar: Removing leading `/' from member names\n");
  }
  const bare = at.path.replace(/^\/{1,4096}/, "");
  const name = type === "directory" ? `${bare.replace(/\/{1,4096}$/, "") || "."}/` : bare;
  const member: Member = {
    name,
    type,
    mode,
    uid,
    gid,
    mtimeMs,
    target,
    user: proc.world.userById(uid)?.name ?? "",
    group: proc.world.groupName(gid),
    body: text?.ok ? text.value : "",
  };
  const bytes = memberBytes(member);
  if (bytes === "") return fault("file name is too long (cannot be split); not dumped");
  if (++state.entries > ENTRIES || state.bytes + bytes.length > ARCHIVE_BYTES)
    return fault(`Cannot write: ${errorTexts.ENOSPC}`);
  state.bytes += bytes.length;
  state.parts.push(bytes);
  proc.budget.move(bytes.length);
  if (state.options.has("v")) await (state.options.has("f") ? proc.out(`${name}\n`) : proc.err(`${name}\n`));
  if (type !== "directory" || at.depth >= DEPTH) return;
  const listed = proc.fs.readdir(path);
  if (!listed.ok) return fault(`Cannot open: ${errorTexts[listed.code]}`);
  for (const entry of listed.value) {
    const below = `${at.path.replace(/\/{1,4096}$/, "")}/${entry.name}`;
    await pack(proc, state, { path: below, depth: at.depth + 1 });
  }
}

async function read(proc: Proc, options: Options): Promise<number> {
  const path = options.value("f") ?? "-";
  const text =
    path === "-"
      ? ({ ok: true, value: await proc.stdin.all(ARCHIVE_BYTES) } as const)
      : proc.fs.readText(path, ARCHIVE_BYTES);
  if (!text.ok)
    return proc.fail(
      proc.busybox
        ? `can't open '${path}': ${errorTexts[text.code]}`
        : `${path}: Cannot open: ${errorTexts[text.code]}\ntar: Error is not recoverable: exiting now`,
      proc.busybox ? 1 : 2,
    );
  const archive = unzip(text.value) ?? text.value;
  if (!isArchive(archive)) return notAnArchive(proc, options, text.value);
  proc.budget.move(archive.length);
  for (const member of members(archive)) {
    await proc.budget.step();
    const wanted =
      options.rest.length === 0 ||
      options.rest.some((one) => member.name === one || member.name.startsWith(`${one.replace(/\/$/, "")}/`));
    if (!wanted) continue;
    if (options.has("t") && options.has("v")) await proc.out(longLine(member));
    else if (options.has("t") || options.has("v")) await proc.out(`${member.name}\n`);
    if (options.has("x")) await extract(proc, options, member);
  }
  return 0;
}

async function notAnArchive(proc: Proc, options: Options, bytes: ByteString): Promise<number> {
  if (proc.busybox) return proc.fail("invalid tar magic");
  await proc.err(
    options.has("z") || bytes.startsWith("\x1f\x8b")
      ? "\ngzip: stdin: not in gzip format\ntar: Child returned status 1\ntar: Error is not recoverable: exiting now\n"
      : "tar: This does not look like a tar archive\ntar: Exiting with failure status due to previous errors\n",
  );
  return 2;
}

function longLine(member: Member): string {
  const time = timeParts(member.mtimeMs);
  const owner = `${member.user || member.uid}/${member.group || member.gid}`;
  const size = String(member.body.length).padStart(Math.max(1, 18 - owner.length));
  const link = member.type === "symlink" ? ` -> ${member.target}` : "";
  return `${modeText(member)} ${owner} ${size} ${time.year}-${time.monthNumber}-${time.day.padStart(2, "0")} ${time.hour}:${time.minute} ${member.name}${link}\n`;
}

async function extract(proc: Proc, options: Options, member: Member): Promise<void> {
  if (options.has("O")) return proc.out(member.type === "file" ? member.body : "");
  const parts = member.name.split("/").filter((part) => part !== "" && part !== "..");
  const target = inFolder(options, parts.join("/"));
  // The folders on the way are made as they are needed.
  for (let i = 1; i < Math.min(parts.length, DEPTH); i++)
    proc.fs.mkdir(inFolder(options, parts.slice(0, i).join("/")));
  if (member.type === "directory") {
    if (parts.length > 0) proc.fs.mkdir(target, member.mode & 0o777);
    return;
  }
  if (member.type === "symlink") {
    proc.fs.symlink(member.target, target);
    return;
  }
  const file = proc.fs.openWrite(target, {
    via: "shell",
    truncate: true,
    mode: member.mode & 0o777 || 0o644,
  });
  if (!file.ok) return proc.err(`tar: ${member.name}: Cannot open: ${errorTexts[file.code]}\n`);
  file.value.write(0, fromByteString(member.body));
  await file.value.close();
  proc.fs.utimes(target, member.mtimeMs);
}
