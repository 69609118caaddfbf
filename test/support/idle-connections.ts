// Opens connections that say nothing and holds them until it is told to end: the process of an attacker who wants a machine full.
// Argument: JSON of Siege. Prints a line of JSON once every connection has been tried, and again at the end of its input.

import { connect, type Socket } from "node:net";

/** Whom it connects to, from which of its own addresses, and how many connections. */
export interface Siege {
  readonly targets: readonly { readonly host: string; readonly port: number }[];
  readonly sources: readonly string[];
  readonly count: number;
}

/** What became of them. */
export interface SiegeReport {
  /** Accepted at first. */
  readonly opened: number;
  /** Of those, still open. */
  readonly held: number;
  readonly failed: number;
}

/** Connections under way at once: more than a service's backlog would be lost to the queue and not to a bound. */
const AT_ONCE = 200;

const siege = JSON.parse(process.argv[2] ?? "") as Siege;
const open = new Set<Socket>();
let opened = 0;
let failed = 0;

function dial(number: number): Promise<void> {
  const target = siege.targets[number % siege.targets.length];
  // Each source goes over all targets before the next one does.
  const source = siege.sources[Math.floor((number * siege.sources.length) / siege.count)];
  return new Promise((resolve) => {
    if (!target || !source) throw new Error("nobody to connect to");
    const socket = connect({ ...target, localAddress: source, timeout: 10_000 });
    socket.once("connect", () => {
      opened++;
      open.add(socket);
      socket.setTimeout(0);
      resolve();
    });
    socket.on("timeout", () => socket.destroy());
    socket.on("data", () => undefined);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      if (!open.delete(socket)) failed++;
      resolve();
    });
  });
}

const report = (): void => {
  const said: SiegeReport = { opened, held: open.size, failed };
  console.log(JSON.stringify(said));
};

let next = 0;
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    while (next < siege.count) await dial(next++);
  }),
);
report();
for await (const _ of Bun.stdin.stream());
report();
process.exit(0);
