// What a failed system call becomes: an error with the call, the name of its errno and a fitting code.
// Never swallows a failure: an errno that is expected must be named by the caller.

import { constants } from "node:os";
import { DecnetError, type ErrorCode } from "../../contract/errors.ts";
import { errno, prepareErrno } from "./load.ts";

/** Of two names for one number the usual one, which comes first: EAGAIN, not EWOULDBLOCK. */
const names: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.errno)
    .map(([name, value]): [number, string] => [value, name])
    .toReversed(),
);

/** errno values by name (errno(3)). */
export const E = constants.errno;

const codes: Readonly<Record<string, ErrorCode>> = {
  EPERM: "forbidden",
  EACCES: "forbidden",
  EEXIST: "conflict",
  EADDRINUSE: "conflict",
  EBUSY: "conflict",
  ENOENT: "not_found",
  ENODEV: "not_found",
  ESRCH: "not_found",
  EADDRNOTAVAIL: "not_found",
  ENOSPC: "no_space",
  EMFILE: "too_many",
  ENFILE: "too_many",
  ENOBUFS: "too_many",
  ENOMEM: "too_many",
  ETIMEDOUT: "timeout",
};

/** The error of a call that failed with `value`. `details.errno` holds the name. */
export function errnoError(call: string, value: number): DecnetError {
  const name = names.get(value) ?? `errno ${value}`;
  return new DecnetError(codes[name] ?? "internal", `${call}: ${name}`, { details: { call, errno: name } });
}

/** The name of the errno behind an error of {@link errnoError}, or undefined. */
export function errnoOf(error: unknown): string | undefined {
  const name = error instanceof DecnetError ? error.details?.["errno"] : undefined;
  return typeof name === "string" ? name : undefined;
}

/** Runs one call and reads errno at once when it returned a negative value. Tries again when a signal cut it short. */
export function attempt(call: () => number | bigint): { readonly value: number; readonly errno: number } {
  prepareErrno();
  for (;;) {
    const value = call();
    if (value >= 0) return { value: Number(value), errno: 0 };
    const failed = errno();
    if (failed !== E.EINTR) return { value: Number(value), errno: failed };
  }
}

/** Runs one call; throws {@link errnoError} when it failed. */
export function must(name: string, call: () => number | bigint): number {
  const { value, errno: failed } = attempt(call);
  if (failed !== 0) throw errnoError(name, failed);
  return value;
}
