// Moves this thread into a network namespace for the time of one synchronous call, and back.
// Refuses to go on in the wrong namespace: when the way back fails, the process ends.

import { closeSync, openSync } from "node:fs";
import { CLONE_NEWNET, setns, unshare } from "../libc/namespaces.ts";

/** The network namespace of the calling thread; /proc/self would be that of the process's first thread. */
export const OWN_NAMESPACE = "/proc/thread-self/ns/net";

/** A call that is over when it returns: what it starts and does not wait for would run in another namespace. */
export type Synchronous<T> = T extends PromiseLike<unknown> ? never : T;

function comeBack(home: number): void {
  try {
    setns(home, CLONE_NEWNET);
  } catch (error) {
    // Anything done from here on would happen in a decky's network: there is no safe way to go on.
    console.error("decnet: the way back out of a network namespace failed", error);
    process.abort();
  }
}

/**
 * A thread that the runtime starts during `call` begins its life in the other namespace and keeps it alive until it
 * ends: whoever removes a namespace removes the links in it first.
 */
function away<T>(leave: () => void, call: () => Synchronous<T>): T {
  const home = openSync(OWN_NAMESPACE, "r");
  try {
    leave();
    try {
      return call();
    } finally {
      comeBack(home);
    }
  } finally {
    closeSync(home);
  }
}

/** Runs `call` in the namespace that `fd` refers to. */
export function inNamespace<T>(fd: number, call: () => Synchronous<T>): T {
  return away(() => setns(fd, CLONE_NEWNET), call);
}

/** Runs `call` in a network namespace that is new and empty, and gone afterwards unless the call keeps it. */
export function inNewNamespace<T>(call: () => Synchronous<T>): T {
  return away(() => unshare(CLONE_NEWNET), call);
}
