// The API's socket and the files that it reads: captured blobs and the spool's head.
// Writes its own run file, and removes the blobs of forgotten drills.

import { randomBytes } from "node:crypto";
import { rmSync, statSync, unlinkSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { BlobSource } from "../../api/deps.ts";
import { busSocketPath } from "../../bus/socket-path.ts";
import { DecnetError, systemErrorCode } from "../../contract/errors.ts";
import { isSha256 } from "../../contract/ids.ts";
import { blobPath } from "../../evidence/blobs.ts";
import { HEAD_NAME, parseHead } from "../../evidence/spool/files.ts";
import type { DataFolder } from "../../kit/data-folder.ts";
import { findInstall, writeRunFile } from "../../kit/install.ts";

/** Answers one request. `source` is the peer's address. */
type Answer = (request: Request, env: { readonly source?: string }) => Response | Promise<Response>;

/** Where and how to listen. */
export interface ListenOptions {
  readonly host: string;
  /** Tried in order. */
  readonly ports: readonly number[];
  readonly answer: Answer;
}

/** A listening server. */
export interface Listening {
  readonly port: number;
  /** Stops listening and cuts what is open. */
  stop(): Promise<void>;
}

/** Seconds without a byte after which a connection is closed; an event stream sends a keepalive every 15. */
const IDLE_S = 60;

/** Listens on the first port that is free. Throws DecnetError `conflict` when none is. */
export function listen({ host, ports, answer }: ListenOptions): Listening {
  for (const port of ports) {
    try {
      const server = Bun.serve({
        hostname: host,
        port,
        idleTimeout: IDLE_S,
        // The app refuses large bodies, unread and in words; Bun's own refusal has none.
        maxRequestBodySize: 2 ** 40,
        // Never Bun's own error page: it shows source code.
        development: false,
        // On by default outside development (Bun 1.4.5): two installs would share a port and each other's requests.
        reusePort: false,
        fetch(request, self) {
          const source = self.requestIP(request)?.address;
          return answer(request, source === undefined ? {} : { source });
        },
      });
      return { port: server.port ?? port, stop: () => server.stop(true) };
    } catch (error) {
      if (systemErrorCode(error) !== "EADDRINUSE") throw error;
    }
  }
  throw new DecnetError("conflict", `port ${ports[0]} on ${host} is taken; choose another with --api-port`);
}

/** Captured files in their folder. */
export function createBlobSource(folder: string): BlobSource {
  return {
    async find(sha256) {
      if (!isSha256(sha256)) return undefined;
      const path = blobPath(folder, sha256);
      try {
        return (await stat(path)).isFile() ? Bun.file(path) : undefined;
      } catch (error) {
        if (systemErrorCode(error) === "ENOENT") return undefined;
        throw error;
      }
    },
    async remove(sha256, until) {
      const path = isSha256(sha256) ? blobPath(folder, sha256) : "";
      try {
        // In one go: a capture of the same bytes may put a younger file in its place at any time.
        if (path === "" || Math.floor(statSync(path).mtimeMs) > until) return false;
        unlinkSync(path);
        return true;
      } catch (error) {
        if (systemErrorCode(error) === "ENOENT") return false;
        throw error;
      }
    },
  };
}

/**
 * The token of the install that this folder runs. An API that no `decnet up` started is the install itself: it leaves
 * the record by which commands find it, and takes it away at the end.
 */
export function enterInstall(
  folder: DataFolder,
  startedAt: number,
): { readonly token: string; readonly leave: () => void } {
  const running = findInstall(folder);
  if (running) return { token: running.token, leave: () => undefined };
  const token = randomBytes(32).toString("base64url");
  const bus_socket = busSocketPath(process.env);
  writeRunFile(folder.installFile, { pid: process.pid, started_at: startedAt, bus_socket, token });
  return {
    token,
    leave: () => {
      rmSync(folder.installFile, { force: true });
      rmSync(folder.apiFile, { force: true });
    },
  };
}

/** Records that are durable in the spool, ever; 0 before the collector has said so. */
export async function readSpoolHead(spool: string): Promise<number> {
  try {
    return parseHead(await readFile(join(spool, HEAD_NAME), "latin1")) ?? 0;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return 0;
    throw error;
  }
}
