// The API before its bus, as the processes that they are: how often it asks, and how soon it is alive.

import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Workers } from "../../src/api/types.ts";
import { RETRY_MS } from "../../src/bus/app-bus.ts";
import { until } from "../support/bus-tools.ts";
import { BINARY } from "../support/install.ts";

const ALIVE_MS = 5_000;
/** A timer may be early by the rest of a millisecond, and the other side's turn may come late. */
const TOLERANCE_MS = 50;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Runs a worker on `folder` with the bus at `socket`. */
function run(worker: string, folder: string, socket: string): void {
  const flags = ["--data-dir", join(folder, "data"), "--log-level", "error"];
  const child = Bun.spawn([BINARY, worker, ...flags], {
    cwd: "/",
    env: { PATH: "/usr/bin:/bin", HOME: folder, DECNET_BUS_SOCKET: socket },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "inherit",
  });
  closing.push(async () => {
    child.kill("SIGTERM");
    await child.exited;
  });
}

/** What is on the path until the bus is: it hangs up on whoever comes, and notes when. */
function noBus(path: string): { readonly asked: readonly number[]; close(): void } {
  const asked: number[] = [];
  const server = Bun.listen({
    unix: path,
    socket: {
      open(socket) {
        asked.push(performance.now());
        socket.end();
      },
      data: () => undefined,
    },
  });
  const close = (): void => {
    server.stop(true);
    rmSync(path, { force: true });
  };
  closing.push(close);
  return { asked, close };
}

interface Install {
  readonly url: string;
  readonly token: string;
}

function installIn(folder: string): Install | undefined {
  const read = (name: string): string => readFileSync(join(folder, "data", "run", name), "utf8");
  try {
    const { url } = JSON.parse(read("api.json")) as { url: string };
    return { url, token: (JSON.parse(read("install.json")) as { token: string }).token };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

test(`asks at most once in ${RETRY_MS} ms, however many callers there are, and is alive within ${ALIVE_MS} ms of its bus`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "decnet-late-"));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  const socket = join(folder, "bus.sock");
  const nobody = noBus(socket);
  run("api", folder, socket);
  await until(() => installIn(folder) !== undefined, "the API", 20_000);
  const install = installIn(folder);
  const call = (path: string, method: string): Promise<Response> =>
    fetch(`${install?.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${install?.token}` },
    });

  while (nobody.asked.length < 4) {
    const stops = await Promise.all(Array.from({ length: 20 }, () => call("/workers/api/stop", "POST")));
    expect(new Set(stops.map(({ status }) => status))).toEqual(new Set([503]));
  }
  const gaps = nobody.asked.slice(1).map((at, i) => at - (nobody.asked[i] ?? 0));
  for (const gap of gaps) expect(gap).toBeGreaterThan(RETRY_MS - TOLERANCE_MS);

  nobody.close();
  const from = performance.now();
  run("bus", folder, socket);
  const isAlive = async (): Promise<boolean> => {
    const { bus_connected, workers } = (await (await call("/workers", "GET")).json()) as Workers;
    const alive = workers.filter(({ status }) => status === "ok").map(({ name }) => name);
    return bus_connected && alive.includes("api") && alive.includes("bus");
  };
  while (!(await isAlive())) expect(performance.now() - from).toBeLessThan(ALIVE_MS);
}, 60_000);
