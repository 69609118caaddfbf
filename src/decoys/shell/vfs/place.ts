// Where a path leads in a tree of nodes: links, dots, permissions on the way. Changes nothing, and no path makes it
// go on for ever.

import type { ByteString, FsResult } from "../shell.ts";
import { type Credentials, type DirectoryNode, fail, ok, permits, type VNode } from "./node.ts";

/** Where a path leads: the directory that holds it, its name there, and the node when there is one. */
export interface Place {
  /** Absolute path with links resolved. */
  readonly path: ByteString;
  readonly name: ByteString;
  readonly node: VNode | undefined;
  /** Names from the root to the directory that holds it. */
  readonly parents: readonly ByteString[];
  readonly parent: DirectoryNode;
}

const LINKS = 40;
const NAME_BYTES = 255;
const PATH_BYTES = 4096;

/** Follows a path. The last component may be missing; everything before it must be there and searchable. */
export function locate(
  root: DirectoryNode,
  { path, who, followLast }: { path: ByteString; who: Credentials; followLast: boolean },
): FsResult<Place> {
  if (path.length > PATH_BYTES) return fail("ENAMETOOLONG");
  const todo = path
    .split("/")
    .filter((part) => part !== "")
    .reverse();
  const wantsDirectory = path.endsWith("/") && todo.length > 0;
  const trail: { name: ByteString; node: DirectoryNode }[] = [];
  let here: DirectoryNode = root;
  let links = 0;
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (name.length > NAME_BYTES) return fail("ENAMETOOLONG");
    if (!permits(here, who, 1)) return fail("EACCES");
    if (name === ".") continue;
    if (name === "..") {
      const step = trail.pop();
      if (step) here = step.node;
      continue;
    }
    const node = here.entries.get(name);
    const last = todo.length === 0;
    if (node?.type === "symlink" && (!last || followLast || wantsDirectory)) {
      if (++links > LINKS) return fail("ELOOP");
      if (node.target.startsWith("/")) {
        trail.length = 0;
        here = root;
      }
      if (todo.length > 4096) return fail("ELOOP");
      todo.push(
        ...node.target
          .split("/")
          .filter((part) => part !== "")
          .reverse(),
      );
      continue;
    }
    if (last) {
      if (node && wantsDirectory && node.type !== "directory") return fail("ENOTDIR");
      if (node?.type === "directory") {
        trail.push({ name, node: here });
        here = node;
        break;
      }
      return ok(place(trail, here, name, node));
    }
    if (!node) return fail("ENOENT");
    if (node.type !== "directory") return fail("ENOTDIR");
    trail.push({ name, node: here });
    here = node;
  }
  const end = trail.pop();
  if (!end) return ok({ path: "/", name: "", node: root, parents: [], parent: root });
  return ok(place(trail, end.node, end.name, here));
}

function place(
  trail: readonly { readonly name: ByteString }[],
  parent: DirectoryNode,
  name: ByteString,
  node: VNode | undefined,
): Place {
  const parents = trail.map((step) => step.name);
  return { path: `/${[...parents, name].join("/")}`, name, node, parents, parent };
}
