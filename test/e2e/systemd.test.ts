// decnet init under a real systemd as the first process: what runs, as whom, what comes back, who may start what.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Status, Worker } from "../../src/api/types.ts";
import { findWorker, workers } from "../../src/workers/index.ts";
import { BINARY } from "../support/install.ts";
import type { SystemdHost } from "../support/systemd.ts";
import { bootSystemd, whyNoSystemd } from "../support/systemd.ts";

const why = await whyNoSystemd();
const names = workers.map(({ name }) => name);
const unit = (name: string): string => `decnet-${name}.service`;
const DATA = "/var/lib/decnet";
const STATUS = ["decnet", "status", "--json", "--data-dir", DATA];

let host: SystemdHost;

/** What init changed, without its advice. */
async function changedBy(...flags: string[]): Promise<readonly string[]> {
  return (JSON.parse(await host.must(host.binary, "init", "--json", ...flags)) as { changed: string[] })
    .changed;
}

async function status(): Promise<Status | undefined> {
  const { out } = await host.run(STATUS);
  const answer = (out.startsWith("{") ? JSON.parse(out) : {}) as Partial<Status>;
  return answer.workers ? (answer as Status) : undefined;
}

async function pidOf(name: string): Promise<number> {
  return Number(await showOf(name, "MainPID"));
}

async function showOf(name: string, property: string): Promise<string> {
  return (await host.must("systemctl", "show", "--value", "-p", property, unit(name))).trim();
}

/** Has the API stop or start a worker, as the install's own admin does. */
async function order(name: string, action: "stop" | "start"): Promise<{ http: number; text: string }> {
  const { token } = JSON.parse(await host.must("cat", `${DATA}/run/install.json`)) as { token: string };
  const { out } = await host.run(STATUS);
  const path = `${(JSON.parse(out) as { url: string }).url}/api/v1/workers/${name}/${action}`;
  const words = ["-s", "-X", "POST", "-H", `Authorization: Bearer ${token}`, "-w", "\\n%{http_code}", path];
  const answer = (await host.must("curl", ...words)).trim().split("\n");
  return { http: Number(answer.at(-1)), text: answer[0] ?? "" };
}

const isOk = (worker: Worker): boolean => worker.status === "ok";

/** The row of each is ok and is that of the process which systemd runs. */
async function areOk(...wanted: readonly string[]): Promise<boolean> {
  const rows = (await status())?.workers.filter(({ name }) => wanted.includes(name)) ?? [];
  const pids = await Promise.all(rows.map(({ name }) => pidOf(name)));
  return rows.length === wanted.length && rows.every((row, i) => isOk(row) && row.extra["pid"] === pids[i]);
}

/** What /proc tells of each thread that a sandbox decides. */
async function threadsOf(pid: number): Promise<readonly Record<string, string>[]> {
  const all = await host.must("sh", "-c", `cat /proc/${pid}/task/*/status`);
  const fields = ["Uid", "CapInh", "CapPrm", "CapEff", "CapAmb", "NoNewPrivs", "Seccomp"];
  return all.split(/^(?=Name:)/m).map((text) => {
    const lines = new Map(text.split("\n").map((line) => line.split(/:\s+/, 2) as [string, string]));
    return Object.fromEntries(fields.map((name) => [name, lines.get(name)?.replaceAll("\t", " ") ?? ""]));
  });
}

const NO_CAPABILITY = "0".repeat(16);

