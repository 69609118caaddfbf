// Where everything of one install lies. The only place that knows a file name in the data folder.

import { chmodSync, chownSync, mkdirSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** Paths of one install. */
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
  /** Where `decnet up` takes orders to start a worker; for the workers' user alone. */
  readonly supervisorSocket: string;
  /** Where the decoys' process takes sockets, in a folder of its user's. */
  readonly deckySocket: string;
  /** The bus of an install that is not the default one. */
  readonly busSocket: string;
  /** Held by the one mutator, and by the one process that touches the kernel for it. */
  readonly mutatorLock: string;
  readonly kernelLock: string;
  /** Names of network namespaces, where the mutator may not use the host's own folder for them. */
  readonly namespaces: string;
  /** JSON {url, pid} of the running API. */
  readonly apiFile: string;
  /** The first admin's password, where no terminal could show it; 0600, for the operator to read and remove. */
  readonly passwordFile: string;
  /** JSON {pid, bus_socket, api_url, token}: how commands find a running install. Mode 0600. */
  readonly installFile: string;
}

/** The default folder: /var/lib/decnet for root, else under $XDG_STATE_HOME (~/.local/state). */
export function defaultDataDir(env: NodeJS.ProcessEnv = process.env, uid = process.getuid?.() ?? -1): string {
  if (uid === 0) return "/var/lib/decnet";
  return join(env["XDG_STATE_HOME"] || join(homedir(), ".local", "state"), "decnet");
}

/** Longest path of a UNIX socket is 107 bytes (unix(7)); file names here take up to 20. */
const RUN_PATH_BYTES = 85;

/** Where the sockets go: in the folder, or in a short place of its own when the folder's path is too long for one. */
function runFolder(root: string, uid: number): string {
  const inside = join(root, "run");
  if (Buffer.byteLength(inside) <= RUN_PATH_BYTES) return inside;
  const mark = new Bun.CryptoHasher("sha256").update(root).digest("hex").slice(0, 16);
  return join(tmpdir(), `decnet-${uid}-${mark}`);
}

/** Names the files under `dir`; relative to the working folder when it is `.`. Creates nothing. */
export function dataFolder(dir: string, uid: number = process.getuid?.() ?? 0): DataFolder {
  const root = dir === "." ? dir : resolve(dir);
  const run = runFolder(root, uid);
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
    supervisorSocket: join(run, "supervisor.sock"),
    deckySocket: join(run, "decky", "decky.sock"),
    busSocket: join(run, "bus.sock"),
    mutatorLock: join(run, "mutator.lock"),
    kernelLock: join(run, "kernel.lock"),
    namespaces: join(run, "netns"),
    installFile: join(run, "install.json"),
    apiFile: join(run, "api.json"),
    passwordFile: join(root, "first-password"),
  });
}

/** Who owns an install that root runs: `uid` for the workers, `gid` shared with the decoys' own user. */
export interface FolderOwner {
  readonly uid: number;
  readonly gid: number;
}

/** The folders of an install that root runs, with their modes: its group reaches the sockets and may add blobs, nothing else. */
export function sharedFolders(folder: DataFolder): readonly (readonly [path: string, mode: number])[] {
  return [
    [folder.root, 0o750],
    [folder.spool, 0o700],
    [folder.blobs, 0o2770],
    [folder.logs, 0o700],
    [folder.run, 0o750],
  ];
}

/** Makes the folders. Without an owner they are readable by their user alone; with one (root runs the install) they belong to it. */
export function makeDataFolder(folder: DataFolder, owner?: FolderOwner): void {
  for (const [dir, mode] of sharedFolders(folder)) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    if (!owner) continue;
    chownSync(dir, owner.uid, owner.gid);
    chmodSync(dir, mode);
  }
}
