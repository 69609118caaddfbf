// How commands find a running install: the files that it leaves in its run folder, readable by its owner alone.

import { chownSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { DecnetError, systemErrorCode } from "../contract/errors.ts";
import type { DataFolder, FolderOwner } from "./data-folder.ts";

const installSchema = z.object({
  pid: z.int().positive(),
  started_at: z.int().nonnegative(),
  bus_socket: z.string().min(1),
  /** Variables in which the bus library finds a bus that is no socket. */
  bus: z.record(z.string(), z.string()).optional(),
  /** Acts as the local admin on the API. */
  token: z.string().min(32),
});

const apiSchema = z.object({ url: z.url(), pid: z.int().positive() });

/** A running install. */
export type Install = z.infer<typeof installSchema>;

function readJson<T>(path: string, schema: z.ZodType<T>): T | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    if (systemErrorCode(error) === "EACCES") {
      throw new DecnetError(
        "forbidden",
        `${path} belongs to another user; run this as the one who ran decnet up`,
      );
    }
    throw error;
  }
  const parsed = schema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : undefined;
}

/** Whether that process lives. */
function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) === "EPERM";
  }
}

/** Writes a file of the run folder, 0600, in one step. */
export function writeRunFile(path: string, content: unknown, owner?: FolderOwner): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  if (owner) chownSync(draft, owner.uid, owner.gid);
  renameSync(draft, path);
}

/** The install that runs on this folder, or undefined. */
export function findInstall(folder: DataFolder): Install | undefined {
  const install = readJson(folder.installFile, installSchema);
  return install && alive(install.pid) ? install : undefined;
}

/** The install that runs on this folder; throws DecnetError `unavailable` that says how to start one. */
export function requireInstall(folder: DataFolder): Install {
  const install = findInstall(folder);
  if (install) return install;
  throw new DecnetError(
    "unavailable",
    `no decnet runs on ${folder.root}; start one with "decnet up --data-dir ${folder.root}", or name another --data-dir`,
  );
}

/** URL of the running API, or undefined while it is away. */
export function findApiUrl(folder: DataFolder): string | undefined {
  const api = readJson(folder.apiFile, apiSchema);
  return api && alive(api.pid) ? api.url : undefined;
}

/** Where an install's bus is, for its operator: a socket only where the bus is one. */
export function busPlace(
  variables: Readonly<Record<string, string>> | undefined,
  socket: string,
): { readonly bus_type: string; readonly bus_socket: string | null } {
  const bus_type = variables?.["DECNET_BUS_TYPE"] ?? "unix";
  return { bus_type, bus_socket: bus_type === "unix" ? socket : null };
}

/** The environment in which `getBus` finds the bus of this folder's install. */
export function busEnvironment(folder: DataFolder, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (env["DECNET_BUS_SOCKET"] || env["DECNET_BUS_TYPE"]) return env;
  const install = findInstall(folder);
  return install === undefined ? env : { ...env, ...install.bus, DECNET_BUS_SOCKET: install.bus_socket };
}
