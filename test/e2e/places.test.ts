// The binary where people put it: as root and not, in folders that others cannot enter, on the real ports, killed and back.

import { describe, expect, test } from "bun:test";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
} from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Attacker, Page, Status } from "../../src/api/types.ts";
import type { RunningInstall } from "../support/install.ts";
import { BINARY, startInstall } from "../support/install.ts";

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

function drill(install: RunningInstall): { ok: boolean; steps: { ok: boolean; step: string }[] } {
  const result = Bun.spawnSync([BINARY, "drill", "--json", "--data-dir", install.dataDir], { cwd: "/" });
  return JSON.parse(result.stdout.toString());
}

function statusOf(pid: unknown): Map<string, string> {
  const rows = readFileSync(`/proc/${String(pid)}/status`, "utf8").split("\n");
  return new Map(rows.map((row) => [row.split(":")[0] ?? "", row.slice(row.indexOf(":") + 1).trim()]));
}

async function pids(install: RunningInstall): Promise<Map<string, number>> {
  const { workers } = await install.get<Status>("/status");
  return new Map(workers.map((worker) => [worker.name, Number(worker.extra["pid"])]));
}

describe("an unprivileged user", () => {
  test.skipIf(!isRoot)(
    "runs all of it in a folder of their own",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "decnet-nobody-"));
      chownSync(folder, NOBODY, NOBODY);
      const prefix = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
      try {
        await using install = await startInstall({ folder, prefix });
        expect(drill(install).steps.filter((step) => !step.ok)).toEqual([]);
        for (const [worker, pid] of await pids(install)) {
          expect(statusOf(pid).get("Uid"), worker).toMatch(/^65534\s+65534\s+65534/);
        }
        expect(statSync(install.dataDir).mode & 0o777).toBe(0o700);
        expect(await install.stop()).toBe(0);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    120_000,
  );
});

