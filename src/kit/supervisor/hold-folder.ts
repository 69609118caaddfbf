// One install per data folder: a socket that the supervisor holds for as long as it lives.

import { rmSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { DecnetError, systemErrorCode } from "../../contract/errors.ts";
import type { DataFolder } from "../data-folder.ts";

/** Whether somebody holds the socket: anything but "nobody there" counts, such as a reset by a busy holder. */
function isHeld(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", (error) =>
      resolve(!["ENOENT", "ECONNREFUSED"].includes(systemErrorCode(error) ?? "")),
    );
  });
}

/** Takes the folder for this process. Throws DecnetError `conflict` while another supervisor lives on it. */
export async function holdFolder(folder: DataFolder): Promise<{ release(): void }> {
  const path = folder.supervisorSocket;
  if (await isHeld(path)) {
    throw new DecnetError(
      "conflict",
      `decnet already runs on ${folder.root}; see "decnet status", or name another --data-dir`,
    );
  }
  rmSync(path, { force: true });
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  return { release: () => void server.close() };
}
