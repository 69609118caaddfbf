// The ustar format (POSIX.1-2017, pax "ustar Interchange Format"): members to bytes and back.
// Bounded by its input; never throws for what is malformed, it ends there.

import type { ByteString } from "../shell.ts";

/** A member of an archive. */
export interface Member {
  readonly name: ByteString;
  readonly type: "file" | "directory" | "symlink";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly user: ByteString;
  readonly group: ByteString;
  readonly mtimeMs: number;
  readonly target: ByteString;
  readonly body: ByteString;
}

const BLOCK = 512;
/** tar writes whole records of this many bytes. */
const RECORD = 20 * BLOCK;
const TYPES = { file: "0", directory: "5", symlink: "2" } as const;

const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, "0")}\0`;
const field = (text: ByteString, width: number): string => text.slice(0, width).padEnd(width, "\0");

/** Name and prefix of a path, or null when it does not fit. */
function split(path: ByteString): { name: ByteString; prefix: ByteString } | null {
  if (path.length <= 100) return { name: path, prefix: "" };
  const at = path.indexOf("/", path.length - 101);
  return at > 0 && at <= 155 && at < path.length - 1
    ? { name: path.slice(at + 1), prefix: path.slice(0, at) }
    : null;
}

/** Header and body of a member; empty for a name that is too long. */
export function memberBytes(member: Member): ByteString {
  const path = split(member.name);
  if (!path) return "";
  const head =
    field(path.name, 100) +
    octal(member.mode, 8) +
    octal(member.uid, 8) +
    octal(member.gid, 8) +
    octal(member.body.length, 12) +
    octal(Math.max(0, Math.floor(member.mtimeMs / 1000)), 12);
  const tail =
    TYPES[member.type] +
    field(member.target, 100) +
    "ustar  \0" +
    field(member.user, 32) +
    field(member.group, 32) +
    "\0".repeat(16) +
    field(path.prefix, 155) +
    "\0".repeat(12);
  let sum = 8 * 32;
  for (let i = 0; i < head.length; i++) sum += head.charCodeAt(i);
  for (let i = 0; i < tail.length; i++) sum += tail.charCodeAt(i);
  const padding = "\0".repeat((BLOCK - (member.body.length % BLOCK)) % BLOCK);
  return `${head}${sum.toString(8).padStart(6, "0")}\0 ${tail}${member.body}${padding}`;
}

/** An archive of members' bytes, ended and filled up. */
export function archiveBytes(members: readonly ByteString[]): ByteString {
  const all = members.join("") + "\0".repeat(2 * BLOCK);
  return all + "\0".repeat((RECORD - (all.length % RECORD)) % RECORD);
}

/** Whether this looks like an archive. */
export function isArchive(bytes: ByteString): boolean {
  return bytes.slice(257, 262) === "ustar";
}

/** Members of an archive, up to its end or to what is none. */
export function* members(bytes: ByteString): Generator<Member> {
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const text = (from: number, width: number): ByteString =>
      bytes.slice(at + from, at + from + width).split("\0", 1)[0] ?? "";
    const number = (from: number, width: number): number => {
      const value = Number.parseInt(text(from, width), 8);
      return Number.isSafeInteger(value) && value > 0 ? value : 0;
    };
    const short = text(0, 100);
    if (short === "" || text(257, 5) !== "ustar") return;
    const size = number(124, 12);
    const prefix = text(345, 155);
    const kind = bytes.charAt(at + 156);
    yield {
      name: prefix === "" ? short : `${prefix}/${short}`,
      type: kind === "5" || short.endsWith("/") ? "directory" : kind === "2" ? "symlink" : "file",
      mode: number(100, 8) & 0o7777,
      uid: number(108, 8),
      gid: number(116, 8),
      user: text(265, 32),
      group: text(297, 32),
      mtimeMs: number(136, 12) * 1000,
      target: text(157, 100),
      body: bytes.slice(at + BLOCK, at + BLOCK + size),
    };
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
}
