// What the C library says of the errors of the fake file system, and which SFTP status they become.

import type { FsErrorCode } from "../shell/shell.ts";

const TEXTS: Readonly<Record<FsErrorCode, string>> = {
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

/** strerror(3). */
export function errorText(code: FsErrorCode): string {
  return TEXTS[code] ?? "Input/output error";
}

/** Status codes of SFTP version 3 (draft-ietf-secsh-filexfer-02 section 7). */
export const status = {
  ok: 0,
  eof: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  unsupported: 8,
} as const;

/** The status that OpenSSH's sftp-server gives for an error. */
export function statusOf(code: FsErrorCode): number {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
    case "ELOOP":
      return status.noSuchFile;
    case "EPERM":
    case "EACCES":
      return status.permissionDenied;
    case "ENAMETOOLONG":
    case "EINVAL":
      return status.badMessage;
    default:
      return status.failure;
  }
}
