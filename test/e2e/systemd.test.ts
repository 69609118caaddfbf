// decnet init under a real systemd as the first process: what runs, as whom, what comes back, who may start what.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findWorker, workers } from "../../src/workers/index.ts";
import { BINARY } from "../support/install.ts";
import type { SystemdHost } from "../support/systemd.ts";
import { bootSystemd, leftovers, whyNoSystemd } from "../support/systemd.ts";
import type { SystemdInstall } from "../support/systemd-install.ts";
import { DATA, installOn, unit } from "../support/systemd-install.ts";

const why = await whyNoSystemd();
const names = workers.map(({ name }) => name);

/** Silence after which a worker counts as hung here, and how soon it is another process then. */
const HANG_S = 4;
const HANG_FOUND_MS = 15_000;

let host: SystemdHost;
let install: SystemdInstall;

/** Bits of <linux/capability.h> that the workers' units give. */
const BITS: Readonly<Record<string, bigint>> = {
  CAP_DAC_READ_SEARCH: 2n,
  CAP_NET_BIND_SERVICE: 10n,
  CAP_NET_ADMIN: 12n,
  CAP_NET_RAW: 13n,
  CAP_SYS_ADMIN: 21n,
};

/** What a worker's threads may do for good: the decoys give theirs up, the mutator keeps what its unit names. */
function capabilitiesOf(name: string): string {
  const worker = findWorker(name);
  const kept = worker?.service.user === "workers" ? worker.privileges : [];
  const bits = kept.reduce((sum, capability) => sum | (1n << (BITS[capability] ?? 63n)), 0n);
  return bits.toString(16).padStart(16, "0");
}

