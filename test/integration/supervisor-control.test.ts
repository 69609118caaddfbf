// The supervisor with real workers: killed, hung, in a crash loop, stopped over the bus and started over its socket.

import { afterAll, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "../../src/bus/bus-log.ts";
import { UnixBus } from "../../src/bus/client.ts";
import { topics } from "../../src/bus/topics.ts";
import { systemClock } from "../../src/contract/clock.ts";
import type { ServiceManager } from "../../src/contract/service-manager.ts";
import { dataFolder, makeDataFolder } from "../../src/kit/data-folder.ts";
import { createLogger } from "../../src/kit/log.ts";
import { createSupervisorClient } from "../../src/kit/supervisor/client.ts";
import { openControlSocket } from "../../src/kit/supervisor/control-socket.ts";
import type { SupervisorEvent } from "../../src/kit/supervisor/supervisor.ts";
import { createSupervisor } from "../../src/kit/supervisor/supervisor.ts";

const root = mkdtempSync(join(tmpdir(), "decnet-sup-"));
const folder = dataFolder(root);
makeDataFolder(folder);
const events: SupervisorEvent[] = [];
const supervisor = createSupervisor({
  command: [process.execPath, join(import.meta.dir, "..", "..", "src", "main.ts")],
  env: {
    PATH: process.env["PATH"] ?? "",
    DECNET_DATA_DIR: root,
    DECNET_BUS_SOCKET: folder.busSocket,
    DECNET_SUPERVISOR_HANG_MS: "2400",
  },
  cwd: root,
  logDir: folder.logs,
  hangMs: 2400,
  clock: systemClock,
  log: createLogger("supervisor", "silent"),
  onEvent: (event) => events.push(event),
});
const control = openControlSocket({
  path: folder.supervisorSocket,
  owner: undefined,
  supervisor: {
    names: ["bus", "collector"],
    state: supervisor.stateOf,
    start: supervisor.startNow,
    hold: supervisor.hold,
  },
});
const manager = createSupervisorClient({ socket: folder.supervisorSocket, clock: systemClock });

afterAll(async () => {
  control.close();
  await supervisor.stop([["collector"], ["bus"]]);
  rmSync(root, { recursive: true, force: true });
});

async function until<T>(look: () => Promise<T | undefined>, timeoutMs = 15_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline)
      throw new Error(`not within ${timeoutMs} ms: ${JSON.stringify(events)}`);
    await Bun.sleep(25);
  }
}

/** Pid of the worker once it does its work in another process than `before`. */
function running(from: ServiceManager, worker: string, before?: number): Promise<number> {
  return until(async () => {
    const state = await from.state(worker);
    return state?.phase === "running" && state.pid !== before ? state.pid : undefined;
  });
}

/** Sends bytes to the socket and reads the answer. */
function raw(bytes: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = "";
  void Bun.connect({
    unix: folder.supervisorSocket,
    socket: {
      open: (socket) => void socket.write(bytes),
      data(_socket, chunk) {
        text += chunk.toString();
      },
      close: () => resolve(text),
      error: (_socket, error) => reject(error),
    },
  }).catch(reject);
  return promise;
}

test("starts once, tells its state, and knows nobody else's workers", async () => {
  expect(await manager.installed()).toEqual(new Set(["bus", "collector"]));
  expect((await manager.state("bus"))?.phase).toBe("stopped");
  expect(await manager.start("bus")).toEqual({ result: "started" });
  await running(manager, "bus");
  expect(await manager.start("bus")).toEqual({ result: "already_running" });
  expect(await manager.state("../bus")).toBeUndefined();
  expect((await manager.start("sh")).result).toBe("refused");
});

test("killed or hung, it comes back", async () => {
  const first = await running(manager, "bus");
  process.kill(first, "SIGKILL");
  const second = await running(manager, "bus", first);
  process.kill(second, "SIGSTOP");
  await running(manager, "bus", second);
  expect(events.some((event) => event.type === "hung" && event.worker === "bus")).toBe(true);
}, 40_000);

