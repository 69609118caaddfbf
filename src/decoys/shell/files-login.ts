// Logins without a shell, and what the web server reads: the same disk as the shell's, by source address.
// Gives nobody what another source wrote.

import type { Session } from "../decoy.ts";
import { fromByteString } from "./bytes.ts";
import type { ByteString, FilesLogin } from "./shell.ts";
import { createCaptures } from "./vfs/captures.ts";
import type { Disk } from "./vfs/disks.ts";
import type { Credentials } from "./vfs/node.ts";
import type { Tree } from "./vfs/tree.ts";
import { FsView } from "./vfs/view.ts";
import { WrittenContent } from "./vfs/written.ts";
import { mountOf } from "./world/mounts.ts";
import type { World } from "./world/world.ts";

/** The user of Debian's web servers. */
const WWW_DATA: Credentials = { uid: 33, gid: 33, groups: [33] };
/** Largest written file that is served. */
const SERVED_BYTES = 16 * 1024 * 1024;

/** What a login without a shell is made of. */
export interface FilesInit {
  readonly world: World;
  readonly session: Session;
  readonly disk: Disk;
  readonly who: Credentials;
  readonly home: ByteString;
  readonly root?: ByteString;
}

/** Opens it. */
export function openFiles({ world, session, disk, who, home, root }: FilesInit): FilesLogin {
  const captures = createCaptures(session);
  const whole = mountOf(world.mounts, "/");
  const view = new FsView(
    {
      tree: disk.tree,
      readOnly: (path) => mountOf(world.mounts, path)?.options.startsWith("ro") ?? false,
      totalKib: whole?.size ?? 0,
      usedKib: whole?.used ?? 0,
      upload: captures.upload,
      captor: captures,
      ...(root === undefined ? {} : { root }),
    },
    who,
    home,
  );
  let closing: Promise<void> | undefined;
  return {
    fs: view,
    home,
    canEnter: (path) => view.access(path, 1),
    close() {
      closing ??= (async () => {
        disk.tree.eachDirty(captures.take, captures);
        await captures.settle();
        disk.release();
      })();
      return closing;
    },
  };
}

/** What lies at a path of a source's disk when that source wrote it. */
export function writtenFile(tree: Tree | undefined, path: ByteString) {
  if (!tree?.changed) return undefined;
  const found = tree.find(path, WWW_DATA);
  if (!found.ok || found.value.type !== "file") return undefined;
  const { content, mtimeMs, mode, uid } = found.value;
  const readable = (mode & (uid === WWW_DATA.uid ? 0o400 : 0o004)) !== 0;
  if (!readable || !(content instanceof WrittenContent) || content.size > SERVED_BYTES) return undefined;
  return { body: fromByteString(content.slice(0, content.size)), mtimeMs };
}
