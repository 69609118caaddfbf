// The turns that a broker has asked for, as the kernel shows them: short at rest, the usual ones under a flood, short again.

import { afterAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { encodeFrame } from "../../src/bus/wire.ts";
import { freshSocketPath, rawClient, until } from "../support/bus-tools.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");
const SHORT = 100_000;
const { path, remove } = freshSocketPath();
const broker = Bun.spawn([process.execPath, MAIN, "bus", "--socket", path], {
  stdin: "ignore",
  stdout: "ignore",
  stderr: "ignore",
});
afterAll(async () => {
  broker.kill();
  await broker.exited;
  remove();
});

/** Length of the turns of a process's first thread, in ns (proc_pid_sched); undefined where the kernel does not tell. */
function turns(pid: number): number | undefined {
  const row = /^se\.slice\s*:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/sched`, "utf8"));
  return row ? Number(row[1]) : undefined;
}

test("short turns at rest, the usual ones while it is flooded, short ones afterwards", async () => {
  const usual = turns(process.pid);
  // Before Linux 6.12 there is nothing to ask for: then it stays as it is.
  const asks = usual !== undefined;
  const is = (length: number | undefined) => () => !asks || turns(broker.pid) === length;
  await until(is(SHORT), "short turns at rest", 20_000);
  const client = await rawClient(path);
  const batch = Buffer.concat(Array.from({ length: 2000 }, () => encodeFrame("PUB", "decky.flood.traffic")));
  for (const end = performance.now() + 20_000; performance.now() < end && !is(usual)(); await Bun.sleep(1))
    client.send(batch);
  expect(is(usual)()).toBe(true);
  client.destroy();
  await until(is(SHORT), "short turns again", 20_000);
});
