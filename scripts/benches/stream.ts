// Many dashboards at once: 500 readers of the event stream at 100 events/s, and what that costs the API's process.

import { createConnection } from "node:net";
import { startInstall } from "../../test/support/install.ts";
import { cpuSeconds, openClients, pidsOf, sendLoad } from "./measure.ts";

const READERS = 500;
const RATE = 100;
const SECONDS = Number(process.env["BENCH_SECONDS"] ?? 20);

interface Reader {
  readonly onOpen: () => void;
  readonly onEvents: (count: number) => void;
}

/** One reader over a socket of its own: counts the marks that come by. */
function openReader(url: string, token: string, reader: Reader): void {
  const { hostname, port, host } = new URL(url);
  const socket = createConnection({ host: hostname, port: Number(port) });
  socket.on("error", () => socket.destroy());
  socket.write(`GET /api/v1/stream HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  let rest = "";
  socket.once("data", reader.onOpen);
  socket.on("data", (chunk) => {
    const text = rest + chunk.toString("latin1");
    reader.onEvents(text.split(/bench-\d+-/).length - 1);
    // What may be the beginning of a mark that goes on in the next chunk.
    rest = /bench-?\d*$|benc?$|be?$/.exec(text)?.[0] ?? "";
  });
}

/** Runs it; `api_cores` is CPU seconds of the API per second of load. */
export async function benchStream(): Promise<unknown> {
  await using install = await startInstall({ env: { DECNET_LOG_LEVEL: "warn" } });
  let received = 0;
  let ready = 0;
  const onEvents = (count: number): void => {
    received += count;
  };
  for (let i = 0; i < READERS; i++) {
    openReader(install.up.url, install.token, { onEvents, onOpen: () => ready++ });
  }
  await install.eventually(async () => ready === READERS);
  const clients = await openClients(install.port("redis"), 10);
  const pid = (await pidsOf(install)).get("api") ?? 0;
  const before = cpuSeconds(pid);
  const { sent } = await sendLoad({ clients, rate: RATE, seconds: SECONDS });
  const cores = (cpuSeconds(pid) - before) / SECONDS;
  const deadline = performance.now() + 10_000;
  while (received < sent * READERS && performance.now() < deadline) await Bun.sleep(50);
  for (const client of clients) client.end();
  const api_cores = Math.round(cores * 100) / 100;
  return {
    readers: READERS,
    rate_per_s: RATE,
    seconds: SECONDS,
    expected: sent * READERS,
    received,
    api_cores,
  };
}
