// The fake machine behind ssh and telnet: what the decoys call. The types and the way in, nothing else.
// Never runs, fetches or opens anything real: every program is a function over an in-memory world.

import type { Clock } from "../../contract/clock.ts";
import type { Session } from "../decoy.ts";
import type { Account, Persona } from "../personas/persona.ts";

/**
 * Paths, names, command lines and texts of this folder are *byte strings*: every character is one byte (0 to 255), so
 * that whatever was sent goes through unharmed. `toByteString` and `fromByteString` of bytes.ts convert.
 */
export type ByteString = string;

/** A pull source of bytes: the next ones (never empty), or null at the end, for ever after. */
export interface ByteSource {
  read(): Promise<Uint8Array | null>;
}

/** A push sink of bytes. Resolves once more may be written; resolves also when nobody listens any more. */
export type ByteSink = (bytes: Uint8Array) => Promise<void>;

/** Why a file operation failed, as errno names. */
export type FsErrorCode =
  | "ENOENT"
  | "EACCES"
  | "EPERM"
  | "EEXIST"
  | "ENOTDIR"
  | "EISDIR"
  | "ENOTEMPTY"
  | "ELOOP"
  | "ENAMETOOLONG"
  | "ENOSPC"
  | "EROFS"
  | "EINVAL"
  | "ETXTBSY"
  | "ENXIO"
  | "EXDEV";

/** Result of a file operation: an expected failure is a value, not an exception. */
export type FsResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: FsErrorCode };

/** Type of a node. */
export type FileType = "file" | "directory" | "symlink" | "character" | "block" | "fifo" | "socket";

/** What stat tells. `mode` holds the permission bits only (no type bits); `mtimeMs` is Unix ms. */
export interface FileStat {
  readonly type: FileType;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes, as `ls -l` shows. */
  readonly size: number;
  readonly mtimeMs: number;
  readonly nlink: number;
  readonly ino: number;
  /** Major and minor number of a device node. */
  readonly device?: readonly [number, number];
  /** Target of a symbolic link. */
  readonly target?: ByteString;
}

/** Which way a written file came: the `via` of `file.uploaded`. */
export type UploadVia = "scp" | "sftp" | "ftp" | "shell";

/** An open file to read. */
export interface OpenFile {
  readonly stat: FileStat;
  /** At most `length` bytes from `offset`; empty at the end. Never more than 256 KiB in one call. */
  read(offset: number, length: number): Uint8Array;
}

/** An open file to write. Every byte counts against the session's bounds. */
export interface WritableFile {
  /** Writes at `offset`; fails with ENOSPC beyond the bounds. */
  write(offset: number, bytes: Uint8Array): FsResult<number>;
  truncate(size: number): FsResult<void>;
  stat(): FileStat;
  /** Reads back what is in it. */
  read(offset: number, length: number): Uint8Array;
  /** Completes it. Written content is captured and recorded as `file.uploaded` (for `shell`: at the end of the login). Idempotent. */
  close(): Promise<void>;
}

/**
 * The file system as one intruder sees it, with one account's permissions: the persona's files, and over them what was
 * written from this source address. Relative paths start at the account's home. Nothing here throws for what a client asks.
 */
export interface SessionFs {
  stat(path: ByteString): FsResult<FileStat>;
  lstat(path: ByteString): FsResult<FileStat>;
  /** Entries in order of name, without `.` and `..`. */
  readdir(path: ByteString): FsResult<readonly { readonly name: ByteString; readonly stat: FileStat }[]>;
  open(path: ByteString): FsResult<OpenFile>;
  /** The whole content, cut at 16 MiB. */
  readFile(path: ByteString): FsResult<Uint8Array>;
  openWrite(
    path: ByteString,
    options: {
      readonly via: UploadVia;
      /** Permission bits of a new file (the caller has applied the umask). Default 0o644. */
      readonly mode?: number;
      readonly truncate?: boolean;
      /** Fails with EEXIST when it is there. */
      readonly exclusive?: boolean;
      /** Makes it when it is not there. Default true. */
      readonly create?: boolean;
    },
  ): FsResult<WritableFile>;
  mkdir(path: ByteString, mode?: number): FsResult<void>;
  /** Removes one file or link. */
  unlink(path: ByteString): FsResult<void>;
  rmdir(path: ByteString): FsResult<void>;
  rename(from: ByteString, to: ByteString, options?: { readonly replace?: boolean }): FsResult<void>;
  symlink(target: ByteString, path: ByteString): FsResult<void>;
  link(from: ByteString, to: ByteString): FsResult<void>;
  readlink(path: ByteString): FsResult<ByteString>;
  chmod(path: ByteString, mode: number): FsResult<void>;
  chown(path: ByteString, uid: number, gid: number): FsResult<void>;
  utimes(path: ByteString, mtimeMs: number): FsResult<void>;
  /** Absolute, links resolved; the last component need not exist (as sftp-server's realpath). */
  realpath(path: ByteString): FsResult<ByteString>;
  /** As statvfs(3) shows, in KiB. */
  statvfs(): {
    readonly totalKib: number;
    readonly freeKib: number;
    readonly files: number;
    readonly filesFree: number;
  };
}

