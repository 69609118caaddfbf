// Which SFTP status the errors of the fake file system become.

import type { FsErrorCode } from "../shell/shell.ts";

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
