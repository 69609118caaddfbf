// The files that one FTP login sees: the machine's own file system with the account's permissions, or, for anonymous,
// /srv/ftp alone. What is written stays in this login and goes into the blob store.

import { gzipSync } from "node:zlib";
import { capture } from "../../contract/captured.ts";
import type { Clock } from "../../contract/clock.ts";
import type { Session } from "../decoy.ts";
import type { Persona } from "../personas/persona.ts";
import { fromByteString, toByteString, utf8ByteString } from "../shell/bytes.ts";
import { programNames } from "../shell/commands/index.ts";
import type { SessionFs } from "../shell/shell.ts";
import type { UploadSink } from "../shell/vfs/captures.ts";
import type { ByteBudget } from "../shell/vfs/content.ts";
import { createByteBudget, textContent } from "../shell/vfs/content.ts";
import type { Credentials, DirectoryNode, VNode } from "../shell/vfs/node.ts";
import { Tree } from "../shell/vfs/tree.ts";
import type { Volume } from "../shell/vfs/view.ts";
import { FsView } from "../shell/vfs/view.ts";
import type { World } from "../shell/world/world.ts";
import { createWorld } from "../shell/world/world.ts";

/** Bytes that all FTP logins of one machine may make it hold; blobs are not among them. */
const MACHINE_BYTES = 64 * 1024 * 1024;

/** The account that anonymous logins run as. */
const FTP_ACCOUNT = Object.freeze({ uid: 102, gid: 109 });

const FTP_HOME = "/srv/ftp";
const DAY_MS = 86_400_000;
/** What one login may add: bytes held, bytes shown, entries. */
const LIMITS = { keptBytes: 2 * 1024 * 1024, diskBytes: 512 * 1024 * 1024, entries: 2000 };

/** The files of a machine, shared by its logins. */
export interface FtpMachine {
  /** Opens the files for a login; `upload` is told of each finished upload. */
  open(session: Session, login: FtpLogin): FtpFiles;
}

/** Who logged in. */
export interface FtpLogin {
  readonly anonymous: boolean;
  /** Byte string. */
  readonly username: string;
}

/** One login's files. */
export interface FtpFiles {
  readonly fs: SessionFs;
  /** Where it starts. */
  readonly home: string;
  /** May enter the folder. */
  canEnter(path: string): boolean;
  /** Frees what is held. */
  close(): void;
}

interface NewNode {
  readonly mode: number;
  readonly mtimeMs: number;
  readonly ino: number;
  readonly uid?: number;
}

function folder(options: NewNode): DirectoryNode {
  return { type: "directory", uid: 0, gid: FTP_ACCOUNT.gid, nlink: 1, entries: new Map(), ...options };
}

function file(bytes: Uint8Array, options: NewNode): VNode {
  return { type: "file", uid: 0, gid: 0, nlink: 1, content: textContent(toByteString(bytes)), ...options };
}

/** Fills /srv/ftp: what somebody left in pub, and a folder to drop files in. The same for every caller. */
function furnishFtpHome(home: DirectoryNode, persona: Persona): void {
  const random = persona.random("ftp-files");
  const last = Math.floor(persona.bootedAt / DAY_MS) * DAY_MS + (2 * 60 + random.below(50)) * 60_000;
  let ino = 393_217 + random.below(60_000);
  const next = (mode: number, mtimeMs: number): NewNode => ({ mode, mtimeMs, ino: ino++ });
  const pub = folder(next(0o755, last));
  const incoming = folder({ ...next(0o775, persona.installedAt + DAY_MS), uid: FTP_ACCOUNT.uid });
  const readme = `Public files of ${persona.hostname}.${persona.domain}.\nUploads go to incoming/.\n`;
  pub.entries.set("README", file(Buffer.from(readme), next(0o644, persona.installedAt + DAY_MS)));
  for (const age of [0, 7]) {
    const at = last - age * DAY_MS;
    const day = new Date(at).toISOString().slice(0, 10).replaceAll("-", "");
    const name = `${persona.hostname}-etc-${day}.txt.gz`;
    pub.entries.set(utf8ByteString(name), file(configBackup(persona, at), next(0o644, at)));
  }
  home.entries.set("incoming", incoming);
  home.entries.set("pub", pub);
  home.mtimeMs = persona.installedAt + DAY_MS;
}

