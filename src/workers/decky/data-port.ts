// A passive data port for one conversation: one connection, from the client's own address, within a time.
// Refuses everybody else; never connects out.

import type { Server, Socket } from "node:net";
import type { Clock } from "../../contract/clock.ts";
import type { DataPort } from "../../decoys/decoy.ts";
import type { ByteBudget } from "./connection.ts";
import { SocketConnection } from "./connection.ts";
import { endsOf } from "./ends.ts";

/** How long a data port waits for its connection. */
const ACCEPT_MS = 60_000;

/** Options of {@link openDataPort}. */
export interface DataPortOptions {
  readonly address: string;
  readonly client: string;
  readonly clock: Clock;
  readonly budget: ByteBudget;
  readonly idleMs: number;
  readonly signal: AbortSignal;
}

/** What a data port over a server needs besides. */
interface Opened extends DataPortOptions {
  readonly port: number;
  /** Called once, when it takes no connection any more: it must stop listening then. */
  readonly onSettled: () => void;
}

/** The data port over a server that listens. */
export function dataPort(server: Server, options: Opened): DataPort {
  let taken: SocketConnection | null | undefined;
  let waiting: ((connection: SocketConnection | null) => void) | undefined;
  let connection: SocketConnection | undefined;
  const settle = (result: SocketConnection | null): void => {
    if (taken !== undefined) return;
    taken = result;
    cancel();
    options.onSettled();
    waiting?.(result);
  };
  const close = (): void => {
    settle(null);
    connection?.close();
    options.signal.removeEventListener("abort", close);
  };
  const cancel = options.clock.after(ACCEPT_MS, () => settle(null));
  options.signal.addEventListener("abort", close, { once: true });
  server.on("connection", (socket: Socket) => {
    socket.on("error", () => socket.destroy());
    const ends = endsOf(socket);
    if (taken !== undefined || !ends || ends.remote.ip !== options.client) {
      socket.destroy();
      return;
    }
    connection = new SocketConnection({ socket, ends }, options);
    settle(connection);
  });
  return {
    port: options.port,
    accept: () =>
      taken !== undefined
        ? Promise.resolve(taken)
        : new Promise((resolve) => {
            waiting = resolve;
          }),
    close,
  };
}
