// End to end with the codec: one client library publishes maps, another reads them decoded.

import { join } from "node:path";
import { createBoard } from "./board.ts";
import type { Span } from "./cell.ts";
import { makeFolder, startChild } from "./children.ts";
import type { Side } from "./protocol.ts";
import { cpuOf, startServer } from "./servers.ts";

/** What one run gave. */
export interface EndToEnd {
  readonly events_per_s: number;
  /** CPU seconds of both clients for a million events. */
  readonly clients_cpu_s_per_million: number;
  readonly lost: number;
  readonly misordered: number;
}

/** Publisher, server, reader. `bare` gives the NATS side the MessagePack library alone, without the bus's checks. */
export async function runEndToEnd(side: Side, bare: boolean, span: Span): Promise<EndToEnd> {
  const { path: folder, remove } = makeFolder();
  const path = join(folder, "board");
  const board = createBoard(path);
  const server = await startServer(side, folder);
  const base = { side, bare, address: server.address, board: path };
  const reader = await startChild("codec.ts", { ...base, role: "reader" });
  const publisher = await startChild("codec.ts", { ...base, role: "publisher" });
  const look = () => ({
    at: performance.now(),
    received: board.allReceived(1),
    cpu: cpuOf(reader.pid) + cpuOf(publisher.pid),
  });
  try {
    board.set("go");
    await Bun.sleep(span.warmMs);
    const before = look();
    await Bun.sleep(span.measureMs);
    const after = look();
    board.set("stop");
    await Bun.sleep(300);
    const lost = board.allSent(1) - board.allReceived(1);
    board.set("end");
    const seen = (await reader.result) as { misordered: number };
    const events = after.received - before.received;
    return {
      events_per_s: Math.round((events / (after.at - before.at)) * 1000),
      clients_cpu_s_per_million: Math.round(((after.cpu - before.cpu) / events) * 1e9) / 1000,
      lost,
      misordered: seen.misordered,
    };
  } finally {
    await Promise.all([reader.stop(), publisher.stop(), server.stop()]);
    remove();
  }
}