/** A backup of settings that names the machine's accounts and gives no secret away. */
function configBackup(persona: Persona, atMs: number): Uint8Array {
  const accounts = persona.accounts.map(
    (one) => `${one.name}:x:${one.uid}:${one.gid}:${one.gecos}:${one.home}:${one.shell}`,
  );
  const text = `# ${new Date(atMs).toISOString()} ${persona.hostname}
# /etc/hostname
${persona.hostname}
# /etc/hosts
127.0.0.1\tlocalhost
127.0.1.1\t${persona.hostname}.${persona.domain}\t${persona.hostname}
# /etc/passwd
${accounts.join("\n")}
`;
  return new Uint8Array(gzipSync(text, { level: 6 }));
}

/** The node at a path of the machine's own tree; folders that are missing are made. */
function folderAt(root: DirectoryNode, path: string, mtimeMs: number): DirectoryNode {
  let here = root;
  for (const name of path.split("/").filter((part) => part !== "")) {
    const next = here.entries.get(name);
    const child = next?.type === "directory" ? next : folder({ mode: 0o755, mtimeMs, ino: 393_000 });
    here.entries.set(name, child);
    here = child;
  }
  return here;
}

/** Streams an upload into the blob store; names are as the machine sees them. */
function uploadSink(session: Session, path: string): UploadSink {
  const blob = session.captureFile();
  let isEmpty = true;
  return {
    write: (_offset, bytes) => {
      isEmpty = false;
      blob.write(bytes);
    },
    finish: async () => {
      // No byte came, as when no data connection was made: nothing was uploaded.
      if (isEmpty) return blob.abort();
      const kept = await blob.finish();
      if (kept)
        session.record("file.uploaded", { name: capture(fromByteString(path), 1024), ...kept, via: "ftp" });
    },
  };
}

interface MachineFiles {
  readonly world: World;
  readonly root: DirectoryNode;
  readonly anonymous: DirectoryNode;
  readonly budget: ByteBudget;
}

function volumeOf(
  session: Session,
  base: DirectoryNode,
  machine: MachineFiles,
): { volume: Volume; tree: Tree } {
  const readOnly = (path: string): boolean =>
    path === "/proc" || path.startsWith("/proc/") || path.startsWith("/sys/");
  const tree = new Tree({
    base,
    limits: LIMITS,
    now: () => session.clock.now(),
    readOnly,
    budget: machine.budget,
    onLose: () => undefined,
  });
  const totalKib = machine.world.persona.hardware.diskKib;
  const upload = (path: string): UploadSink => uploadSink(session, path);
  return { volume: { tree, readOnly, totalKib, usedKib: Math.floor(totalKib / 4), upload }, tree };
}

/** The files of a persona's machine. Cheap: they are made at the first login. */
export function createFtpMachine(persona: Persona): FtpMachine {
  let made: MachineFiles | undefined;
  const machineFiles = (clock: Clock): MachineFiles => {
    if (made) return made;
    const world = createWorld(persona, clock, programNames(persona.os.flavour));
    const root = world.base();
    const anonymous = folderAt(root, FTP_HOME, persona.installedAt);
    furnishFtpHome(anonymous, persona);
    made = { world, root, anonymous, budget: createByteBudget(MACHINE_BYTES) };
    return made;
  };
  return {
    open(session, login) {
      const machine = machineFiles(session.clock);
      const { world, root, anonymous } = machine;
      const { volume, tree } = volumeOf(session, login.anonymous ? anonymous : root, machine);
      const user = world.user(login.username);
      const who: Credentials = login.anonymous
        ? { ...FTP_ACCOUNT, groups: [FTP_ACCOUNT.gid] }
        : { uid: user?.uid ?? 1000, gid: user?.gid ?? 1000, groups: user?.groups ?? [] };
      const home = login.anonymous ? "/" : (user?.home ?? "/");
      const view = new FsView(volume, who, home);
      return { fs: view, home, canEnter: (path) => view.access(path, 1), close: () => tree.dispose() };
    },
  };
}