/** One shell process without a terminal (`ssh host command`). A shell with one is {@link runInteractive} of interactive.ts. */
export interface Shell {
  readonly fs: SessionFs;
  /** The prompt as it stands now. */
  prompt(): ByteString;
  /**
   * Runs a command line to its end and resolves with its status, output going to the sinks. Recording it as
   * `command.executed` is the caller's. Never rejects; ends within its bounds and soon after `interrupt`.
   */
  run(commandLine: ByteString, stdin?: ByteSource): Promise<number>;
  /** Ctrl-C or the end of the channel: aborts what runs. */
  interrupt(): void;
  /** True once the shell has ended (`exit`, `logout`, `reboot`). */
  readonly exited: boolean;
  resize(columns: number, rows: number): void;
}

/** Options of a shell. */
export interface ShellOptions {
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
  /** Set when the client asked for a pseudo terminal as well. */
  readonly terminal?: { readonly columns: number; readonly rows: number; readonly type: string };
  /** Variables that the client sent (SSH `env`), already filtered by the caller. */
  readonly env?: ReadonlyMap<ByteString, ByteString>;
  /** Set to true for a login shell (`$0` is `-bash`). Default false: `bash -c`. */
  readonly loginShell?: boolean;
}

/** One login: the files, users and processes that all channels of one conversation share. */
export interface Login {
  readonly account: Account;
  readonly machine: Machine;
  readonly session: Session;
  readonly fs: SessionFs;
  openShell(options: ShellOptions): Shell;
  /** Captures what was written through shells and lets go of everything; the files stay for the source's next login. Idempotent; call it at the end of the conversation. */
  close(): Promise<void>;
}

/** The files of a login that has no shell. */
export interface FilesLogin {
  readonly fs: SessionFs;
  /** Where it starts. */
  readonly home: ByteString;
  /** Whether it may enter a folder. */
  canEnter(path: ByteString): boolean;
  /** Records what was written and lets go; the files stay for the source's next login. Idempotent. */
  close(): Promise<void>;
}

/** One machine: made once per decky and shared by its services. Its own files never change. */
export interface Machine {
  readonly persona: Persona;
  readonly clock: Clock;
  /** The account of that name, or an ordinary one made up for a name that the persona does not list. */
  account(name: ByteString): Account;
  /** Text shown after a login and before the first prompt (motd, last login), lines ending in LF. */
  greeting(account: Account, session: Session): ByteString;
  /** `port` of the service and `tty` decide what `who`, `netstat` and `$SSH_CLIENT` show. */
  login(options: {
    readonly account: Account;
    readonly session: Session;
    readonly service: "ssh" | "telnet";
  }): Login;
  /** Opens the files without a shell, below `root` alone when one is given: nothing above it can be named. */
  files(options: {
    readonly session: Session;
    readonly who: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] };
    readonly home: ByteString;
    readonly root?: ByteString;
  }): FilesLogin;
  /** The user of that name as /etc/passwd has it. */
  user(name: ByteString):
    | {
        readonly uid: number;
        readonly gid: number;
        readonly groups: readonly number[];
        readonly home: ByteString;
      }
    | undefined;
  /** Whether a password opens an account for this source address: the persona's, unless the source has set another. */
  admits(source: string, name: string, password: string): boolean;
  /** Whether a public key does: one that this source address has put there. */
  acceptsKey(source: string, name: string, blob: Uint8Array): boolean;
  /** A file that this source address wrote and the web server's user may read; undefined for all others. */
  written(
    source: string,
    path: ByteString,
  ): { readonly body: Uint8Array; readonly mtimeMs: number } | undefined;
}

export { createMachine, machineOf } from "./machine.ts";
