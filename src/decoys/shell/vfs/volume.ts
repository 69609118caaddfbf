// What the views of one login share, and a view as the parts of it see it.

import type { ByteString, FsResult, UploadVia } from "../shell.ts";
import type { UploadSink } from "./captures.ts";
import { type Captor, type Credentials, fail, ok, type VNode } from "./node.ts";
import type { Place } from "./place.ts";
import type { Tree } from "./tree.ts";

/** What all views of one login share. */
export interface Volume {
  readonly tree: Tree;
  readonly readOnly: (path: ByteString) => boolean;
  readonly totalKib: number;
  readonly usedKib: number;
  /** Starts the capture of an uploaded file. */
  readonly upload: (path: ByteString, via: UploadVia) => UploadSink;
  /** Captures what is written through these views and is not streamed as an upload. */
  readonly captor?: Captor;
  /** A folder that the views take for the root: nothing above it can be named. */
  readonly root?: ByteString;
}

/** Who asks, and how a path is found for them. */
export interface Seat {
  readonly volume: Volume;
  readonly who: Credentials;
  readonly locate: (path: ByteString, follow: boolean) => FsResult<Place>;
}

/** The node of a path, which must be there. */
export function nodeAt(seat: Seat, path: ByteString, follow = true): FsResult<VNode> {
  const at = seat.locate(path, follow);
  if (!at.ok) return at;
  return at.value.node ? ok(at.value.node) : fail("ENOENT");
}

/** Where a path of a view with a root of its own leads, `..` taken out. */
export function below(root: ByteString, path: ByteString): ByteString {
  const names: ByteString[] = [];
  for (const name of path.split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  const closed = path.endsWith("/") && names.length > 0;
  return `${[root, ...names].join("/")}${closed ? "/" : ""}`;
}
