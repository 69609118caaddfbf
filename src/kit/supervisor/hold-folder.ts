// One install per data folder: the second one is told so and does not start.

import { join } from "node:path";
import { DecnetError } from "../../contract/errors.ts";
import type { DataFolder } from "../data-folder.ts";
import type { Hold } from "../hold-file.ts";
import { holdFile } from "../hold-file.ts";

/** Takes the folder for this process. Throws DecnetError `conflict` while another supervisor lives on it. */
export function holdFolder(folder: DataFolder): Hold {
  const hold = holdFile(join(folder.run, "supervisor.lock"));
  if (hold) return hold;
  throw new DecnetError(
    "conflict",
    `decnet already runs on ${folder.root}; see "decnet status", or name another --data-dir`,
  );
}
