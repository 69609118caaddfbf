// Orders from the command line, with the API and without it: each has its effect, and each is in the audit trail.

import { expect, test } from "bun:test";
import type { AuditEntry, Page, Workers } from "../../src/api/types.ts";
import type { RunningInstall } from "../support/install.ts";
import { BINARY, startInstall } from "../support/install.ts";

/** Runs the binary on that install's folder as a user behind sudo. */
function cli(install: RunningInstall, ...args: string[]) {
  const done = Bun.spawnSync([BINARY, ...args, "--data-dir", install.dataDir], {
    cwd: "/",
    env: { PATH: process.env["PATH"] ?? "", HOME: install.folder, SUDO_USER: "alice" },
    timeout: 60_000,
  });
  return { code: done.exitCode, out: done.stdout.toString(), err: done.stderr.toString() };
}

const operator = process.getuid?.() === 0 ? "local:alice" : expect.stringMatching(/^local:/);

test("with the API away status tells what it can, stop and start work, and all of it is in the audit", async () => {
  await using install = await startInstall();
  const phase = async (worker: string, wanted: string): Promise<boolean> => {
    const { workers } = JSON.parse(cli(install, "status", "--json").out) as {
      workers: { name: string; phase: string }[];
    };
    return workers.find(({ name }) => name === worker)?.phase === wanted;
  };
  expect(cli(install, "stop", "correlator").code).toBe(0);
  const stop = { action: "stop", requested_by: "somebody", ts: 0 };
  expect(cli(install, "publish", "system.ingester.control", JSON.stringify(stop)).code).toBe(0);
  await install.eventually(async () => {
    const rows = (await install.get<Workers>("/workers")).workers;
    const down = rows.filter(({ service }) => service?.phase === "stopped");
    return down.length === 2 && down.every(({ status }) => status === "stale");
  });
  expect(cli(install, "stop", "api")).toMatchObject({ code: 0, err: "" });
  await install.eventually(async () => cli(install, "status").out.includes("the API is down"));
  const status = cli(install, "status");
  expect([status.code, status.out]).toEqual([1, expect.stringMatching(/bus connected[\s\S]+api +stopped/)]);

  expect(cli(install, "stop", "collector")).toMatchObject({ code: 0, err: "" });
  await install.eventually(() => phase("collector", "stopped"));
  expect(cli(install, "start", "collector")).toMatchObject({ code: 0, err: "" });
  await install.eventually(() => phase("collector", "running"));
  expect(cli(install, "publish", "system.collector.control", JSON.stringify(stop)).code).toBe(0);
  expect(cli(install, "start", "--all")).toMatchObject({ code: 0, err: "" });

  const rows = await install.eventually(async () => {
    const { data } = await install.get<Page<AuditEntry>>("/audit?limit=100");
    const orders = data.filter(({ action }) => action.startsWith("worker."));
    return orders.length >= 9 && orders;
  }, 30_000);
  const told = rows.map(({ username, action, target, source, outcome }) => ({
    username,
    action: `${action.slice(7)} ${target}`,
    source,
    outcome: outcome.startsWith("{") ? "list" : outcome,
  }));
  const line = (username: unknown, action: string, source: string, outcome: string) => ({
    username,
    action,
    source,
    outcome,
  });
  const noted = "command line";
  for (const wanted of [
    line(operator, "stop correlator", "127.0.0.1", "accepted"),
    line("bus", "stop ingester", "bus", "told on the bus"),
    line(operator, "stop api", "127.0.0.1", "accepted"),
    line(operator, "stop collector", noted, "told on the bus"),
    line(operator, "start collector", noted, "started"),
    line(operator, "start bus", noted, "already_running"),
    line(operator, "start api", noted, "started"),
    line(operator, "start-all all", "127.0.0.1", "list"),
  ])
    expect(told).toContainEqual(wanted as (typeof told)[number]);
  expect(rows.filter(({ detail }) => detail === "requested_by: somebody").length).toBe(2);
}, 150_000);

test("with the bus switched off every row says why it has no heartbeat, and orders to start are refused for the bus alone", async () => {
  const started = performance.now();
  await using install = await startInstall({ env: { DECNET_BUS_ENABLED: "false" } });
  expect(performance.now() - started).toBeLessThan(15_000);
  const { workers, bus_connected } = await install.get<Workers>("/workers");
  expect(bus_connected).toBe(false);
  for (const { name, status, installed, extra } of workers) {
    expect([name, status, installed]).toEqual([name, "unknown", name !== "bus"]);
    expect(extra["reason"]).toContain("switched off");
  }
  expect(cli(install, "start", "bus").code).toBe(69);
  expect(cli(install, "start", "collector").code).toBe(0);
  expect(cli(install, "status").out).toContain("switched off");
}, 60_000);
