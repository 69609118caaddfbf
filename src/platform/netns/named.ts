// Network namespaces with a name: files in one folder on which the namespace is mounted, as ip-netns(8) has them.
// Touches only names that begin with the prefix of one install.

import { closeSync, mkdirSync, openSync, readdirSync, statfsSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { DecnetError, systemErrorCode } from "../../contract/errors.ts";
import { errnoOf } from "../libc/errno.ts";
import { bindMount, unmount } from "../libc/namespaces.ts";
import type { Synchronous } from "./thread.ts";
import { inNamespace, inNewNamespace, OWN_NAMESPACE } from "./thread.ts";

/** Where `ip netns` looks. */
const NETNS_FOLDER = "/run/netns";
/** NSFS_MAGIC of <linux/magic.h>: the file system of a mounted namespace. */
const NSFS_MAGIC = 0x6e73_6673;
/** Mounts on top of one another that are taken off one name at most. */
const MAX_MOUNTS = 16;

/** A name of ours; `mounted` is false for one that a crash left without a namespace. */
export interface NamedNamespace {
  readonly name: string;
  readonly mounted: boolean;
}

/** The namespaces of one install. */
export interface NamedNamespaces {
  /** Makes a namespace. Throws DecnetError `conflict` where the name is taken. */
  create(name: string): void;
  /** Opens one; the caller closes the descriptor. */
  open(name: string): number;
  /** Runs `call` within one, synchronously. */
  run<T>(name: string, call: () => Synchronous<T>): T;
  /** Removes one; what is in it goes once nothing holds it open. No error when it is not there. */
  remove(name: string): void;
  /** All of this install. */
  list(): NamedNamespace[];
  /** The one of that name, or undefined. */
  find(name: string): NamedNamespace | undefined;
}

/** The namespaces in `folder` whose names begin with `prefix`. */
export function namedNamespaces(prefix: string, folder: string = NETNS_FOLDER): NamedNamespaces {
  if (!/^[a-z0-9-]{1,40}$/.test(prefix)) throw new DecnetError("invalid", "not a prefix for namespaces");
  return new Named(prefix, folder);
}

class Named implements NamedNamespaces {
  readonly #prefix: string;
  readonly #folder: string;

  constructor(prefix: string, folder: string) {
    this.#prefix = prefix;
    this.#folder = folder;
  }

  create(name: string): void {
    const path = this.#path(name);
    mkdirSync(this.#folder, { recursive: true, mode: 0o755 });
    claim(path, name);
    try {
      inNewNamespace(() => bindMount(OWN_NAMESPACE, path));
    } catch (error) {
      unlinkSync(path);
      throw error;
    }
  }

  open(name: string): number {
    if (!this.find(name)?.mounted) throw new DecnetError("not_found", `there is no namespace "${name}"`);
    return openSync(this.#path(name), "r");
  }

  run<T>(name: string, call: () => Synchronous<T>): T {
    const fd = this.open(name);
    try {
      return inNamespace(fd, call);
    } finally {
      closeSync(fd);
    }
  }

  remove(name: string): void {
    const path = this.#path(name);
    for (let tries = 0; tries < MAX_MOUNTS && this.find(name)?.mounted; tries++) unmountQuietly(path);
    try {
      unlinkSync(path);
    } catch (error) {
      if (systemErrorCode(error) !== "ENOENT") throw error;
    }
  }

  list(): NamedNamespace[] {
    try {
      const names = readdirSync(this.#folder).filter((name) => name.startsWith(this.#prefix));
      return names.flatMap((name) => this.find(name) ?? []);
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return [];
      throw error;
    }
  }

  find(name: string): NamedNamespace | undefined {
    try {
      return { name, mounted: Number(statfsSync(this.#path(name)).type) === NSFS_MAGIC };
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return undefined;
      throw error;
    }
  }

  #path(name: string): string {
    if (!name.startsWith(this.#prefix) || !/^[a-z0-9-]{1,80}$/.test(name)) {
      throw new DecnetError("invalid", "not a name of this install's namespaces");
    }
    return join(this.#folder, name);
  }
}

function claim(path: string, name: string): void {
  try {
    closeSync(openSync(path, "wx", 0o444));
  } catch (error) {
    if (systemErrorCode(error) !== "EEXIST") throw error;
    throw new DecnetError("conflict", `the namespace "${name}" is there already`, { cause: error });
  }
}

function unmountQuietly(path: string): void {
  try {
    unmount(path);
  } catch (error) {
    // EINVAL: it was taken off meanwhile.
    if (errnoOf(error) !== "EINVAL") throw error;
  }
}
