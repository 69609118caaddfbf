// Landlock (landlock(7)): which files this thread, and whatever it becomes, may still open, and no TCP outward.
// Only ever takes away. A kernel without it is told as such; the caller decides what that means.

import { ptr } from "bun:ffi";
import { closeSync, openSync, statSync } from "node:fs";
import { systemErrorCode } from "../../contract/errors.ts";
import { attempt, must } from "../libc/errno.ts";
import { lazyLibc } from "../libc/load.ts";

// <linux/landlock.h>; the numbers of its calls are the same on every architecture
const CREATE_RULESET = 444;
const ADD_RULE = 445;
const RESTRICT_SELF = 446;
const CREATE_VERSION = 1;
const RULE_PATH_BENEATH = 1;
const EXECUTE = 1 << 0;
const WRITE_FILE = 1 << 1;
const READ_FILE = 1 << 2;
const READ_DIR = 1 << 3;
const REMOVE_DIR = 1 << 4;
const REMOVE_FILE = 1 << 5;
const MAKE_DIR = 1 << 7;
const MAKE_REG = 1 << 8;
const REFER = 1 << 13;
const TRUNCATE = 1 << 14;
const IOCTL_DEV = 1 << 15;
/** Rights up to each version: 13, then renames, truncation, ioctl of devices. */
const ALL_RIGHTS = 0x1fff;
const NET_TCP = 0b11;
const SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11;
/** Versions: renames between folders (2), truncation (3), TCP (4), devices (5), scopes (6). */
const FIRST_USABLE = 2;
/** open(2) */
const O_PATH = 0x20_0000;
const O_CLOEXEC = 0x8_0000;

const READ = READ_FILE | READ_DIR;
const RUN = READ | EXECUTE;
const WRITE = READ | WRITE_FILE | TRUNCATE | MAKE_REG | MAKE_DIR | REMOVE_FILE | REMOVE_DIR | REFER;
/** What a rule for a single file may hold. */
const OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV;

const libc = lazyLibc({
  syscall: { args: ["i64", "u64", "u64", "u64", "u64"], returns: "i64" },
});

/** What stays open, by path. A path that is not there is passed over. */
export interface Openings {
  readonly read: readonly string[];
  /** Programs and what their loading takes. */
  readonly run: readonly string[];
  readonly write: readonly string[];
  /** TCP connections outward: for a bus that is reached over them. */
  readonly connect: boolean;
}

/** A prepared set of rules. */
export interface Landlock {
  /** Puts it on this thread for good. */
  restrict(): void;
}

function handled(version: number, connect: boolean): BigUint64Array {
  const upTo = version >= 5 ? 0xffff : version >= 3 ? 0x7fff : 0x3fff;
  const files = BigInt(ALL_RIGHTS | REFER | TRUNCATE | IOCTL_DEV) & BigInt(upTo);
  const net = version >= 4 && !connect ? BigInt(NET_TCP) : 0n;
  const scopes = version >= 6 ? BigInt(SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS) : 0n;
  return new BigUint64Array([files, net, scopes]);
}

function allow(ruleset: number, path: string, rights: bigint): void {
  let fd: number;
  try {
    fd = openSync(path, O_PATH | O_CLOEXEC);
  } catch (error) {
    // What is not there, or out of reach, need not be opened.
    if (systemErrorCode(error) !== undefined) return;
    throw error;
  }
  const fits = statSync(path).isDirectory() ? rights : rights & BigInt(OF_FILES);
  // struct landlock_path_beneath_attr, packed: 8 bytes of rights, 4 of a descriptor
  const rule = new DataView(new ArrayBuffer(12));
  rule.setBigUint64(0, fits, true);
  rule.setInt32(8, fd, true);
  const bytes = new Uint8Array(rule.buffer);
  const { syscall } = libc();
  try {
    must("landlock_add_rule", () => syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, ptr(bytes), 0));
  } finally {
    closeSync(fd);
  }
}

/** Prepares rules while the paths can still be reached; undefined where the kernel has no Landlock of use. */
export function prepareLandlock(openings: Openings): Landlock | undefined {
  const { syscall } = libc();
  const version = attempt(() => syscall(CREATE_RULESET, 0, 0, CREATE_VERSION, 0)).value;
  if (version < FIRST_USABLE) return undefined;
  const rules = handled(version, openings.connect);
  // An older kernel takes a shorter structure.
  const size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
  const ruleset = must("landlock_create_ruleset", () => syscall(CREATE_RULESET, ptr(rules), size, 0, 0));
  const known = rules[0] ?? 0n;
  for (const path of openings.read) allow(ruleset, path, BigInt(READ) & known);
  for (const path of openings.run) allow(ruleset, path, BigInt(RUN) & known);
  for (const path of openings.write) allow(ruleset, path, BigInt(WRITE) & known);
  return {
    restrict() {
      must("landlock_restrict_self", () => syscall(RESTRICT_SELF, ruleset, 0, 0, 0));
      closeSync(ruleset);
    },
  };
}
