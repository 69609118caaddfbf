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
  /** Accepted, and seen open for at least a moment. */
  readonly opened: number;
  /** Accepted and closed again before the process had looked: the kernel says so with a reset. */
  readonly reset: number;
  /** Of those opened, still open. */
  readonly held: number;
  /** Not answered, or refused because nobody listens. */
  readonly failed: number;
}

/** Connections under way at once: more than a service's backlog would be lost to the queue and not to a bound. */
const AT_ONCE = 200;

const siege = JSON.parse(process.argv[2] ?? "") as Siege;
const open = new Set<Socket>();
let opened = 0;
let reset = 0;
let failed = 0;

function dial(number: number): Promise<void> {
  const target = siege.targets[number % siege.targets.length];
  // Each source goes over all targets before the next one does.
  const source = siege.sources[Math.floor((number * siege.sources.length) / siege.count)];
  return new Promise((resolve) => {
    if (!target || !source) throw new Error("nobody to connect to");
    const socket = connect({ ...target, localAddress: source, timeout: 10_000 });
    let connected = false;
    socket.once("connect", () => {
      connected = true;
      opened++;
      open.add(socket);
      socket.setTimeout(0);
      resolve();
    });
    socket.on("timeout", () => socket.destroy());
    socket.on("data", () => undefined);
    let code: string | undefined;
    socket.on("error", (error: NodeJS.ErrnoException) => {
      code = error.code;
    });
    socket.on("close", () => {
      open.delete(socket);
      if (!connected) code === "ECONNRESET" ? reset++ : failed++;
      resolve();
    });
  });
}

const report = (): void => {
  const said: SiegeReport = { opened, reset, held: open.size, failed };
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
