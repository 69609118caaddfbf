// Machines that offer a service at several ports: deployed, met by real clients, changed while somebody is there, and
// shown on the host's own address. The fleet's part needs root.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { EvidenceItem, Page, Workers } from "../../src/api/types.ts";
import { systemClock } from "../../src/contract/clock.ts";
import { createPersona } from "../../src/decoys/personas/create.ts";
import { loadSecret } from "../../src/decoys/personas/secret.ts";
import { dataFolder } from "../../src/kit/data-folder.ts";
import type { RunningInstall } from "../support/install.ts";
import { startInstall } from "../support/install.ts";
import type { Listed, PlacedInstall } from "../support/install-place.ts";
import { installAt } from "../support/install-place.ts";
import type { Internet, Place } from "../support/internet.ts";
import { createInternet, HAS_INTERNET } from "../support/internet.ts";

const OFFERS = ["ssh", "ssh:2222", "http", "http:8080", "http:8000", "ftp", "redis", "mysql"];
const PORTS = [21, 22, 80, 2222, 3306, 6379, 8000, 8080];

const portsOf = ({ services }: Pick<Listed, "services">): number[] =>
  services.map(({ port }) => port).toSorted((a, b) => a - b);

/** Commands in a shell of the machine, which is let in by this login. */
const overSsh = (
  at: { readonly address: string; readonly port: number; readonly name: string; readonly password: string },
  command: string,
): string[] => {
  const options = [
    "-o",
    "StrictHostKeyChecking=no",
    "-o",
    "UserKnownHostsFile=/dev/null",
    "-o",
    "LogLevel=ERROR",
  ];
  const to = ["-p", String(at.port), `${at.name}@${at.address}`, command];
  return ["sshpass", "-p", at.password, "ssh", ...options, ...to];
};