describe.skipIf(why !== undefined)(`decnet init under systemd${why ? ` (${why})` : ""}`, () => {
  beforeAll(async () => {
    host = await bootSystemd(BINARY);
    install = installOn(host);
  }, 120_000);
  afterAll(async () => host?.[Symbol.asyncDispose]());

  test("installs, starts, and every worker is ok; a drill passes; a second init changes nothing", async () => {
    expect(await install.changedBy()).toContain("write /etc/systemd/system/decnet.target");
    await host.must("systemctl", "start", "decnet.target");
    await host.eventually(() => install.areOk(...names), 30_000);
    const { code, out } = await host.run(["decnet", "drill", "--json", "--data-dir", DATA]);
    expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ ok: true })]);
    const forgotten = await host.run(["decnet", "drill", "--forget", "--json", "--data-dir", DATA]);
    expect(JSON.parse(forgotten.out).removed.blobs).toBeGreaterThan(0);
    expect(await host.must("find", `${DATA}/blobs`, "-type", "f")).toBe("");
    expect(await install.changedBy()).toEqual([]);
    expect((await host.must("systemctl", "--failed", "--no-legend")).trim()).toBe("");
  }, 120_000);

  test.each(names)(
    "%s has no capability but its unit's in any thread, cannot gain one, and is its own user",
    async (name) => {
      const user = findWorker(name)?.service.user === "decoys" ? "decnet-decky" : "decnet";
      const uid = (await host.must("id", "-u", user)).trim();
      const threads = await install.threadsOf(await install.pidOf(name));
      const capabilities = capabilitiesOf(name);
      expect(threads.length).toBeGreaterThan(1);
      for (const thread of threads) {
        expect(thread).toEqual({
          Uid: `${uid} ${uid} ${uid} ${uid}`,
          CapInh: capabilities,
          CapPrm: capabilities,
          CapEff: capabilities,
          CapAmb: capabilities,
          NoNewPrivs: "1",
          Seccomp: "2",
        });
      }
    },
  );

  test("a fleet is deployed, serves, and is taken down, all by units without root", async () => {
    const flags = ["--deckies", "2", "--services", "ssh,http", "--subnet", "10.66.0.0/24", "--json"];
    const deployed = await host.run(["decnet", "deploy", ...flags, "--data-dir", DATA]);
    expect([deployed.code, deployed.out]).toEqual([0, expect.stringContaining('"active"')]);
    const { out } = await host.run(["decnet", "deckies", "--json", "--data-dir", DATA]);
    expect(out).toContain("10.66.0.2");
    const names = async (): Promise<string> => host.must("ls", `${DATA}/run/netns`);
    expect(await names()).toContain("decnet-");
    expect((await host.run(["decnet", "teardown", "--all", "--data-dir", DATA])).code).toBe(0);
    expect(await names()).not.toContain("decnet-");
    expect(await host.must("ip", "-o", "link")).not.toMatch(/: dn/);
  }, 60_000);

  test("the decoys' process is behind its own fence besides, and systemd's copy of the secret is closed to it", async () => {
    const decky = (await install.status())?.workers.find(({ name }) => name === "decky");
    expect(decky?.extra["fence"]).toBe("seccomp+landlock");
    const pid = await install.pidOf("decky");
    // One filter of the unit's at least, and two of its own.
    const filters = /Seccomp_filters:\s+(\d+)/.exec(await host.must("cat", `/proc/${pid}/status`))?.[1];
    expect(Number(filters)).toBeGreaterThan(2);
    expect(await host.must("cat", `/proc/${pid}/environ`)).not.toContain("CREDENTIALS");
    const mode = await host.must("stat", "-c", "%a %U", `${DATA}/secret`);
    expect(mode.trim()).toBe("600 root");
  });

  test("killed one by one and then all at once, each is started anew and its row is the new process's", async () => {
    const kill = async (...victims: string[]): Promise<void> => {
      const before = await Promise.all(victims.map(install.pidOf));
      await host.must("systemctl", "kill", "-s", "KILL", "--kill-whom=main", ...victims.map(unit));
      for (const [i, name] of victims.entries()) {
        await host.eventually(async () => {
          const pid = await install.pidOf(name);
          return pid !== 0 && pid !== before[i];
        });
      }
      // Before the next beat of any of them could be due: 10 s for the bus, 30 s for the others.
      await host.eventually(() => install.areOk(...victims), 5000);
    };
    for (const name of names) await kill(name);
    await kill(...names);
    await kill(...names.filter((name) => name !== "api"));
  }, 180_000);

  test("one that hangs is found out by its watchdog and started anew; those that do not hang go on as they are", async () => {
    // systemd.unit(5): holds for every unit whose name begins so.
    const folder = "/etc/systemd/system/decnet-.service.d";
    const allPids = async () =>
      new Map(await Promise.all(names.map(async (name) => [name, await install.pidOf(name)] as const)));
    const hang = async (...victims: string[]): Promise<void> => {
      await host.eventually(() => install.areOk(...names), 30_000);
      const before = await allPids();
      await host.must("systemctl", "kill", "-s", "STOP", "--kill-whom=main", ...victims.map(unit));
      await host.eventually(async () => {
        const now = await allPids();
        return victims.every((name) => ![0, before.get(name)].includes(now.get(name)));
      }, HANG_FOUND_MS);
      await host.eventually(() => install.areOk(...names), 5000);
      const others = (pids: ReadonlyMap<string, number>) =>
        [...pids].filter(([name]) => !victims.includes(name));
      expect(others(await allPids())).toEqual(others(before));
    };
    // The watch that a process began with stays with it. By their names, or the end of each would not be waited for.
    await host.must("systemctl", "stop", ...names.map(unit));
    await host.must("mkdir", folder);
    await host.must("sh", "-c", `printf '[Service]\\nWatchdogSec=${HANG_S}\\n' >${folder}/watchdog.conf`);
    await host.must("systemctl", "daemon-reload");
    await host.must("systemctl", "start", "decnet.target");
    await hang(...names.filter((_, i) => i % 2 === 0));
    await hang(...names.filter((_, i) => i % 2 === 1));
    await host.must("rm", "-r", folder);
    await host.must("systemctl", "daemon-reload");
    // What was restarted here counts for nothing in what follows.
    await host.must("systemctl", "reset-failed");
  }, 120_000);

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
      const row = async () => (await install.status())?.workers.find((entry) => entry.name === name);
      const before = await install.pidOf(name);
      await install.allHear();
      expect(await install.order(name, "stop")).toMatchObject({ http: 202 });
      await host.eventually(async () => (await install.showOf(name, "ActiveState")) === "inactive");
      // Not "auto-restart": systemd is done with it.
      expect([await install.showOf(name, "SubState"), await install.showOf(name, "Result")]).toEqual([
        "dead",
        "success",
      ]);
      await host.eventually(async () => (await row())?.service?.phase === "stopped");
      expect(await row()).toMatchObject({ installed: true });
      expect(await install.order(name, "start")).toMatchObject({ http: 202 });
      await host.eventually(() => install.areOk(name));
      expect(await install.pidOf(name)).not.toBe(before);
    },
    60_000,
  );

  test("all are started just after some were told to stop: none is taken for running that is ending", async () => {
    await install.allHear();
    for (const name of ["correlator", "decky", "bus"])
      expect(await install.order(name, "stop")).toMatchObject({ http: 202 });
    await host.must("decnet", "start", "--all", "--data-dir", DATA);
    await host.eventually(() => install.areOk(...names), 30_000);
  }, 60_000);

  test("each loaded unit is exposed no more than the documents say of its file", async () => {
    const page = readFileSync(join(import.meta.dir, "..", "..", "docs", "operation.md"), "utf8");
    const said = await host.must("systemd-analyze", "security", "--no-pager");
    for (const name of names) {
      const documented = new RegExp(`^\\| \`${unit(name)}\` .* \\| ([0-9.]+) \\|$`, "m").exec(page)?.[1];
      const loaded = new RegExp(`^${unit(name)} +([0-9.]+) `, "m").exec(said)?.[1];
      expect([name, Number(loaded)]).toEqual([name, expect.any(Number)]);
      expect(Number(loaded)).toBeLessThanOrEqual(Number(documented));
    }
  });

  test("a bus that was stopped stays down when another worker crashes and comes back", async () => {
    await install.allHear();
    expect(await install.order("bus", "stop")).toMatchObject({ http: 202 });
    await host.eventually(async () => (await install.showOf("bus", "ActiveState")) === "inactive");
    const before = await install.pidOf("collector");
    await host.must("systemctl", "kill", "-s", "KILL", "--kill-whom=main", unit("collector"));
    await host.eventually(async () => ![0, before].includes(await install.pidOf("collector")));
    expect(await install.showOf("bus", "ActiveState")).toBe("inactive");
    expect(await install.order("bus", "start")).toMatchObject({ http: 202 });
    await host.eventually(() => install.areOk("bus", "collector"));
  }, 60_000);

  test("the API itself, stopped by its own answer, is started by the command line", async () => {
    const command = (action: string) => host.must("decnet", action, "api", "--data-dir", DATA);
    await install.allHear();
    await command("stop");
    await host.eventually(async () => (await install.showOf("api", "ActiveState")) === "inactive");
    await command("start");
    await host.eventually(() => install.areOk(...names));
    expect((await install.status())?.workers.every(({ installed }) => installed)).toBe(true);
  }, 60_000);

  test("without the polkit rule the API may start nothing, and says so in systemd's words", async () => {
    const rule = "/etc/polkit-1/rules.d/50-decnet.rules";
    await install.allHear();
    expect(await install.order("correlator", "stop")).toMatchObject({ http: 202 });
    await host.eventually(async () => (await install.showOf("correlator", "ActiveState")) === "inactive");
    await host.must("mv", rule, "/root/kept.rules");
    await host.must("systemctl", "restart", "polkit.service");
    expect(await install.order("correlator", "start")).toMatchObject({
      http: 502,
      text: expect.stringMatching(/authentication required|access denied/i),
    });
    expect(await install.showOf("correlator", "ActiveState")).toBe("inactive");
    expect(await install.changedBy()).toContain(`write ${rule}`);
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
    expect(await install.showOf("correlator", "ActiveState")).toBe("inactive");
    expect(await as("member", "start", start)).toBe(0);
    await host.eventually(() => install.areOk("correlator"));
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
    await host.eventually(() => install.areOk("api"));
    expect(await reach()).toBe("000");
    const path = `/etc/systemd/system/${unit("api")}`;
    expect(await install.changedBy()).toEqual([`write ${path}`, "run systemctl daemon-reload"]);
    await host.must("systemctl", "restart", unit("api"));
    await host.eventually(() => install.areOk("api"));
    expect(await reach()).toBe("200");
  });

  test("removal ends everything and keeps the evidence, which the next install goes on with", async () => {
    const before = await install.status();
    expect(before?.evidence.ingested).toBeGreaterThan(0);
    await host.must(host.binary, "init", "--uninstall");
    expect((await host.must("systemctl", "list-units", "--all", "--no-legend", "decnet*")).trim()).toBe("");
    expect((await host.run(["pgrep", "-u", "decnet,decnet-decky"])).out).toBe("");
    expect((await host.run(["ls", "/usr/local/bin/decnet", "/run/decnet"])).code).toBe(2);
    await install.changedBy();
    await host.must("systemctl", "start", "decnet.target");
    await host.eventually(() => install.areOk(...names), 30_000);
    expect((await install.status())?.evidence.ingested).toBeGreaterThanOrEqual(
      before?.evidence.ingested ?? 0,
    );
  }, 60_000);
});

describe.skipIf(why !== undefined)(`the throw-away systemd${why ? ` (${why})` : ""}`, () => {
  test("leaves the host as it was, whether it boots or not", async () => {
    const look = () => ({
      mounts: readFileSync("/proc/self/mountinfo", "utf8"),
      users: readFileSync("/etc/passwd", "utf8"),
      units: readdirSync("/etc/systemd/system"),
      installed: ["/usr/local/bin/decnet", "/var/lib/decnet", "/run/decnet"].map((path) => existsSync(path)),
      leftovers: leftovers(),
    });
    const before = look();
    expect(before.leftovers).toEqual([]);
    {
      await using other = await bootSystemd(BINARY);
      await other.must(other.binary, "init");
      expect(look()).toMatchObject({ users: before.users, units: before.units, installed: before.installed });
      expect(leftovers()).toHaveLength(2);
    }
    expect(look()).toEqual(before);
    await expect(bootSystemd("/nonexistent")).rejects.toThrow("did not boot");
    expect(look()).toEqual(before);
  }, 60_000);
});
