// The binary alone: help, version, errors, and what it refuses to load from where it stands.

import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pkg from "../../package.json" with { type: "json" };
import { commands } from "../../src/commands/index.ts";
import { BINARY } from "../support/install.ts";

const folder = mkdtempSync(join(tmpdir(), "decnet-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

function decnet(args: readonly string[], env: Record<string, string> = {}) {
  const result = Bun.spawnSync([BINARY, ...args], {
    cwd: folder,
    env: { HOME: folder, PATH: "/usr/bin:/bin", ...env },
  });
  return { code: result.exitCode, out: result.stdout.toString(), err: result.stderr.toString() };
}

describe("the command line", () => {
  test("--version names the release and the commit", () => {
    const { code, out } = decnet(["--version"]);
    expect(code).toBe(0);
    expect(out).toMatch(
      new RegExp(`^decnet ${pkg.version.replaceAll(".", "\\.")} \\(([0-9a-f]{12}|unknown)\\)\\n$`),
    );
  });

  test("--help lists every command of the registry, and each has help with examples", () => {
    const { code, out } = decnet(["--help"]);
    expect(code).toBe(0);
    for (const command of commands) {
      const [first = "", second] = command.name.split(" ");
      // What this program runs by itself is no matter of its user's.
      if (command.internal) expect(out).not.toContain(`  ${first} `);
      else expect(out).toContain(`  ${first} `);
      if (second !== undefined) expect(decnet([first, "--help"]).out).toContain(`  ${second} `);
      const help = decnet([...command.name.split(" "), "--help"]);
      expect(help.code, command.name).toBe(0);
      expect(help.out, command.name).toContain("Examples:\n  $ decnet");
    }
    // Two processes for each command.
  }, 60_000);

  test("what a slow reader takes from a pipe is whole, and one that leaves ends the command", () => {
    const draw = `"$0" topology generate --lans 4 --depth 3 --branching 2 --deckies 900 --seed 7`;
    const shell = (line: string) => Bun.spawnSync(["bash", "-c", line, BINARY], { timeout: 20_000 });
    const file = join(folder, "drawn.toml");
    expect(shell(`${draw} > "${file}"; ${draw} | (sleep 1; cat) | cmp - "${file}"`).exitCode).toBe(0);
    expect(statSync(file).size).toBeGreaterThan(64 * 1024);
    expect(shell(`${draw} | head -n 1`).stdout.toString()).toContain("topology generate");
  }, 60_000);

  test("an unknown command or flag names the nearest and exits with 64", () => {
    const command = decnet(["statsu"]);
    expect([command.code, command.err]).toEqual([
      64,
      'decnet: unknown command "statsu". Did you mean "status"? See decnet --help.\n',
    ]);
    const flag = decnet(["up", "--api-prot", "1"]);
    expect(flag.code).toBe(64);
    expect(flag.err).toContain("--api-port");
    expect(decnet(["publish"]).code).toBe(64);
  });

  test("help of a command is that of its --help, and of none names the nearest", () => {
    for (const words of [["status"], ["topology"], ["topology", "show"]])
      expect(decnet(["help", ...words])).toEqual(decnet([...words, "--help"]));
    expect(decnet(["help"]).out).toBe(decnet(["--help"]).out);
    expect(decnet(["topology", "--help"]).out).toContain("Examples:\n  $ decnet topology");
    const [command, sub] = [decnet(["help", "statsu"]), decnet(["help", "topology", "shwo"])];
    expect([command.code, command.out, command.err]).toEqual([
      64,
      "",
      'decnet: unknown command "statsu". Did you mean "status"? See decnet --help.\n',
    ]);
    expect([sub.code, sub.err.includes('Did you mean "show"')]).toEqual([64, true]);
  });

  test("an option that takes no value, or that is misspelt, is told how to be used", () => {
    const said = (...args: string[]) => decnet([...args, "--data-dir", join(folder, "none")]);
    expect(said("status", "--json=yes")).toMatchObject({
      code: 64,
      err: "decnet: --json takes no value: write --json alone\n",
    });
    expect(said("status", "--jsn").err).toBe('decnet: unknown option "--jsn". Did you mean "--json"?\n');
    expect(decnet(["--verison"])).toMatchObject({ code: 64, err: expect.stringContaining('"--version"') });
  });

  test("the help of a worker shows the flags of what it reads, and no others", () => {
    for (const worker of ["collector", "ingester", "correlator", "mutator"])
      expect(decnet([worker, "--help"]).out).not.toMatch(/--(listen|services|port-offset|api-port)/);
    expect(decnet(["decky", "--help"]).out).toMatch(/--listen[\s\S]*--port-offset[\s\S]*--services/);
    expect(decnet(["api", "--help"]).out).toMatch(/--api-host[\s\S]*--api-port/);
  });

  test("a bad setting names the flag and exits with 78, before anything is made", () => {
    const { code, err } = decnet(["up", "--api-port", "99999", "--data-dir", join(folder, "never")]);
    expect([code, err.includes("--api-port")]).toEqual([78, true]);
    expect(readdirSync(folder)).not.toContain("never");
    const service = decnet(["up", "--services", "shh", "--data-dir", join(folder, "never-either")]);
    expect([service.code, service.err.includes('Did you mean "ssh"')]).toEqual([78, true]);
    for (const [services, words] of [
      ["ssh,http:22", "can't both have port 22"],
      ["telnet,ssh:23", "can't both have port 23"],
      ["http:65000", "beyond port 65535"],
      ["redis,redis:7000", "listens on one port"],
    ] as const) {
      const args = ["up", "--services", services, "--port-offset", "20000"];
      const refused = decnet([...args, "--data-dir", join(folder, "never-either")]);
      expect([services, refused.code, refused.err]).toEqual([services, 78, expect.stringContaining(words)]);
    }
    for (const flags of [
      ["--listen", "203.0.113.9"],
      ["--port-offset", "65000"],
      ["--api-host", "203.0.113.9"],
    ])
      expect(decnet(["up", ...flags, "--data-dir", join(folder, "never-again")]).code).toBe(78);
    const logins = { DECNET_DECKY_LOGINS: "no-colon", DECNET_DATA_DIR: join(folder, "never-logins") };
    expect(decnet(["up"], logins).code).toBe(78);
    const nats = {
      DECNET_BUS_TYPE: "nats",
      DECNET_NATS_URL: "nats://127.0.0.1:1",
      DECNET_NATS_CREDS: "/none",
    };
    expect(decnet(["up", "--data-dir", join(folder, "never-nats")], nats).code).toBe(78);
    expect(readdirSync(folder).filter((name) => name.startsWith("never"))).toEqual([]);
  });

  test("an address that is not one, or not of this host, is named before anything is started", () => {
    const dir = join(folder, "places");
    const up = (...flags: string[]) => decnet(["up", "--data-dir", dir, ...flags]);
    const cases = [
      [up("--listen", "not-an-ip"), "--listen"],
      [up("--listen", "203.0.113.9"), "not an address of this host"],
      [up("--api-host", "203.0.113.9"), "not an address of this host"],
      [up("--port-offset", "65000"), "--port-offset"],
    ] as const;
    for (const [{ code, err }, words] of cases) {
      expect([code, err.split("\n").length, err.includes(words)]).toEqual([78, 2, true]);
    }
    const taken = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
    const { code, err } = up("--api-port", String(taken.port));
    expect([code, err]).toEqual([
      73,
      expect.stringMatching(/port \d+ on 127\.0\.0\.1 is taken by .+ \(pid \d+\)/),
    ]);
    taken.stop(true);
  });

  test("status and drill without an install say how to start one", () => {
    for (const command of ["status", "drill"]) {
      const { code, err } = decnet([command, "--data-dir", join(folder, "none")]);
      expect(code).toBe(69);
      expect(err).toContain("decnet up");
    }
    const { code, out } = decnet(["status", "--json", "--data-dir", join(folder, "none")]);
    expect([code, JSON.parse(out).running]).toEqual([69, false]);
  });

  test("publish says what is wrong, warns only of what was sent, and leaves with a fitting status", () => {
    const none = { DECNET_DATA_DIR: join(folder, "none"), DECNET_BUS_SOCKET: join(folder, "no.sock") };
    const publish = (topic: string, json: string) => {
      const { code, out, err } = decnet(["publish", topic, json], none);
      return { code, out, lines: err.trimEnd().split("\n") };
    };
    for (const [topic, json, code, words] of [
      ["foo..bar", "{}", 65, '"foo..bar" is no topic'],
      ["foo.*", "{}", 65, '"foo.*" is no topic'],
      ["foo.bar", "{", 65, "not JSON"],
      ["foo.bar", "[1]", 65, "an array"],
      ["system.decky.control", "{}", 65, "action"],
      ["foo.bar", "{}", 69, "the bus can't be reached"],
    ] as const) {
      const said = publish(topic, json);
      expect([said.code, said.out, said.lines.length], topic).toEqual([code, "", 1]);
      expect(said.lines[0]).toContain(words);
    }
  }, 60_000);

  test("events says at once what is no pattern, bus or none", () => {
    const none = { DECNET_DATA_DIR: join(folder, "none"), DECNET_BUS_SOCKET: join(folder, "no.sock") };
    for (const pattern of ["a..b", "a.>.b", "a b"]) {
      const { code, out, err } = decnet(["events", pattern], none);
      expect([code, out]).toEqual([65, ""]);
      expect(err).toStartWith(`decnet: "${pattern}" is no pattern: `);
    }
  });

  test("units run what they are told to, and it is said when that is not there", () => {
    const there = decnet(["units", "--print", "--worker", "bus", "--executable", "/bin/true"]);
    expect([there.code, there.err]).toEqual([0, ""]);
    expect(there.out).toContain("ExecStart=/bin/true bus\n");
    const absent = decnet(["units", "--print", "--executable", "/opt/nowhere/decnet"]);
    expect([absent.code, absent.err]).toEqual([0, expect.stringContaining("is not there yet")]);
    for (const path of ["decnet", "/opt/a b", "/x\nExecStart=/bin/sh", ""])
      expect([path, decnet(["units", "--executable", path]).code]).toEqual([path, 64]);
  });

  test("config --explain shows each value with its source", () => {
    const { code, out } = decnet(["config", "--explain", "--json", "--data-dir", folder], {
      DECNET_API_PORT: "9001",
    });
    expect(code).toBe(0);
    const rows = (
      JSON.parse(out) as { settings: { key: string; value: unknown; source: string; from: string }[] }
    ).settings;
    expect(rows.find((row) => row.key === "api.port")).toMatchObject({
      value: 9001,
      source: "environment",
      from: "DECNET_API_PORT",
    });
    expect(decnet(["config", "--explain"]).out).toContain("api.port");
  });

  test("planted .env, bunfig.toml and packages in the working folder are not loaded", () => {
    writeFileSync(join(folder, ".env"), "DECNET_API_PORT=6666\n");
    writeFileSync(join(folder, "evil.ts"), 'console.log("PLANTED")\n');
    writeFileSync(join(folder, "bunfig.toml"), 'preload = ["./evil.ts"]\n');
    const { out } = decnet(["config", "--data-dir", folder]);
    expect(out).not.toContain("6666");
    expect(out).not.toContain("PLANTED");
  });
});
