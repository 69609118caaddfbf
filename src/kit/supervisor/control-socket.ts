// The supervisor's ear: a UNIX socket on which its own user's processes list, look at, start and hold workers.
// Acts on names of the registry alone; anything else is answered with an error and the connection is closed.

import { lchownSync, lstatSync, rmSync } from "node:fs";
import type { HoldOutcome, ServiceState, StartOutcome } from "../../contract/service-manager.ts";
import type { FolderOwner } from "../data-folder.ts";
import { REQUEST_BYTES, requestSchema } from "./control-messages.ts";

const MAX_CONNECTIONS = 32;
const IDLE_S = 10;

/** What the socket gives access to. */
export interface Controlled {
  readonly names: readonly string[];
  state(worker: string): ServiceState;
  start(worker: string): Promise<StartOutcome>;
  hold(worker: string): Promise<HoldOutcome>;
}

/** Options of {@link openControlSocket}. */
export interface ControlSocketOptions {
  readonly path: string;
  /** Who else than this process's user may connect: the workers' user of an install that root runs. */
  readonly owner: FolderOwner | undefined;
  readonly supervisor: Controlled;
}

interface Peer {
  text: string;
  busy: boolean;
}

async function answer(line: string, supervisor: Controlled): Promise<unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    // Told to the sender, who alone can do something about it.
    return { error: "not JSON" };
  }
  const { data: request } = requestSchema.safeParse(parsed);
  if (!request) return { error: "not a request" };
  if (request.op === "list") return { workers: supervisor.names };
  const known = supervisor.names.includes(request.worker);
  if (request.op === "state") return { state: known ? supervisor.state(request.worker) : null };
  if (!known) return { outcome: { result: "refused", reason: "no such worker in this install" } };
  return { outcome: await supervisor[request.op](request.worker) };
}

/** Listens on `path`, mode 0600. Whoever calls holds the data folder, so a socket that is there is a dead one. */
export function openControlSocket({ path, owner, supervisor }: ControlSocketOptions): { close(): void } {
  rmSync(path, { force: true });
  let connections = 0;
  const umask = process.umask(0o177);
  try {
    const server = Bun.listen<Peer>({
      unix: path,
      socket: {
        open(socket) {
          socket.data = { text: "", busy: false };
          connections += 1;
          socket.timeout(IDLE_S);
          if (connections > MAX_CONNECTIONS) socket.terminate();
        },
        data(socket, chunk) {
          const peer = socket.data;
          if (peer.busy) return;
          peer.text += chunk.toString("latin1");
          const end = peer.text.indexOf("\n");
          if (end < 0 && peer.text.length < REQUEST_BYTES) return;
          peer.busy = true;
          const line = end >= 0 && end < REQUEST_BYTES ? peer.text.slice(0, end) : "";
          peer.text = "";
          void answer(line, supervisor).then((reply) => socket.end(`${JSON.stringify(reply)}\n`));
        },
        close() {
          connections -= 1;
        },
        timeout: (socket) => socket.terminate(),
        error: (socket) => socket.terminate(),
      },
    });
    // Never through a link: the folder belongs to the workers' user, this process may be root.
    if (owner) lchownSync(path, owner.uid, owner.gid);
    const ours = lstatSync(path).ino;
    return {
      close() {
        server.stop(true);
        if (lstatSync(path, { throwIfNoEntry: false })?.ino === ours) rmSync(path, { force: true });
      },
    };
  } finally {
    process.umask(umask);
  }
}
