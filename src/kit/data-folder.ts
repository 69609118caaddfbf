// Where everything of one install lies. The only place that knows a file name in the data folder.

import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Paths of one install, all absolute. */
export interface DataFolder {
  readonly root: string;
  /** decnet.toml, written by the operator. */
  readonly configFile: string;
  /** 32 random bytes, mode 0600: what personas are drawn from. */
  readonly secretFile: string;
  readonly database: string;
  /** Segments of accepted, not yet ingested evidence. */
  readonly spool: string;
  /** Captured files, by SHA-256. */
  readonly blobs: string;
  readonly logs: string;
  /** Sockets and the record of the running install. */
  readonly run: string;
  readonly collectorSocket: string;
  /** JSON {pid, bus_socket, api_url, token}: how commands find a running install. Mode 0600. */
  readonly installFile: string;
}

/** The default folder: /var/lib/decnet for root, else under $XDG_STATE_HOME (~/.local/state). */
export function defaultDataDir(env: NodeJS.ProcessEnv = process.env, uid = process.getuid?.() ?? -1): string {
  if (uid === 0) return "/var/lib/decnet";
  return join(env["XDG_STATE_HOME"] || join(homedir(), ".local", "state"), "decnet");
}

/** Names the files under `dir`. Creates nothing. */
export function dataFolder(dir: string): DataFolder {
  const root = resolve(dir);
  const run = join(root, "run");
  return Object.freeze({
    root,
    configFile: join(root, "decnet.toml"),
    secretFile: join(root, "secret"),
    database: join(root, "decnet.db"),
    spool: join(root, "spool"),
    blobs: join(root, "blobs"),
    logs: join(root, "logs"),
    run,
    collectorSocket: join(run, "collector.sock"),
    installFile: join(run, "install.json"),
  });
}

/** Makes the folders, readable by the owner alone. */
export function makeDataFolder(folder: DataFolder): void {
  for (const dir of [folder.root, folder.spool, folder.blobs, folder.logs, folder.run]) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  }
}
