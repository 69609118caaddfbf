// Nodes of the virtual file system. Those of the base tree are shared by all logins and never changed.

import type { ByteString, FileStat, FsErrorCode, FsResult, UploadVia } from "../shell.ts";
import type { Content } from "./content.ts";

interface Meta {
  mode: number;
  uid: number;
  gid: number;
  mtimeMs: number;
  readonly ino: number;
  nlink: number;
}

/** Who captures what was written: the login that wrote it last. */
export interface Captor {
  /** Captures content as it is now, without waiting. */
  take(path: ByteString, node: FileNode): void;
}

/** A regular file. `program` names what runs when it is executed. */
export interface FileNode extends Meta {
  readonly type: "file";
  content: Content;
  program?: string | undefined;
  /** Written by an intruder and not yet captured: how it came. */
  dirty?: UploadVia | undefined;
  /** Who wrote what is dirty. */
  writer?: Captor | undefined;
}

/** A directory. `sealed` is the error of making something in it (as /proc and /sys answer, root included). */
export interface DirectoryNode extends Meta {
  readonly type: "directory";
  readonly entries: Map<ByteString, VNode>;
  readonly sealed?: FsErrorCode;
  /** Bytes that it takes up. Default one block. */
  readonly size?: number;
}

/** A symbolic link. */
export interface LinkNode extends Meta {
  readonly type: "symlink";
  readonly target: ByteString;
}

/** A device, pipe or socket. */
export interface SpecialNode extends Meta {
  readonly type: "character" | "block" | "fifo" | "socket";
  readonly device: readonly [number, number];
  /** What reading gives; undefined reads as empty. */
  readonly content?: Content;
}

/** Any node. */
export type VNode = FileNode | DirectoryNode | LinkNode | SpecialNode;

/** Who asks. */
export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

export const ok = <T>(value: T): FsResult<T> => ({ ok: true, value });
export const fail = (code: FsErrorCode): { readonly ok: false; readonly code: FsErrorCode } => ({
  ok: false,
  code,
});

/** The text that strerror(3) gives. */
export const errorTexts: Readonly<Record<FsErrorCode, string>> = {
  ENOENT: "No such file or directory",
  EACCES: "Permission denied",
  EPERM: "Operation not permitted",
  EEXIST: "File exists",
  ENOTDIR: "Not a directory",
  EISDIR: "Is a directory",
  ENOTEMPTY: "Directory not empty",
  ELOOP: "Too many levels of symbolic links",
  ENAMETOOLONG: "File name too long",
  ENOSPC: "No space left on device",
  EROFS: "Read-only file system",
  EINVAL: "Invalid argument",
  ETXTBSY: "Text file busy",
  ENXIO: "No such device or address",
  EXDEV: "Invalid cross-device link",
};

/** Whether `who` may do what `want` says (4 read, 2 write, 1 execute or search). */
export function permits(node: VNode, who: Credentials, want: number): boolean {
  if (who.uid === 0) return want !== 1 || node.type === "directory" || (node.mode & 0o111) !== 0;
  const shift = node.uid === who.uid ? 6 : node.gid === who.gid || who.groups.includes(node.gid) ? 3 : 0;
  return ((node.mode >> shift) & want) === want;
}

/** What stat tells of a node. */
export function statOf(node: VNode): FileStat {
  const base = {
    type: node.type,
    mode: node.mode,
    uid: node.uid,
    gid: node.gid,
    mtimeMs: node.mtimeMs,
    ino: node.ino,
  };
  switch (node.type) {
    case "file":
      return { ...base, size: node.content.size, nlink: node.nlink };
    case "directory": {
      let folders = 0;
      for (const child of node.entries.values()) if (child.type === "directory") folders++;
      return { ...base, size: node.sealed ? 0 : (node.size ?? 4096), nlink: 2 + folders };
    }
    case "symlink":
      return { ...base, size: node.target.length, nlink: 1, target: node.target };
    default:
      return { ...base, size: 0, nlink: 1, device: node.device };
  }
}