test("a stop on the bus ends that worker alone, the bus included, until it is started again", async () => {
  await manager.start("collector");
  const collector = await running(manager, "collector");
  const bus = await running(manager, "bus");
  const client = new UnixBus({ name: "test", path: folder.busSocket, log: silentLog, clock: systemClock });
  for (const worker of ["collector", "bus"]) {
    await until(async () => {
      client.publish(topics.systemControl, { worker }, { action: "stop", requested_by: "test", ts: 0 });
      return (await manager.state(worker))?.phase === "stopped" ? true : undefined;
    }, 5_000);
    if (worker === "collector") expect(await running(manager, "bus")).toBe(bus);
    else expect((await manager.state("collector"))?.phase).toBe("stopped");
  }
  expect(await manager.start("bus")).toEqual({ result: "started" });
  expect(await manager.start("collector")).toEqual({ result: "started" });
  expect(await running(manager, "collector")).not.toBe(collector);
  await running(manager, "bus", bus);
  await client.close();
}, 40_000);

test("one that runs is ended by a hold, and stays down", async () => {
  const collector = await running(manager, "collector");
  expect(await manager.hold("collector")).toEqual({ result: "held" });
  await until(
    async () => ((await manager.state("collector"))?.phase === "stopped" ? true : undefined),
    6_000,
  );
  expect((await manager.hold("sh")).result).toBe("refused");
  expect(await manager.start("collector")).toEqual({ result: "started" });
  await running(manager, "collector", collector);
}, 40_000);

test("lines that are no request do nothing", async () => {
  const before = await running(manager, "bus");
  for (const bytes of ["\n", "null\n", "{\n", '{"op":"stop","worker":"bus"}\n', `${"x".repeat(5000)}\n`]) {
    expect(JSON.parse(await raw(bytes))).toHaveProperty("error");
  }
  expect(await raw('{"op":"start","worker":"bus;id"}\n')).toContain("refused");
  expect(await running(manager, "bus")).toBe(before);
});

test("the socket is for its user alone", () => {
  expect(statSync(folder.supervisorSocket).mode & 0o777).toBe(0o600);
});

test.if(process.getuid?.() === 0)("a stranger's user is refused by the kernel", () => {
  for (const dir of [root, folder.run]) chmodSync(dir, 0o755);
  const script = `Bun.connect({unix: process.argv[1], socket: {data() {}}}).then(() => process.exit(0), (e) => { console.log(e.code); process.exit(3); })`;
  const stranger = Bun.spawnSync(
    [
      "setpriv",
      "--reuid",
      "64736",
      "--regid",
      "64735",
      "--clear-groups",
      process.execPath,
      "-e",
      script,
      folder.supervisorSocket,
    ],
    { env: {}, timeout: 20_000 },
  );
  expect(stranger.stdout.toString().trim() + stranger.stderr.toString()).toBe("EACCES");
});

test("a worker that can't run is a crash loop with the last lines of its log, and runs once the cause is gone", async () => {
  const bus = await running(manager, "bus");
  chmodSync(folder.spool, 0o700);
  rmSync(folder.spool, { recursive: true, force: true });
  await Bun.write(folder.spool, "in the way");
  const collector = (await manager.state("collector"))?.pid;
  if (collector !== undefined) process.kill(collector, "SIGKILL");
  const state = await until(async () => {
    const now = await manager.state("collector");
    return now?.phase === "crash_loop" ? now : undefined;
  }, 40_000);
  expect(state.reason).toContain("exit 7");
  expect(state.lastLines.join("\n")).toContain("ENOTDIR");
  expect(await manager.hold("collector")).toEqual({ result: "held" });
  await until(async () => ((await manager.state("collector"))?.phase === "stopped" ? true : undefined));
  // Longer than the restart that was waited for could have been away.
  const { promise: longer, resolve } = Promise.withResolvers<void>();
  systemClock.after(9_000, resolve);
  await longer;
  expect(await manager.state("collector")).toMatchObject({ phase: "stopped", pid: undefined });
  rmSync(folder.spool);
  makeDataFolder(folder);
  await until(async () => ((await manager.start("collector")).result === "started" ? true : undefined));
  await running(manager, "collector");
  expect(await running(manager, "bus")).toBe(bus);
}, 60_000);
