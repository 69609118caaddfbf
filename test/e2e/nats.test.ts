// The binary with its bus on a real nats-server: every row, a whole drill, and the command line on the same bus.

import { expect, test } from "bun:test";
import type { Workers } from "../../src/api/types.ts";
import { BINARY, startInstall } from "../support/install.ts";
import { hasNatsServer, startNats } from "../support/nats-server.ts";

test.skipIf(!hasNatsServer)(
  "decnet up over NATS: all rows ok, no broker, a drill passes, commands find the bus",
  async () => {
    const server = await startNats({ config: 'authorization { user: "decnet", password: "hush-hush" }' });
    const url = `nats://decnet:hush-hush@127.0.0.1:${server.port}`;
    const env = { DECNET_BUS_TYPE: "nats", DECNET_NATS_URL: url, DECNET_NATS_PREFIX: "lab.e2e" };
    try {
      await using install = await startInstall({ env });
      const { workers, bus_connected } = await install.get<Workers>("/workers");
      expect(bus_connected).toBe(true);
      for (const { name, status, installed, extra } of workers) {
        expect([name, status, installed]).toEqual(
          name === "bus" ? [name, "unknown", false] : [name, "ok", true],
        );
        if (name === "bus") expect(extra["reason"]).toContain("NATS");
      }
      const run = (...args: string[]) =>
        Bun.spawnSync([BINARY, ...args, "--data-dir", install.dataDir], { cwd: "/", timeout: 90_000 });
      const drill = JSON.parse(run("drill", "--json").stdout.toString()) as { ok: boolean };
      expect(drill.ok).toBe(true);
      expect(run("publish", "x.y", "{}").exitCode).toBe(0);
      const status = run("status", "--json");
      expect(status.exitCode).toBe(0);
      expect(JSON.parse(status.stdout.toString())).toMatchObject({ bus_type: "nats", bus_socket: null });
      expect(install.up).toMatchObject({ bus_type: "nats", bus_socket: null });
      const order = async (path: string) => {
        const url = `${install.up.url}/api/v1/workers/${path}`;
        const headers = { authorization: `Bearer ${install.token}` };
        const response = await fetch(url, { method: "POST", headers });
        return [response.status, await response.json()];
      };
      expect((await order("bus/start"))[0]).toBe(503);
      expect(await order("start-all")).toEqual([
        200,
        { started: [], already_running: expect.not.arrayContaining(["bus"]), failed: [] },
      ]);
      expect(run("start", "--all").exitCode).toBe(0);
      expect(run("start", "bus").exitCode).toBe(69);
      // With the API away the command line asks the supervisor itself.
      expect(run("stop", "api").exitCode).toBe(0);
      await install.eventually(async () => run("status").stdout.toString().includes("the API is down"));
      expect(run("start", "bus").exitCode).toBe(69);
      const again = run("start", "--all", "--json");
      expect([again.exitCode, again.stderr.toString()]).toEqual([0, ""]);
      expect(install.errors()).not.toMatch(/bus (ended|is in)|crash loop/);
      await server.kill();
      expect(run("publish", "x.y", "{}").exitCode).not.toBe(0);
      expect(install.errors()).not.toContain("hush-hush");
    } finally {
      await server.close();
    }
  },
  150_000,
);

test("the broker is not run where NATS carries the bus", () => {
  const env = { PATH: process.env["PATH"] ?? "", DECNET_BUS_TYPE: "nats" };
  const done = Bun.spawnSync([BINARY, "bus"], { cwd: "/tmp", env, timeout: 10_000 });
  expect(done.exitCode).toBe(78);
  expect(done.stderr.toString()).toContain("no broker is run");
});