describe.skipIf(!HAS_INTERNET)("a fleet of machines with eight services", () => {
  let internet: Internet;
  let install: RunningInstall;
  let attacker: Place;
  let placed: PlacedInstall;

  beforeAll(async () => {
    internet = await createInternet();
    attacker = await internet.attach({ bridge: "br-ports", address: "10.66.0.200/24" });
    install = await startInstall({ prefix: internet.host.prefix, flags: ["--services", "telnet"] });
    placed = installAt(internet.host, install);
    const flags = ["--deckies", "2", "--services", OFFERS.join(","), "--interface", "br-ports"];
    await placed.must("deploy", ...flags, "--subnet", "10.66.0.0/24", "--seed", "7");
    await placed.until(
      async () => (await placed.deployed()).filter(({ state }) => state === "running").length === 2,
      "two deckies that run",
    );
  }, 90_000);
  afterAll(async () => {
    await placed.decnet("teardown", "--all");
    await install[Symbol.asyncDispose]();
    await internet[Symbol.asyncDispose]();
  }, 60_000);

  const first = async (): Promise<Listed> => {
    const [decky] = await placed.deployed();
    if (!decky) throw new Error("no decky");
    return decky;
  };
  const curl = async (address: string, port: number) =>
    (await attacker.run("curl", "-s", "--max-time", "10", `http://${address}:${port}/`)).out;

  /** Has a machine offer something else; what became of the change. */
  const offer = async (name: string, services: readonly string[]) => {
    const { version } = await placed.api<{ version: number }>("/topologies/fleet");
    const body = { expected_version: version, op: "update_decky", name, changes: { services } };
    const { id } = await placed.api<{ id: string }>("/topologies/fleet/mutations", body);
    return placed.until(async () => {
      const found = await placed.api<{ status: string; reason: string }>(`/topologies/fleet/mutations/${id}`);
      return ["applied", "failed"].includes(found.status) && found;
    }, "the change");
  };

  test("each port is listed, open, and nothing else is", async () => {
    const fleet = await placed.deployed();
    expect(fleet.map(portsOf)).toEqual([PORTS, PORTS]);
    expect(fleet[0]?.services.filter(({ name }) => name === "http").map(({ port }) => port)).toEqual([
      80, 8080, 8000,
    ]);
    const { address, name } = await first();
    const { out } = await attacker.run("nmap", "-n", "-sS", "-p-", "-T4", "-oG", "-", address);
    expect([...out.matchAll(/(\d+)\/open/g)].map(([, port]) => Number(port))).toEqual(PORTS);
    const listed = (await placed.must("deckies")).split("\n").find((line) => line.includes(name));
    for (const words of ["ssh:22 ", "ssh:2222 ", "http:80 ", "http:8080 ", "http:8000 "])
      expect(listed).toContain(words);
  }, 120_000);

  test("one server answers at each of its ports: one host key, one site; the port is in the evidence", async () => {
    const { address, name } = await first();
    const keys = await Promise.all(
      [22, 2222].map((port) => attacker.run("ssh-keyscan", "-t", "ed25519", "-p", String(port), address)),
    );
    const [one, two] = keys.map(({ out }) => out.trim().split(" ").at(-1));
    expect(one).toStartWith("AAAA");
    expect(two).toBe(one as string);
    const pages = await Promise.all([80, 8080, 8000].map((port) => curl(address, port)));
    expect(pages[0]).toContain("<title>");
    expect(new Set(pages).size).toBe(1);
    await attacker.run("curl", "-s", "--max-time", "10", `http://${address}:8080/mark-8080`);
    const seen = await placed.until(async () => {
      const query = `/evidence?since=0&limit=500&kind=http.requested&decky=${name}`;
      const { data } = await placed.api<Page<EvidenceItem>>(query);
      return data.find((item) => JSON.stringify(item.data).includes("mark-8080"));
    }, "the request to port 8080");
    expect([seen.service, seen.dst]).toEqual(["http", { ip: address, port: 8080 }]);
  }, 60_000);

  test("a shell on it shows what listens", async () => {
    const { name, mac, address } = await first();
    const secret = loadSecret(dataFolder(install.dataDir).secretFile, systemClock);
    const { accounts } = createPersona(secret, "linux-server", { place: name, mac: mac ?? "" });
    const account = accounts.find(({ password }) => password !== null);
    const at = { address, port: 2222, name: account?.name ?? "", password: account?.password ?? "" };
    const words = "echo $SSH_CONNECTION; ss -tln; grep -h ^Port /etc/ssh/sshd_config";
    const { out, err } = await attacker.run(...overSsh(at, words));
    expect([out.split("\n")[0], err]).toEqual([
      expect.stringMatching(new RegExp(`^10\\.66\\.0\\.200 \\d+ ${address} 2222$`)),
      "",
    ]);
    const listening = [...out.matchAll(/LISTEN .* 0\.0\.0\.0:(\d+) /g)].map(([, port]) => Number(port));
    expect(listening.toSorted((a, b) => a - b)).toEqual(PORTS);
    expect(out).toEndWith("Port 22\nPort 2222\n");
  }, 60_000);

  test("the neighbour finds each of them well", async () => {
    const mutator = await placed.until(
      async () => {
        const { workers } = await placed.api<Workers>("/workers");
        const row = workers.find((worker) => worker.name === "mutator");
        return Number(row?.extra["probed"]) === 2 && row;
      },
      "both to be looked at",
      60_000,
    );
    expect(mutator.extra["probe_faults"]).toBe(0);
    expect((await placed.deployed()).map(({ state, reason }) => [state, reason])).toEqual([
      ["running", ""],
      ["running", ""],
    ]);
  }, 90_000);

  test("a port is dropped while somebody is at the other: they stay, and so does what they left", async () => {
    const { address, name } = await first();
    const redis = async (...command: string[]) =>
      (await attacker.run("redis-cli", "-h", address, ...command)).out;
    // One connection for all questions: the answer's status and the port that it was asked from.
    const script = `
      const socket = require("node:net").connect(80, "${address}");
      socket.on("data", (bytes) => console.log(String(bytes).split(" ")[1], socket.localPort));
      process.stdin.on("data", () => socket.write("HEAD / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n"));
      process.stdin.on("end", () => process.exit());`;
    const client = Bun.spawn([...attacker.prefix, process.execPath, "-e", script], {
      stdin: "pipe",
      stdout: "pipe",
    });
    const answers = client.stdout.getReader();
    const ask = async (): Promise<string> => {
      client.stdin.write("\n");
      await client.stdin.flush();
      return new TextDecoder().decode((await answers.read()).value);
    };
    const before = await ask();
    expect(before).toStartWith("200 ");
    await redis("SET", "left", "behind");
    const row = await offer(
      name,
      OFFERS.filter((one) => one !== "http:8080"),
    );
    expect(row).toMatchObject({ status: "applied", reason: `${name} offers http:8080 no longer` });
    expect(await ask()).toBe(before);
    client.stdin.end();
    await client.exited;
    expect((await attacker.run("curl", "-s", "--max-time", "5", `http://${address}:8080/`)).code).toBe(7);
    for (const port of [80, 8000]) expect(await curl(address, port)).toContain("<title>");
    expect(await redis("GET", "left")).toContain("behind");
    await placed.until(
      async () => !portsOf(await first()).includes(8080) && (await first()).state === "running",
      "the list without it",
    );
  }, 60_000);

  test("a port goes from one service to another, and what was moved says where it is", async () => {
    const { address, name } = await first();
    const row = await offer(name, ["ssh", "http", "redis:8000", "mysql:2222"]);
    expect([row.status, row.reason]).toEqual([
      "applied",
      expect.stringContaining("offers redis:8000, mysql:2222"),
    ]);
    const { out } = await attacker.run("redis-cli", "-h", address, "-p", "8000", "INFO", "server");
    expect(out).toContain("tcp_port:8000\r");
    expect((await attacker.run("redis-cli", "-h", address, "-p", "8000", "GET", "left")).out).toContain(
      "behind",
    );
    const { out: scan } = await attacker.run("nmap", "-n", "-sV", "-p22,80,2222,8000,8080", address);
    expect(scan).toMatch(/2222\/tcp +open +mysql/);
    expect(scan).toMatch(/8000\/tcp +open +redis/);
    expect(scan).toMatch(/8080\/tcp +closed/);
  }, 120_000);

  test("what can't be is refused with the remedy", async () => {
    const { name } = await first();
    const { version } = await placed.api<{ version: number }>("/topologies/fleet");
    for (const [services, code, words] of [
      [["ssh", "http:22"], "duplicate_port", "as in http:8022"],
      [["http", "http:80"], "duplicate_port", "keep one"],
      [["redis", "redis:7000"], "one_port", "redis listens on one port"],
      [["http:080"], "bad_port", "http:port with a port from 1 to 65535"],
      [["htp:8080"], "unknown_service", 'Did you mean \\"http\\"'],
    ] as const) {
      const body = { expected_version: version, op: "update_decky", name, changes: { services } };
      const said = JSON.stringify(await placed.api("/topologies/fleet/mutations", body));
      expect(said).toContain(`"${code}"`);
      expect(said).toContain(words);
    }
  }, 60_000);
});