describe.skipIf(why !== undefined)(`decnet init under systemd${why ? ` (${why})` : ""}`, () => {
  beforeAll(async () => {
    host = await bootSystemd(BINARY);
  }, 120_000);
  afterAll(async () => host?.[Symbol.asyncDispose]());

  test("installs, starts, and every worker is ok; a drill passes; a second init changes nothing", async () => {
    expect(await changedBy()).toContain("write /etc/systemd/system/decnet.target");
    await host.must("systemctl", "start", "decnet.target");
    await host.eventually(() => areOk(...names), 30_000);
    const { code, out } = await host.run(["decnet", "drill", "--json", "--data-dir", DATA]);
    expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ ok: true })]);
    expect(await changedBy()).toEqual([]);
    expect((await host.must("systemctl", "--failed", "--no-legend")).trim()).toBe("");
  }, 120_000);

  test.each(names)(
    "%s has no capability in any thread, cannot gain one, and is its own user",
    async (name) => {
      const user = findWorker(name)?.service.user === "decoys" ? "decnet-decky" : "decnet";
      const uid = (await host.must("id", "-u", user)).trim();
      const threads = await threadsOf(await pidOf(name));
      expect(threads.length).toBeGreaterThan(1);
      for (const thread of threads) {
        expect(thread).toEqual({
          Uid: `${uid} ${uid} ${uid} ${uid}`,
          CapInh: NO_CAPABILITY,
          CapPrm: NO_CAPABILITY,
          CapEff: NO_CAPABILITY,
          CapAmb: NO_CAPABILITY,
          NoNewPrivs: "1",
          Seccomp: "2",
        });
      }
    },
  );

  test("killed one by one and then all at once, each is started anew and its row is the new process's", async () => {
    const kill = async (...victims: string[]): Promise<void> => {
      const before = await Promise.all(victims.map(pidOf));
      await host.must("systemctl", "kill", "-s", "KILL", "--kill-whom=main", ...victims.map(unit));
      for (const [i, name] of victims.entries()) {
        await host.eventually(async () => {
          const pid = await pidOf(name);
          return pid !== 0 && pid !== before[i];
        });
      }
      // Before the next beat of any of them could be due: 10 s for the bus, 30 s for the others.
      await host.eventually(() => areOk(...victims), 5000);
    };
    for (const name of names) await kill(name);
    await kill(...names);
    await kill(...names.filter((name) => name !== "api"));
  }, 180_000);

  test("units names the executable that init would take: a copy, or one that root alone can change", async () => {
    const line = async (binary: string): Promise<string | undefined> =>
      /^ExecStart=.*$/m.exec(await host.must(binary, "units", "--print", "--worker", "bus"))?.[0];
    expect(await line(host.binary)).toBe("ExecStart=/usr/local/bin/decnet bus");
    await host.must("mkdir", "-p", "/opt/decnet");
    await host.must("cp", host.binary, "/opt/decnet/decnet");
    expect(await line("/opt/decnet/decnet")).toBe("ExecStart=/opt/decnet/decnet bus");
    await host.must("chmod", "0777", "/opt/decnet");
    expect(await line("/opt/decnet/decnet")).toBe("ExecStart=/usr/local/bin/decnet bus");
  });

  test.each(names.filter((name) => name !== "api"))(
    "%s is stopped over the bus and stays down, then started by systemd, both by way of the API",
    async (name) => {
      const row = async () => (await status())?.workers.find((entry) => entry.name === name);
      const before = await pidOf(name);
      expect(await order(name, "stop")).toMatchObject({ http: 202 });
      await host.eventually(async () => (await showOf(name, "ActiveState")) === "inactive");
      // Not "auto-restart": systemd is done with it.
      expect([await showOf(name, "SubState"), await showOf(name, "Result")]).toEqual(["dead", "success"]);
      await host.eventually(async () => (await row())?.service?.phase === "stopped");
      expect(await row()).toMatchObject({ installed: true });
      expect(await order(name, "start")).toMatchObject({ http: 202 });
      await host.eventually(() => areOk(name));
      expect(await pidOf(name)).not.toBe(before);
    },
    60_000,
  );

  test("a bus that was stopped stays down when another worker crashes and comes back", async () => {
    expect(await order("bus", "stop")).toMatchObject({ http: 202 });
    await host.eventually(async () => (await showOf("bus", "ActiveState")) === "inactive");
    const before = await pidOf("collector");
    await host.must("systemctl", "kill", "-s", "KILL", "--kill-whom=main", unit("collector"));
    await host.eventually(async () => ![0, before].includes(await pidOf("collector")));
    expect(await showOf("bus", "ActiveState")).toBe("inactive");
    expect(await order("bus", "start")).toMatchObject({ http: 202 });
    await host.eventually(() => areOk("bus", "collector"));
  }, 60_000);

  test("the API itself, stopped by its own answer, is started by the command line", async () => {
    const command = (action: string) => host.must("decnet", action, "api", "--data-dir", DATA);
    await command("stop");
    await host.eventually(async () => (await showOf("api", "ActiveState")) === "inactive");
    await command("start");
    await host.eventually(() => areOk(...names));
    expect((await status())?.workers.every(({ installed }) => installed)).toBe(true);
  }, 60_000);

  test("without the polkit rule the API may start nothing, and says so in systemd's words", async () => {
    const rule = "/etc/polkit-1/rules.d/50-decnet.rules";
    expect(await order("correlator", "stop")).toMatchObject({ http: 202 });
    await host.eventually(async () => (await showOf("correlator", "ActiveState")) === "inactive");
    await host.must("mv", rule, "/root/kept.rules");
    await host.must("systemctl", "restart", "polkit.service");
    expect(await order("correlator", "start")).toMatchObject({
      http: 502,
      text: expect.stringMatching(/authentication required|access denied/i),
    });
    expect(await showOf("correlator", "ActiveState")).toBe("inactive");
    expect(await changedBy()).toContain(`write ${rule}`);
    await host.must("systemctl", "restart", "polkit.service");
  }, 60_000);

  test("polkitd lets a member of group decnet start a worker's unit, and do nothing else", async () => {
    await host.must("useradd", "-M", "-G", "decnet", "member");
    await host.must("useradd", "-M", "stranger");
    const as = async (who: string, ...words: readonly string[]): Promise<number> => {
      const become = ["setpriv", `--reuid=${who}`, `--regid=${who}`, "--init-groups"];
      return (await host.run([...become, "systemctl", "--no-ask-password", ...words])).code;
    };
    const start = unit("correlator");
    expect(await as("stranger", "start", start)).not.toBe(0);
    expect(await showOf("correlator", "ActiveState")).toBe("inactive");
    expect(await as("member", "start", start)).toBe(0);
    await host.eventually(() => areOk("correlator"));
    const refused = [
      ["stop", start],
      ["restart", start],
      ["kill", start],
      ["disable", start],
      ["mask", start],
      ["set-property", start, "MemoryMax=1"],
      ["start", "decnet.target"],
      ["start", "systemd-tmpfiles-clean.service"],
      ["daemon-reload"],
    ];
    for (const words of refused) expect([words, await as("member", ...words)]).not.toEqual([words, 0]);
    expect(await as("decnet-decky", "start", start)).not.toBe(0);
  });

  test("an API bound to other addresses is reached there once init has opened its unit, not before", async () => {
    const other = "192.0.2.1";
    await host.must("ip", "address", "add", `${other}/32`, "dev", "lo");
    await host.must("sh", "-c", `printf '[api]\\nhost = "0.0.0.0"\\nport = 8123\\n' >${DATA}/decnet.toml`);
    const reach = async (): Promise<string> =>
      (
        await host.run([
          "curl",
          "-s",
          "-m",
          "2",
          "-o",
          "/dev/null",
          "-w",
          "%{http_code}",
          `http://${other}:8123/`,
        ])
      ).out;
    await host.must("systemctl", "restart", unit("api"));
    await host.eventually(() => areOk("api"));
    expect(await reach()).toBe("000");
    const path = `/etc/systemd/system/${unit("api")}`;
    expect(await changedBy()).toEqual([`write ${path}`, "run systemctl daemon-reload"]);
    await host.must("systemctl", "restart", unit("api"));
    await host.eventually(() => areOk("api"));
    expect(await reach()).toBe("200");
  });

  test("removal ends everything and keeps the evidence, which the next install goes on with", async () => {
    const before = await status();
    expect(before?.evidence.ingested).toBeGreaterThan(0);
    await host.must(host.binary, "init", "--uninstall");
    expect((await host.must("systemctl", "list-units", "--all", "--no-legend", "decnet*")).trim()).toBe("");
    expect((await host.run(["pgrep", "-u", "decnet,decnet-decky"])).out).toBe("");
    expect((await host.run(["ls", "/usr/local/bin/decnet", "/run/decnet"])).code).toBe(2);
    await changedBy();
    await host.must("systemctl", "start", "decnet.target");
    await host.eventually(() => areOk(...names), 30_000);
    expect((await status())?.evidence.ingested).toBeGreaterThanOrEqual(before?.evidence.ingested ?? 0);
  });
});
