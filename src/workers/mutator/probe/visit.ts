// Knocks at ports and hears what services say to a stranger: first bytes only, many at once, each for a bounded time.
// Says nothing of what was heard but whether it fits.

import { connect } from "node:net";
import { fits } from "../../../decoys/greeting.ts";
import type { Visit } from "./task.ts";

/** Bytes of an answer that are looked at. */
const HEARD = 4096;
/** Connections at once. */
const AT_ONCE = 64;

/** How a visit went. */
export type Outcome = "well" | "refused" | "silent" | "greeting";

/** One visit. */
export interface Knock extends Pick<Visit, "port" | "ask" | "says"> {
  readonly address: string;
  readonly ms: number;
}

/** Makes one visit. Whoever accepts and says something else, or nothing, does not fit. */
export function knock({ address, port, ask, says, ms }: Knock): Promise<Outcome> {
  return new Promise((resolve) => {
    let heard = "";
    let open = false;
    const socket = connect({ host: address, port });
    const end = (outcome: Outcome): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(() => end(open ? "greeting" : "silent"), ms);
    socket.on("connect", () => {
      open = true;
      if (fits({ says }, "")) return end("well");
      if (ask !== "") socket.write(Buffer.from(ask, "latin1"));
    });
    socket.on("data", (bytes) => {
      heard += bytes.subarray(0, HEARD - heard.length).toString("latin1");
      if (fits({ says }, heard)) end("well");
      else if (heard.length >= HEARD) end("greeting");
    });
    socket.on("error", (error: Error & { code?: string }) => {
      const refused = error.code === "ECONNREFUSED" || error.code === "ECONNRESET";
      end(open ? "greeting" : refused ? "refused" : "silent");
    });
    socket.on("close", () => end(open ? "greeting" : "silent"));
  });
}

/** Does all of this, so many at once. */
export async function inTurns<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const turn = async (): Promise<void> => {
    for (const item of queue) await act(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, turn));
}
