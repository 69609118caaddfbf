// How an install ends when a signal reaches all its processes at once, as a host's service manager may send it.

import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningInstall, startInstall } from "../support/install.ts";

const CONVERSATIONS = 200;

/** Opens conversations with the Redis decoy, each of which has had an answer. */
function converse(install: RunningInstall): Promise<readonly Socket[]> {
  const one = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: "127.0.0.1", port: install.port("redis") }, () =>
        socket.write("PING\r\n"),
      );
      socket.once("error", reject);
      socket.once("data", () => resolve(socket.on("error", () => undefined)));
    });
  return Promise.all(Array.from({ length: CONVERSATIONS }, one));
}

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s to the whole group: each conversation's last record is stored all the same",
  async (signal) => {
    const folder = mkdtempSync(join(tmpdir(), "decnet-e2e-"));
    const flags = ["--services", "redis"];
    const env = { DECNET_LIMITS_PER_SOURCE: String(CONVERSATIONS * 2) };
    try {
      await using install = await startInstall({ folder, flags, env, prefix: ["setsid"] });
      const sockets = await converse(install);
      process.kill(-install.up.pid, signal);
      expect(await install.ended).toBe(0);
      for (const socket of sockets) socket.destroy();
      await using again = await startInstall({ folder, flags, env });
      await again.eventually(async () => {
        const closed = await again.evidence("kind=connection.closed");
        return closed.length >= CONVERSATIONS;
      });
      expect(await again.evidence("kind=connection.opened")).toHaveLength(CONVERSATIONS);
      expect(await again.evidence("kind=connection.closed")).toHaveLength(CONVERSATIONS);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
