// The turns that a broker has asked for, as the kernel shows them: the usual ones at rest, short ones while many messages
// come one by one, the usual ones under a flood.

import { afterAll, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
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

test("the usual turns at rest, short ones while messages come one by one, the usual ones under a flood", async () => {
  const usual = turns(process.pid);
  // Before Linux 6.12 there is nothing to ask for: then it stays as it is.
  const asks = usual !== undefined;
  const is = (length: number | undefined) => () => !asks || turns(broker.pid) === length;
  await until(() => existsSync(path), "the broker listens", 20_000);
  const client = await rawClient(path);
  const write = async (frames: number, eachMs: number, length: number | undefined) => {
    const batch = Buffer.concat(Array.from({ length: frames }, () => encodeFrame("PUB", "decky.a.traffic")));
    for (const end = performance.now() + 20_000; performance.now() < end && !is(length)(); ) {
      client.send(batch);
      // What makes it a rate.
      await Bun.sleep(eachMs);
    }
    expect(is(length)()).toBe(true);
  };
  await until(is(usual), "the usual turns at rest", 20_000);
  await write(200, 10, SHORT);
  await write(2000, 1, usual);
  client.destroy();
  // Nothing passes any more: after two of its looks, whatever it asked for on the way there, it is as it began.
  await Bun.sleep(600);
  await until(is(usual), "the usual turns again", 20_000);
});
