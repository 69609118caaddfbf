// A worker under a service manager's watch: heard while its event loop turns, silent while it does not, and alone in it.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AF_UNIX, SOCK_DGRAM, SOCK_NONBLOCK, unixAddress } from "../../src/platform/libc/address.ts";
import { errnoOf } from "../../src/platform/libc/errno.ts";
import { receiveInto } from "../../src/platform/libc/messages.ts";
import { bindSocket, closeFd, openSocket } from "../../src/platform/libc/sockets.ts";
import { until } from "../support/bus-tools.ts";

const SOURCE = join(import.meta.dir, "..", "..", "src");
let folder: string;
const notify = (): string => join(folder, "notify");
const watched = () => ({ NOTIFY_SOCKET: notify(), WATCHDOG_USEC: "400000" });
const held: Disposable[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "decnet-watchdog-"));
});
afterEach(() => {
  for (const one of held.splice(0)) one[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

/** Listens where a service manager would: how many signs of life have come since it was last asked. */
function listen(): () => number {
  const fd = openSocket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK);
  held.push({ [Symbol.dispose]: () => closeFd(fd) });
  bindSocket(fd, unixAddress(notify()));
  const buffer = new Uint8Array(64);
  const next = (): string => {
    try {
      return new TextDecoder().decode(buffer.subarray(0, receiveInto(fd, buffer)));
    } catch (error) {
      return errnoOf(error) ?? String(error);
    }
  };
  return () => {
    let heard = 0;
    for (let said = next(); said !== "EAGAIN"; said = next()) {
      expect(said).toBe("WATCHDOG=1");
      heard++;
    }
    return heard;
  };
}

function startBus(env: Readonly<Record<string, string>>) {
  const words = [join(SOURCE, "main.ts"), "bus", "--socket", join(folder, "bus.sock")];
  const bus = Bun.spawn([process.execPath, ...words], {
    env: { ...process.env, ...env },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
  });
  held.push({ [Symbol.dispose]: () => bus.kill("SIGKILL") });
  return bus;
}

test("it is heard at once and from then on, not while it is stopped, and again afterwards", async () => {
  const heard = listen();
  const bus = startBus(watched());
  for (let i = 0; i < 5; i++) await until(() => heard() > 0, "a sign of life", 20_000);
  bus.kill("SIGSTOP");
  // What it had sent before.
  await Bun.sleep(50);
  heard();
  await Bun.sleep(600);
  expect(heard()).toBe(0);
  bus.kill("SIGCONT");
  await until(() => heard() > 0, "a sign of life again", 20_000);
});

test("under a supervisor it tells its supervisor alone", async () => {
  const heard = listen();
  const bus = startBus({ ...watched(), DECNET_SUPERVISED: "1" });
  let said = "";
  for await (const chunk of bus.stdout) {
    said += new TextDecoder().decode(chunk);
    if (said.includes("ready")) break;
  }
  await Bun.sleep(300);
  expect(heard()).toBe(0);
});

test("a process that it starts knows nothing of the watch", async () => {
  const script = `
    const { takeWatch } = await import("${SOURCE}/platform/systemd/watchdog.ts");
    const { askOwnProcess } = await import("${SOURCE}/workers/mutator/kernel.ts");
    const watch = takeWatch(process.env, process.pid);
    const signal = new AbortController().signal;
    console.log(watch?.limitMs, await askOwnProcess(["env"], { task: {}, signal, ms: 10_000 }));`;
  const child = Bun.spawn([process.execPath, "-e", script], {
    env: { ...process.env, ...watched(), KEPT: "1" },
    stdout: "pipe",
    stderr: "inherit",
  });
  const out = await new Response(child.stdout).text();
  expect(out).toMatch(/^400 (.*\n)*KEPT=1$/m);
  expect(out).not.toMatch(/^(NOTIFY|WATCHDOG)_/m);
});
