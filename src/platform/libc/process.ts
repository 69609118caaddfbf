// A process about itself: rights given up for good, filters put on, another image in its place.
// Gives up and shuts; has no function to get anything back.

import { ptr } from "bun:ffi";
import { DecnetError } from "../../contract/errors.ts";
import { attempt, must } from "./errno.ts";
import { lazyLibc } from "./load.ts";

// prctl(2)
const PR_SET_DUMPABLE = 4;
const PR_SET_NAME = 15;
const PR_SET_SECCOMP = 22;
const PR_CAPBSET_DROP = 24;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_CLEAR_ALL = 4;
const SECCOMP_MODE_FILTER = 2;
// seccomp(2)
const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_FILTER_FLAG_TSYNC = 1;
/** _LINUX_CAPABILITY_VERSION_3 (capset(2)). */
const CAPABILITY_VERSION = 0x2008_0522;
/** Capabilities have numbers below 64; a kernel refuses those that it has not. */
const CAPABILITIES = 64;
const AT_EMPTY_PATH = 0x1000;
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const x64 = process.arch === "x64";
const SYS_SECCOMP = x64 ? 317 : 277;
const SYS_CAPSET = x64 ? 126 : 91;
const SYS_EXECVEAT = x64 ? 322 : 281;

const libc = lazyLibc({
  prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" },
  syscall: { args: ["i64", "u64", "u64", "u64", "u64", "u64"], returns: "i64" },
  memfd_create: { args: ["ptr", "u32"], returns: "i32" },
  fcntl: { args: ["i32", "i32", "i32"], returns: "i32" },
});

function cString(text: string): Uint8Array {
  if (text.includes("\0"))
    throw new DecnetError("invalid", "text with a NUL byte can't be given to the kernel");
  return new TextEncoder().encode(`${text}\0`);
}

function control(option: number, value: number, second = 0): number {
  const { prctl } = libc();
  return attempt(() => prctl(option, value, second, 0, 0)).errno;
}

/** This thread can never gain a right by running another program (no_new_privs). */
export function forgoPrivileges(): void {
  const { prctl } = libc();
  must("prctl", () => prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

/** Takes every capability out of this thread's bounding set, as far as it has the right to. */
export function emptyBoundingSet(): void {
  for (let capability = 0; capability < CAPABILITIES; capability++) control(PR_CAPBSET_DROP, capability);
}

/** Takes every capability from this thread, those included that it would keep over execve(2). */
export function dropCapabilities(): void {
  const { syscall } = libc();
  control(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL);
  const header = new Uint32Array([CAPABILITY_VERSION, 0]);
  const none = new Uint32Array(6);
  must("capset", () => syscall(SYS_CAPSET, ptr(header), ptr(none), 0, 0, 0));
}

/** Keeps other processes of the same user from looking into this one, and its memory out of core files. */
export function hideMemory(): void {
  control(PR_SET_DUMPABLE, 0);
}

/** The name of this process in listings: 15 bytes. */
export function nameProcess(name: string): void {
  const bytes = cString(name.slice(0, 15));
  control(PR_SET_NAME, ptr(bytes));
}

/** struct sock_fprog: the number of instructions, and where they are. `program` must stay reachable. */
function filterProgram(program: Uint8Array): BigUint64Array {
  return new BigUint64Array([BigInt(program.length / 8), BigInt(ptr(program))]);
}

/** Puts a seccomp filter on this thread, and all that it starts; the errno when the kernel refuses, else 0. */
export function filterThread(program: Uint8Array): number {
  const described = filterProgram(program);
  return control(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ptr(described));
}

/** Puts a seccomp filter on every thread of this process; the errno when the kernel refuses, else 0. */
export function filterAllThreads(program: Uint8Array): number {
  const { syscall } = libc();
  const described = filterProgram(program);
  const set = (): number | bigint =>
    syscall(SYS_SECCOMP, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, ptr(described), 0, 0);
  const { value, errno } = attempt(set);
  // A positive value is the thread that could not be brought along.
  return value > 0 ? 1 : errno;
}

/** A file in memory that has no name in any folder. It is kept over execve(2). */
export function memoryFile(label: string): number {
  const { memfd_create } = libc();
  const name = cString(label);
  return must("memfd_create", () => memfd_create(name, 0));
}

/** Whether a descriptor outlasts execve(2). */
export function keepOverExec(fd: number, keep: boolean): void {
  const { fcntl } = libc();
  attempt(() => fcntl(fd, F_SETFD, keep ? 0 : FD_CLOEXEC));
}

function vector(texts: readonly string[]): {
  readonly pointers: BigUint64Array;
  readonly held: Uint8Array[];
} {
  const held = texts.map(cString);
  return { pointers: new BigUint64Array([...held.map((bytes) => BigInt(ptr(bytes))), 0n]), held };
}

/** Becomes the program behind a descriptor: same process, other image. Returns only by throwing. */
export function becomeProgram(
  fd: number,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): never {
  const { syscall } = libc();
  const words = vector(argv);
  const variables = vector(Object.entries(env).map(([name, value]) => `${name}=${value}`));
  const empty = cString("");
  must("execveat", () => {
    const failed = syscall(
      SYS_EXECVEAT,
      fd,
      ptr(empty),
      ptr(words.pointers),
      ptr(variables.pointers),
      AT_EMPTY_PATH,
    );
    // What the pointers point to must outlive the call.
    return words.held.length + variables.held.length > 0 ? failed : -1;
  });
  throw new DecnetError("internal", "execveat came back");
}
