// Opens the C library, once for each group of functions and only when one of them is first called.
// Refuses to guess: on a system without glibc or musl the caller gets an error that says so.

import { dlopen, type FFIFunction, type Library, read } from "bun:ffi";
import { DecnetError } from "../../contract/errors.ts";

/** glibc on every architecture, then musl by its architecture's name, then its plain name. */
const NAMES = [
  "libc.so.6",
  process.arch === "arm64" ? "libc.musl-aarch64.so.1" : "libc.musl-x86_64.so.1",
  "libc.so",
] as const;

/** dlopen for the C library. Throws DecnetError `unavailable` where there is none. */
function openLibc<const F extends Record<string, FFIFunction>>(functions: F): Library<F> {
  let cause: unknown;
  for (const name of NAMES) {
    try {
      return dlopen(name, functions);
    } catch (error) {
      cause = error;
    }
  }
  throw new DecnetError("unavailable", "the C library could not be opened", { cause });
}

/** The functions of a group: a call that opens the library the first time, and is cheap after that. */
export function lazyLibc<const F extends Record<string, FFIFunction>>(
  functions: F,
): () => Library<F>["symbols"] {
  let opened: Library<F> | undefined;
  return () => {
    opened ??= openLibc(functions);
    return opened.symbols;
  };
}

const errnoLibrary = lazyLibc({ __errno_location: { args: [], returns: "ptr" } });

/** errno of this thread. Only right straight after the call that failed: nothing may run in between. */
export function errno(): number {
  const at = errnoLibrary().__errno_location();
  return at === null ? 0 : read.i32(at, 0);
}

/** Opens the way to errno beforehand, so that reading it after a failed call loads nothing. */
export function prepareErrno(): void {
  errnoLibrary();
}