describe.skipIf(!isRoot)("root", () => {
  test("keeps root for nothing that reads a client's bytes, and decoys reach neither store nor secret", async () => {
    const folder = mkdtempSync(join(tmpdir(), "decnet-root-"));
    chmodSync(folder, 0o755);
    try {
      await using install = await startInstall({ folder });
      const all = await pids(install);
      for (const [worker, pid] of all) {
        // It makes networks and sockets, and reads no byte of a client.
        if (worker === "mutator") continue;
        const status = statusOf(pid);
        expect(status.get("Uid"), worker).not.toMatch(/^0\s/);
        expect(status.get("CapEff"), worker).toBe("0000000000000000");
      }
      const [, decoys] = /^(\d+)/.exec(statusOf(all.get("decky")).get("Uid") ?? "") ?? [];
      const [, gid] = /^(\d+)/.exec(statusOf(all.get("decky")).get("Gid") ?? "") ?? [];
      for (const file of ["decnet.db", "secret", "spool", "logs", "run/install.json"]) {
        const read = ["test", "-r", join(install.dataDir, file)];
        const asDecoy = Bun.spawnSync([
          "setpriv",
          `--reuid=${decoys}`,
          `--regid=${gid}`,
          "--clear-groups",
          ...read,
        ]);
        expect([file, asDecoy.exitCode]).toEqual([file, 1]);
      }
      // Captured files are the decoys' user's; the API removes those of a drill all the same.
      expect(drill(install).ok).toBe(true);
      const forget = [BINARY, "drill", "--forget", "--json", "--data-dir", install.dataDir];
      const { removed } = JSON.parse(Bun.spawnSync(forget).stdout.toString()) as {
        removed: { blobs: number };
      };
      expect(removed.blobs).toBeGreaterThan(0);
      const blobs = join(install.dataDir, "blobs");
      expect(readdirSync(blobs, { recursive: true }).filter((name) => `${name}`.length > 60)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);

  test("puts every thread of the decoys' process behind the fence, with neither token nor secret in reach of its user", async () => {
    await using install = await startInstall();
    const { workers } = await install.get<Status>("/status");
    const { pid, fence } = workers.find(({ name }) => name === "decky")?.extra ?? {};
    expect(fence).toBe("seccomp+landlock");
    const threads = readdirSync(`/proc/${Number(pid)}/task`);
    expect(threads.length).toBeGreaterThan(1);
    for (const thread of threads) {
      const status = statusOf(`${Number(pid)}/task/${thread}`);
      for (const set of ["Inh", "Prm", "Eff", "Bnd", "Amb"])
        expect(status.get(`Cap${set}`)).toBe("0".repeat(16));
      expect([status.get("NoNewPrivs"), status.get("Seccomp")]).toEqual(["1", "2"]);
    }
    const environment = readFileSync(`/proc/${Number(pid)}/environ`, "utf8");
    const { token } = JSON.parse(readFileSync(join(install.dataDir, "run/install.json"), "utf8"));
    expect(environment).not.toContain(token);
    const open = readdirSync(`/proc/${Number(pid)}/fd`).map((fd) => {
      return readlinkSync(`/proc/${Number(pid)}/fd/${fd}`);
    });
    // What was taken along is closed once it is read, and no file of the install is open.
    expect(open.filter((link) => !/^(socket|pipe|anon_inode):|^\/dev\/null$/.test(link))).toEqual([]);
  }, 60_000);

  test("may put its data where only root can go; decoys drop root all the same", async () => {
    await using install = await startInstall();
    expect(statSync(install.folder).mode & 0o077).toBe(0);
    expect(statusOf((await pids(install)).get("decky")).get("Uid")).not.toMatch(/^0\s/);
    expect(drill(install).ok).toBe(true);
  }, 120_000);

  test("serves the real ports, and nmap -sV -p- names every product and version", async () => {
    const flags = ["--listen", "127.0.0.50"];
    await using install = await startInstall({ flags, portOffset: 0 });
    const nmap = Bun.spawnSync(["nmap", "-Pn", "-sT", "-sV", "-p-", "127.0.0.50"]).stdout.toString();
    const claims = [
      /^21\/tcp +open +ftp +vsftpd 3\.0\.3$/m,
      /^22\/tcp +open +ssh +OpenSSH 9\.2p1 Debian 2\+deb12u\d+ /m,
      /^23\/tcp +open +telnet +DD-WRT telnetd 24-sp2 (?:std|big) \(c\) 2010 NewMedia-NET GmbH$/m,
      /^80\/tcp +open +http +nginx 1\.22\.1$/m,
      /^3306\/tcp +open +mysql +MySQL 8\.0\.\d+$/m,
      /^6379\/tcp +open +redis +Redis key-value store 7\.0\.15$/m,
    ];
    for (const claim of claims) expect(nmap).toMatch(claim);
    expect(nmap.toLowerCase()).not.toContain("honeypot");
    expect(drill(install).steps.filter((step) => !step.ok)).toEqual([]);
  }, 180_000);
});

describe.skipIf(!isRoot)("the defaults of root", () => {
  test("work as they are: /var/lib/decnet, the bus in /run/decnet, the real ports", async () => {
    // A mount namespace of its own: nothing of this host's folders is touched.
    const own = 'mount -t tmpfs none /run && mount -t tmpfs none /var/lib && exec "$@"';
    const command = [
      "unshare",
      "--mount",
      "sh",
      "-c",
      own,
      "sh",
      BINARY,
      "up",
      "--json",
      "--listen",
      "127.0.0.51",
    ];
    const child = Bun.spawn(command, { cwd: "/", stdout: "pipe", stderr: "pipe", stdin: "ignore" });
    const { value } = await child.stdout.getReader().read();
    const up = JSON.parse(new TextDecoder().decode(value)) as RunningInstall["up"];
    child.kill("SIGINT");
    expect(await child.exited).toBe(0);
    expect([up.data_dir, up.bus_socket]).toEqual(["/var/lib/decnet", "/run/decnet/bus.sock"]);
    expect(up.workers.filter((worker) => worker.status !== "ok")).toEqual([]);
    expect(
      up.deckies.flatMap((decky) => decky.services.map((service) => service.port)).toSorted((a, b) => a - b),
    ).toEqual([21, 22, 23, 80, 3306, 6379]);
  }, 60_000);
});

describe.skipIf(!isRoot)("the defaults of an unprivileged user", () => {
  test("shift every port by 20000, and skip one that is taken with a word by whom", async () => {
    const folder = mkdtempSync(join(tmpdir(), "decnet-ports-"));
    chownSync(folder, NOBODY, NOBODY);
    // A network namespace of its own, where MySQL's shifted port belongs to another program of that user.
    const own = [
      "ip link set lo up",
      `as="setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups"`,
      "$as timeout 60 redis-server --port 23306 --bind 127.0.0.1 --save '' --dir / >/dev/null 2>&1 &",
      "n=0; until grep -q :5B0A /proc/net/tcp || [ $((n += 1)) -gt 100 ]; do sleep 0.05; done",
      'exec $as "$@"',
    ].join("\n");
    const up = [BINARY, "up", "--json", "--data-dir", join(folder, "data"), "--listen", "127.0.0.1"];
    const child = Bun.spawn(["unshare", "--net", "sh", "-c", own, "sh", ...up], {
      cwd: "/",
      stdout: "pipe",
      stderr: "inherit",
      stdin: "ignore",
    });
    let other: number | undefined;
    try {
      const { value } = await child.stdout.getReader().read();
      const line = JSON.parse(new TextDecoder().decode(value)) as RunningInstall["up"];
      const services = line.deckies.flatMap((decky) => decky.services);
      const ports = services.map((service) => [service.name, service.port, service.state]);
      expect(ports.toSorted()).toEqual([
        ["ftp", 20_021, "listening"],
        ["http", 20_080, "listening"],
        ["mysql", 23_306, "skipped"],
        ["redis", 26_379, "listening"],
        ["ssh", 20_022, "listening"],
        ["telnet", 20_023, "listening"],
      ]);
      const detail = services.find((service) => service.name === "mysql")?.detail ?? "";
      expect(detail).toMatch(/^port 23306 is taken by redis-server \(pid \d+\)$/);
      other = Number(/pid (\d+)/.exec(detail)?.[1]);
    } finally {
      if (other !== undefined) process.kill(other);
      child.kill("SIGINT");
      expect(await child.exited).toBe(0);
      rmSync(folder, { recursive: true });
    }
  }, 90_000);
});

describe("an install", () => {
  test("survives the death of its supervisor: workers end, and the next start finds everything", async () => {
    const folder = mkdtempSync(join(tmpdir(), "decnet-again-"));
    try {
      const first = await startInstall({ folder });
      const workers = [...(await pids(first)).values()];
      const socket = createConnection({ host: "127.0.0.1", port: first.port("redis") });
      await once(socket, "connect");
      socket.end("PING\r\n");
      await first.eventually(async () => (await first.get<Page<Attacker>>("/attackers")).data.length === 1);
      process.kill(first.up.pid, "SIGKILL");
      await first.eventually(async () => workers.every((pid) => !isAlive(pid)));

      await using second = await startInstall({ folder });
      expect(second.up.admin).toBeUndefined();
      expect(second.up.logins).toEqual(first.up.logins);
      expect((await second.get<Page<Attacker>>("/attackers")).data.map((row) => row.ip)).toEqual([
        "127.0.0.1",
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);

  test("shows no machine that it was told to leave out, even where the one before was killed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "decnet-fewer-"));
    try {
      const first = await startInstall({ folder });
      const workers = [...(await pids(first)).values()];
      expect(first.up.deckies).toHaveLength(2);
      // As a power cut ends it: nobody says that the machines are gone.
      for (const pid of [first.up.pid, ...workers]) process.kill(pid, "SIGKILL");
      await first.eventually(async () => workers.every((pid) => !isAlive(pid)));
      await using second = await startInstall({ folder, flags: ["--services", "redis"] });
      const shown = second.up.deckies.flatMap(({ services }) =>
        services.map(({ name, state }) => [name, state]),
      );
      expect(shown).toEqual([["redis", "listening"]]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);

  test("refuses a second start on its folder, and ends in order with conversations open", async () => {
    await using install = await startInstall();
    const second = Bun.spawnSync([BINARY, "up", "--data-dir", install.dataDir]);
    expect(second.exitCode).toBe(73);
    expect(second.stderr.toString()).toContain("already runs");
    const open = ["ssh", "telnet", "http", "ftp", "redis", "mysql"].map((service) =>
      createConnection({ host: "127.0.0.1", port: install.port(service) }),
    );
    await Promise.all(open.map((socket) => once(socket, "connect")));
    for (const socket of open) socket.on("error", () => undefined).resume();
    expect(await install.stop()).toBe(0);
    expect(install.errors()).toBe("");
  }, 60_000);

  test("skips a port that is taken and says by whom", async () => {
    await using first = await startInstall();
    const offset = first.port("ssh") - 22;
    await using second = await startInstall({ portOffset: offset });
    const services = second.up.deckies.flatMap((decky) => decky.services);
    expect(services.every((service) => service.state === "skipped")).toBe(true);
    const owner = isRoot
      ? /^port \d+ is taken by \S+ \(pid \d+\)$/
      : /^port \d+ is taken by a process of \S+$/;
    expect(services[0]?.detail).toMatch(owner);
  }, 60_000);

  test("takes the admin's password from the environment, and then prints none", async () => {
    await using install = await startInstall({ env: { DECNET_ADMIN_PASSWORD: "a password of my own" } });
    expect(install.up.admin).toBeUndefined();
    const response = await fetch(`${install.up.url}/api/v1/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username: "admin", password: "a password of my own" }),
    });
    expect(await response.json()).toMatchObject({ role: "admin", token: expect.any(String) });
  }, 60_000);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
