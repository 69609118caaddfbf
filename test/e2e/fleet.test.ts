// Fleets from the command line: what needs no install, and orders to a real one whose mutator is played by the test.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Deckies, TopologyDetail, Workers } from "../../src/api/types.ts";
import { decoys } from "../../src/decoys/index.ts";
import { archetypes } from "../../src/decoys/personas/archetypes/index.ts";
import { formatTopology } from "../../src/topology/file.ts";
import type { FakeMutator } from "../support/fake-mutator.ts";
import { startFakeMutator } from "../support/fake-mutator.ts";
import type { RunningInstall } from "../support/install.ts";
import { BINARY, startInstall } from "../support/install.ts";
import { office } from "../support/topology-bodies.ts";

const folder = mkdtempSync(join(tmpdir(), "decnet-fleet-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function spawn(args: readonly string[], dataDir: string) {
  return Bun.spawn(["timeout", "60", BINARY, ...args, "--data-dir", dataDir], {
    cwd: folder,
    env: { HOME: folder, PATH: "/usr/bin:/bin" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}

async function decnet(args: string, dataDir: string = join(folder, "none")): Promise<Ran> {
  const child = spawn(args.split(" "), dataDir);
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, out, err };
}

describe("without an install", () => {
  test("a dry run prints names, addresses and services, the same for the same seed", async () => {
    const flags = "deploy --deckies 4 --subnet 192.0.2.0/24 --ip-start 192.0.2.40 --seed 7 --dry-run";
    const [first, again, other] = await Promise.all([
      decnet(flags),
      decnet(flags),
      decnet(flags.replace("7", "8")),
    ]);
    expect([first.code, first.err]).toEqual([0, ""]);
    expect(again.out).toBe(first.out);
    expect(other.out).not.toBe(first.out);
    const lines = first.out.trim().split("\n");
    expect(lines[0]).toBe('would make "fleet": 4 deckies, bridge, 192.0.2.0/24, --seed 7');
    for (const [i, line] of lines.slice(1).entries())
      expect(line).toMatch(new RegExp(`^ {2}[a-z0-9-]+ +192\\.0\\.2\\.${40 + i} +[a-z-]+ +[a-z]`));
    const { out } = await decnet(`${flags.replace("--ip-start 192.0.2.40 ", "")} --json`);
    const plan = JSON.parse(out) as TopologyDetail["definition"];
    expect(plan).toMatchObject({ name: "fleet", seed: "7", lans: [{ driver: "bridge" }] });
    // The first address is the router's.
    expect(plan.deckies.map(({ edges }) => edges[0]?.address)).toEqual(
      [2, 3, 4, 5].map((host) => `192.0.2.${host}`),
    );
    for (const { services } of plan.deckies) expect(services).not.toEqual([]);
  });

  test("machines of eight services are drawn by offers, the same again from the file that a dry run makes", async () => {
    const services = "ssh,ssh:2222,http,http:8080,http:8000,ftp,redis,mysql";
    const flags = `deploy --deckies 3 --services ${services} --subnet 192.0.2.0/24 --seed 7 --dry-run`;
    const { out } = await decnet(`${flags} --json`);
    const plan = JSON.parse(out) as TopologyDetail["definition"];
    for (const decky of plan.deckies)
      expect([decky.archetype, decky.services?.join(",")]).toEqual(["linux-server", services]);
    expect((await decnet(flags)).out).toContain(` ${services.replaceAll(",", " ")}\n`);
    const file = join(folder, "eight.toml");
    writeFileSync(file, formatTopology(plan));
    expect((await decnet(`topology validate ${file}`)).code).toBe(0);
  });

  test("the names of a kind are those of its style", async () => {
    for (const { name, hostname } of archetypes) {
      const { out } = await decnet(
        `deploy --deckies 3 --archetype ${name} --subnet 10.0.0.0/24 --seed x --dry-run --json`,
      );
      const { deckies } = JSON.parse(out) as TopologyDetail["definition"];
      for (const decky of deckies)
        expect([decky.archetype, decky.name]).toEqual([
          name,
          expect.stringMatching(new RegExp(hostname.pattern.source, "i")),
        ]);
    }
  });

  test("the machines of a maze are called as their kinds are, the same for the same seed", async () => {
    const draw = "topology generate --lans 4 --deckies 60 --seed 7 --json";
    const [{ out }, again] = await Promise.all([decnet(draw), decnet(draw)]);
    expect(again.out).toBe(out);
    const styles = new Map(archetypes.map(({ name, hostname }) => [name as string, hostname.pattern.source]));
    const { deckies } = JSON.parse(out) as TopologyDetail["definition"];
    expect(deckies.length).toBe(60);
    for (const { name, archetype } of deckies)
      expect(name).toMatch(new RegExp(styles.get(archetype) ?? "no such kind", "i"));
  });

  test("what can't be had is refused with the remedy", async () => {
    const file = join(folder, "faulty.toml");
    writeFileSync(file, 'name = "x"\n[[deckies]]\nname = "a"\narchetype = "toaster"\n');
    const crowded = join(folder, "crowded.toml");
    writeFileSync(
      crowded,
      'name = "x"\n[[lans]]\nname = "dmz"\nsubnet = "10.0.0.0/24"\ndmz = true\n[[deckies]]\nname = "a"\narchetype = "linux-server"\nservices = ["ssh", "http:22"]\nedges = [{ lan = "dmz" }]\n',
    );
    for (const [args, code, words] of [
      ["deploy --deckies 2", 64, "--subnet"],
      ["deploy --subnet 10.0.0.0/24", 64, "--config"],
      ["deploy --deckies many --subnet 10.0.0.0/24", 64, "--deckies takes a number"],
      ["deploy --deckies 2 --subnet 10.0.0.0/24 --driver host", 64, "decnet up"],
      ["deploy --deckies 2 --subnet 10.0.0.0/24 --driver macvlan", 64, "--interface"],
      ["deploy --deckies 2 --subnet 10.0.0.0/24 --ip-start 10.0.1.1", 64, "--ip-start"],
      ["deploy --deckies 300 --subnet 10.0.0.0/24", 64, "room for 253"],
      ["deploy --deckies 2 --subnet 10.0.0.0/24 --services shh", 64, 'Did you mean "ssh"'],
      ["deploy --deckies 2 --subnet 10.0.0.0/24 --services http,http:0", 64, "from 1 to 65535"],
      ["deploy --deckies 2 --subnet 10.0.0.0/24 --services ssh,http:22", 64, "as in http:8022"],
      ["deploy --deckies 2 --subnet 10.0.0.0/24 --services redis,redis:7000", 64, "listens on one port"],
      [`deploy --config ${crowded} --dry-run`, 65, "duplicate_port"],
      ["deploy --deckies 2 --subnet 10.0.0.0/24 --name Fleet_1", 64, "--name"],
      [`deploy --config ${file} --seed 7`, 64, "--seed and --config"],
      [`deploy --config ${file} --dry-run`, 65, "unknown_persona"],
      ["deploy --config nosuch.toml", 66, "can't be read"],
      ["deploy --deckies 2 --subnet 10.0.0.0/24", 69, "sudo decnet up --data-dir"],
      ["teardown --all", 69, "sudo decnet up"],
      ["teardown --all --id x", 64, "exclude"],
      ["topology deploy office", 69, "sudo decnet up"],
      ["topology show office", 69, 'no file "office"'],
      ["topology teardown nosuch.toml", 66, "can't be read"],
      ["deckies", 69, "decnet up"],
      ["mutate web", 64, "--plan is patch, reboot or service"],
      ["mutate web --plan rebot", 64, 'Did you mean "reboot"'],
      ["mutate --plan patch", 64, "decky"],
      ["mutate web --plan patch", 69, "sudo decnet up"],
    ] as const) {
      const ran = await decnet(args);
      expect([args, ran.code, ran.out]).toEqual([args, code, ""]);
      expect(ran.err).toContain(words);
    }
  });

  test("the registries are listed: archetypes, services, systems", async () => {
    const kinds = JSON.parse((await decnet("archetypes --json")).out) as { data: { name: string }[] };
    expect(kinds.data.map(({ name }) => name)).toEqual(archetypes.map(({ name }) => name));
    const services = JSON.parse((await decnet("services --json")).out) as { data: { name: string }[] };
    expect(services.data.map(({ name }) => name)).toEqual(decoys.map(({ name }) => name));
    const personas = JSON.parse((await decnet("personas --json")).out) as { data: object[] };
    expect(personas).toMatchObject({ running: false });
    expect(personas.data.length).toBeGreaterThan(1);
    const text = (await decnet("archetypes")).out;
    for (const { name, profiles } of archetypes)
      for (const words of [name, ...profiles.map((profile) => profile.name)]) expect(text).toContain(words);
    for (const line of text.split("\n")) expect(line.length).toBeLessThan(80);
    for (const { name, summary, limits, hostname, domains } of archetypes) {
      const one = (await decnet(`archetypes ${name}`)).out;
      for (const line of one.split("\n")) expect(line.length).toBeLessThan(80);
      const words = one.replace(/\s+/g, "");
      for (const part of [summary, limits, hostname.pattern.source, ...domains, "nmap-Osays", "p0fsays"])
        expect(words).toContain(part.replace(/\s+/g, ""));
      const { data } = JSON.parse((await decnet(`archetypes ${name} --json`)).out) as { data: object[] };
      expect(data).toMatchObject([{ name, host_names: hostname.pattern.source }]);
    }
    const none = await decnet("archetypes pinter");
    expect([none.code, none.err]).toEqual([64, expect.stringContaining('Did you mean "printer"')]);
    const known = (await decnet("services")).out;
    for (const words of ["6379/tcp ", "22/tcp, several "]) expect(known).toContain(words);
    expect((await decnet("personas")).out).toContain("no decnet runs");
  });
});

describe("with an install", () => {
  let install: RunningInstall;
  let mutator: FakeMutator;
  const run = (args: string): Promise<Ran> => decnet(args, install.dataDir);
  const detail = async (name: string): Promise<TopologyDetail> =>
    install.get<TopologyDetail>(`/topologies/${name}`);

  beforeAll(async () => {
    install = await startInstall();
    const own = async () =>
      (await install.get<Workers>("/workers")).workers.find(({ name }) => name === "mutator");
    // Where this build has the real one, it must not do what the test plays.
    if (await own()) {
      await run("stop mutator");
      await install.eventually(async () => (await own())?.service?.phase === "stopped");
    }
    mutator = await startFakeMutator(install);
  });
  afterAll(async () => {
    await mutator[Symbol.asyncDispose]();
    await install[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    mutator.next({});
    await run("teardown --all --forget");
  });

  test("deploy waits until it serves and prints each decky; teardown waits until it is gone", async () => {
    const up = await run("deploy --deckies 3 --subnet 192.0.2.0/24 --ip-start 192.0.2.40 --seed 7");
    expect([up.code, up.err]).toEqual([0, ""]);
    const lines = up.out.trim().split("\n");
    expect(lines[0]).toMatch(/^fleet {2}active/);
    expect(lines.length).toBe(4);
    for (const [i, line] of lines.slice(1).entries())
      expect(line).toMatch(
        new RegExp(`^ {2}[a-z0-9-]+ +192\\.0\\.2\\.${40 + i} +18:66:da(:[0-9a-f]{2}){3} +`),
      );
    expect((await detail("fleet")).status).toBe("active");
    const again = await run("deploy --deckies 3 --subnet 192.0.2.0/24 --seed 7");
    expect([again.code, again.err]).toEqual([73, expect.stringContaining("decnet teardown --id fleet")]);
    const down = await run("teardown --id fleet");
    expect([down.code, down.out]).toEqual([0, "fleet is torn down\n"]);
    expect(await detail("fleet")).toMatchObject({ status: "torn_down", machines: [] });
    expect((await run("teardown --all")).out).toBe("nothing stands\n");
    const other = await run("deploy --deckies 2 --subnet 198.51.100.0/24 --json");
    expect([other.code, JSON.parse(other.out)]).toMatchObject([
      0,
      { status: "active", name: "fleet", counts: { deckies: 2 } },
    ]);
  });

  test("what serves in part, or not at all, is told with its reason and status 1", async () => {
    for (const deployed of ["degraded", "failed"] as const) {
      mutator.next({ deployed, reason: "the kernel would not\u001b[2J" });
      const ran = await run(`deploy --deckies 2 --subnet 192.0.2.0/24 --name ${deployed} --seed ${deployed}`);
      expect([ran.code, ran.out.split("\n")[0]]).toEqual([
        1,
        expect.stringContaining(`${deployed}  ${deployed}`),
      ]);
      expect(ran.out).toContain("the kernel would not\\u{1b}");
    }
    mutator.next({ tornDown: "failed", reason: "a link stays" });
    const down = await run("teardown --id degraded --json");
    expect([down.code, JSON.parse(down.out)]).toEqual([
      1,
      { data: [{ name: "degraded", outcome: "failed", reason: "a link stays" }] },
    ]);
  });

  test("a topology goes up and down by its file and by its name, and is drawn with its addresses", async () => {
    const file = join(folder, "office.toml");
    writeFileSync(file, formatTopology(office()));
    expect((await run(`topology deploy ${file}`)).code).toBe(0);
    const shown = await run("topology show office");
    expect(shown.out.split("\n")[0]).toMatch(/^office {2}active/);
    expect(shown.out).toContain("phone  10.20.1.102");
    expect(JSON.parse((await run("topology show office --json")).out)).toMatchObject({ status: "active" });
    expect((await run(`topology deploy ${file}`)).code).toBe(73);
    expect((await run("topology teardown office")).out).toBe("office is torn down\n");
    expect((await run("topology deploy office")).code).toBe(0);
    expect((await run("topology deploy office")).err).toContain("can't become deploying");
    expect((await run(`topology teardown ${file} --forget`)).code).toBe(0);
    expect((await run("topology show office")).code).toBe(66);
    expect((await run("topology deploy nosuch")).code).toBe(66);
  });

  test("one decky goes by its name; what is not there is named with what is", async () => {
    const file = join(folder, "one.toml");
    writeFileSync(file, formatTopology(office("one")));
    await run(`deploy --config ${file}`);
    const gone = await run("teardown --id web");
    expect([gone.code, gone.out]).toEqual([0, "web is removed\n"]);
    expect((await detail("one")).definition.deckies.map(({ name }) => name)).toEqual(["gate", "phone"]);
    const gate = await run("teardown --id gate");
    expect([gate.code, gate.err]).toEqual([65, expect.stringContaining("no way leads here")]);
    mutator.next({ mutated: "failed", reason: "the kernel would not" });
    const failed = await run("teardown --id phone");
    expect([failed.code, failed.out]).toEqual([1, "phone could not be taken down: the kernel would not\n"]);
    const none = await run("teardown --id onr");
    expect([none.code, none.err]).toEqual([66, expect.stringContaining('Did you mean "one"')]);
    const which = await run("teardown");
    expect([which.code, which.err]).toEqual([64, expect.stringMatching(/there are:\n {2}one {2}active/)]);
  });

  test("a plan is brought over a decky on request, and waited for", async () => {
    const file = join(folder, "two.toml");
    writeFileSync(file, formatTopology(office("two")));
    await run(`deploy --config ${file}`);
    mutator.next({ reason: "web was rebooted" });
    const done = await run("mutate web --plan reboot");
    expect([done.code, done.out, done.err]).toEqual([0, "web was rebooted\n", ""]);
    const asked = await run("mutate web --plan service --wait --json");
    expect([asked.code, JSON.parse(asked.out)]).toMatchObject([
      0,
      { status: "applied", op: "update_decky", cause: "request", mutation: { name: "web", plan: "service" } },
    ]);
    const ordered = await run("mutate web --plan patch --no-wait");
    expect([ordered.code, ordered.out]).toEqual([0, "patch of web is asked for\n"]);
    mutator.next({ mutated: "failed", reason: "the kernel would not" });
    const failed = await run("mutate gate --plan patch");
    expect([failed.code, failed.out]).toEqual([1, "gate is as it was: the kernel would not\n"]);
    mutator.next({});
    const { data } = await install.get<Deckies>("/deckies");
    for (const [args, code, words] of [
      ["mutate wep --plan patch", 66, 'there is no decky "wep"'],
      [`mutate ${data[0]?.name} --plan patch`, 65, "on this host's own addresses"],
      ["mutate phone --plan service", 65, "no other service"],
    ] as const) {
      const ran = await run(args);
      expect([args, ran.code, ran.out]).toEqual([args, code, ""]);
      expect(ran.err).toContain(words);
    }
    await run("teardown --id two");
    const down = await run("mutate web --plan reboot");
    expect([down.code, down.err]).toEqual([73, expect.stringContaining("torn down")]);
  });

  test("names that others have are drawn anew, and refused with the remedy in a file", async () => {
    const { data } = await install.get<Deckies>("/deckies");
    await run("deploy --deckies 5 --subnet 192.0.2.0/24 --seed 7");
    const second = await run("deploy --deckies 5 --subnet 198.51.100.0/24 --seed 7 --name second");
    expect([second.code, second.err]).toEqual([0, ""]);
    const names = await Promise.all(["fleet", "second"].map(async (name) => (await detail(name)).definition));
    const all = [...names.flatMap(({ deckies }) => deckies), ...data].map(({ name }) => name);
    expect(new Set(all).size).toBe(10 + data.length);
    const file = join(folder, "taken.toml");
    const [mine] = data;
    const decky = {
      name: mine?.name ?? "",
      archetype: "linux-server",
      forward: false,
      edges: [{ lan: "dmz" }],
    };
    writeFileSync(file, formatTopology({ ...office("taken"), deckies: [...office().deckies, decky] }));
    const taken = await run(`deploy --config ${file}`);
    expect([taken.code, taken.err]).toEqual([73, expect.stringContaining("on this host's addresses")]);
    expect(taken.err).toContain("rename it");
  });

  test("the names of a large fleet that was torn down are in nobody's way", async () => {
    await run("deploy --deckies 500 --archetype linux-server --subnet 10.77.0.0/16 --seed 1 --name big");
    expect((await run("teardown --id big")).code).toBe(0);
    const next = await run(
      "deploy --deckies 6 --archetype linux-server --subnet 192.0.2.0/24 --seed 1 --name f2",
    );
    expect([next.code, next.err]).toEqual([0, ""]);
    const own = (await detail("f2")).definition.deckies.map(({ name }) => name);
    const big = (await detail("big")).definition.deckies.map(({ name }) => name);
    expect(new Set([...own, ...big]).size).toBe(506);
  }, 60_000);

  test("Ctrl-C ends the waiting, not the work; --no-wait does not wait; nobody to do it is told", async () => {
    await mutator[Symbol.asyncDispose]();
    try {
      const order = "deploy --deckies 1 --subnet 192.0.2.0/24 --no-wait --name later";
      const ordered = await run(order);
      expect([ordered.code, ordered.out]).toEqual([0, expect.stringContaining("topology show later")]);
      expect((await detail("later")).status).toBe("deploying");
      const args = "deploy --deckies 1 --subnet 198.51.100.0/24 --name cut --seed 1".split(" ");
      const child = Bun.spawn([BINARY, ...args, "--data-dir", install.dataDir], {
        env: { HOME: folder, PATH: "/usr/bin:/bin" },
        stdout: "ignore",
        stderr: "pipe",
      });
      await install.eventually(async () => {
        const { data } = await install.get<{ data: { name: string; status: string }[] }>(
          "/topologies?id=cut",
        );
        return data[0]?.status === "deploying";
      });
      child.kill("SIGINT");
      expect([await child.exited, await new Response(child.stderr).text()]).toEqual([
        130,
        expect.stringContaining("goes on being deployed"),
      ]);
      expect((await detail("cut")).status).toBe("deploying");
      const idle = await run("deploy --deckies 1 --subnet 203.0.113.0/24 --name idle --seed 2");
      expect([idle.code, idle.err]).toEqual([69, expect.stringContaining("an install that root started")]);
    } finally {
      mutator = await startFakeMutator(install);
    }
    expect((await run("teardown --id cut --forget")).code).toBe(0);
  }, 40_000);

  test("deckies and personas are those of the install", async () => {
    const { data } = await install.get<Deckies>("/deckies");
    const [first] = data;
    expect(JSON.parse((await run("deckies --json")).out)).toMatchObject({
      data: data.map(({ name }) => ({ name })),
    });
    const line = (await run("deckies")).out.split("\n")[0];
    for (const words of [first?.name, first?.address, first?.state])
      expect(line).toContain(words ?? "a decky");
    const personas = await run("personas");
    expect(personas.out).toContain(first?.persona.os ?? "a system");
    expect(JSON.parse((await run("personas --json")).out)).toMatchObject({
      running: true,
      data: data.map(({ name, persona }) => ({ decky: name, ...persona })),
    });
  });
});