describe("the host's own machines", () => {
  let install: RunningInstall;
  beforeAll(async () => {
    install = await startInstall({ flags: ["--services", "http,http:8080,ssh,ssh:2222"] });
  }, 60_000);
  afterAll(async () => install[Symbol.asyncDispose]());

  test("listen on each port with the offset, and know nothing of the offset", async () => {
    const offset = install.port("http") - 80;
    const [decky, ...others] = install.up.deckies;
    expect(others).toEqual([]);
    expect(decky?.services.map(({ name, port, state }) => [name, port - offset, state])).toEqual([
      ["ssh", 22, "listening"],
      ["ssh", 2222, "listening"],
      ["http", 80, "listening"],
      ["http", 8080, "listening"],
    ]);
    const page = async (port: number) => await (await fetch(`http://127.0.0.1:${port + offset}/`)).text();
    expect(await page(8080)).toBe(await page(80));
    await fetch(`http://127.0.0.1:${8080 + offset}/mark-own`);
    const seen = await install.eventually(async () =>
      (await install.evidence("kind=http.requested")).find((item) =>
        JSON.stringify(item.data).includes("mark-own"),
      ),
    );
    expect([seen.service, seen.dst.port]).toEqual(["http", 8080 + offset]);
  }, 60_000);

  test.skipIf(Bun.which("sshpass") === null)(
    "a shell tells the machine's own ports",
    async () => {
      const { username: name, password } = install.login("ssh");
      const port = install.port("ssh") - 22 + 2222;
      const command = overSsh(
        { address: "127.0.0.1", port, name, password },
        "echo $SSH_CONNECTION; ss -tln",
      );
      const child = Bun.spawn(["timeout", "30", ...command], { stdout: "pipe", stderr: "ignore" });
      const out = await new Response(child.stdout).text();
      expect(out.split("\n")[0]).toEndWith(" 2222");
      expect([...out.matchAll(/LISTEN .* 0\.0\.0\.0:(\d+) /g)].map(([, at]) => Number(at))).toEqual([
        22, 2222, 80, 8080,
      ]);
    },
    60_000,
  );
});
