// The Redis decoy against a real Redis 7.0.15: the same bytes to both, the same bytes back.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { splitInline } from "../../src/decoys/redis/arguments.ts";
import { redis } from "../../src/decoys/redis/index.ts";
import type { RunningDecoy } from "../support/decoy-host.ts";
import { startDecoy } from "../support/decoy-host.ts";
import { RedisClient } from "../support/redis-client.ts";

const real = Bun.which("redis-server");
const differential = test.skipIf(real === null);

let decoy: RunningDecoy;
let server: Bun.Subprocess | undefined;
let folder = "";
let realPort = 0;

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

async function connectWhenUp(port: number): Promise<RedisClient> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    try {
      return await RedisClient.connect(port);
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await Bun.sleep(20);
    }
  }
}

beforeAll(async () => {
  decoy = await startDecoy(redis, { limits: { records: 100_000 } });
  if (!real) return;
  folder = mkdtempSync(join(tmpdir(), "redis-"));
  realPort = await freePort();
  const flags = ["--save", "", "--port", `${realPort}`, "--bind", "127.0.0.1", "--dir", folder];
  const open = ["--enable-protected-configs", "yes", "--enable-module-command", "yes"];
  // The same rules as the decoy's one user, so that what is refused is refused by both.
  const rules = [
    "on",
    "nopass",
    "~*",
    "&*",
    "+@all",
    "-@stream",
    "-@geo",
    "-@hyperloglog",
    "-@bitmap",
    "-dump",
    "-restore",
  ];
  server = Bun.spawn([real, ...flags, ...open, "--user", "default", ...rules], {
    stdout: "ignore",
    stderr: "ignore",
  });
  (await connectWhenUp(realPort))[Symbol.dispose]();
});

afterAll(async () => {
  await decoy.close();
  server?.kill();
  await server?.exited;
  if (folder) rmSync(folder, { recursive: true });
});

differential(
  "answers commands byte for byte",
  async () => {
    using a = await RedisClient.connect(realPort);
    using b = await RedisClient.connect(decoy.port);
    await Promise.all([a.call("FLUSHALL"), b.call("FLUSHALL")]);
    const lines = (await Bun.file(join(import.meta.dir, "../fixtures/redis-commands.txt")).text()).split(
      "\n",
    );
    const differences: unknown[] = [];
    let compared = 0;
    for (const line of lines) {
      if (line === "" || line.startsWith("#")) continue;
      const volatile = line.startsWith("~ ");
      const args = splitInline(volatile ? line.slice(2) : line);
      if (!args) throw new Error(`unbalanced quotes: ${line}`);
      const [expected, got] = await Promise.all([a.call(...args), b.call(...args)]);
      compared++;
      const same = volatile ? expected.charAt(0) === got.charAt(0) : expected === got;
      if (!same) differences.push({ line, expected, got });
    }
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(400);
    expect(decoy.broken).toEqual([]);
  },
  30_000,
);

/** Bytes after which the server closes, or that one PING behind them shows to have been answered. */
const wires: readonly string[] = [
  "*\r\n",
  "*a\r\n",
  "*-1\r\nQUIT\r\n",
  "*0\r\nQUIT\r\n",
  "*1\r\n+x\r\n",
  "*1\r\n$-1\r\n",
  "*1\r\n$a\r\n",
  "*1\r\n$536870913\r\n",
  `${"a".repeat(70_000)}`,
  `*${"1".repeat(70_000)}`,
  `*1\r\n$${"1".repeat(70_000)}`,
  'PING "a\r\n',
  "ping 'x' \"\\x41b\"\r\nquit\r\n",
  "\r\nPING\nQUIT\n",
  `foo ${"x".repeat(200)} y\r\nquit\r\n`,
  "GET / HTTP/1.0\r\nHost: x\r\n\r\n",
  "POST / HTTP/1.0\r\n\r\n",
  "QUIT\r\nPING\r\n",
  "*1\r\n$4\r\nPINGxx*1\r\n$4\r\nQUIT\r\n",
  "CLIENT REPLY OFF\r\nPING\r\nCLIENT REPLY ON\r\nCLIENT REPLY SKIP\r\nPING\r\nPING x\r\nQUIT\r\n",
  "SUBSCRIBE a b\r\nPING\r\nGET x\r\nUNSUBSCRIBE b\r\nUNSUBSCRIBE\r\nQUIT\r\n",
  "MULTI\r\nPING\r\nQUIT\r\n",
  "MONITOR\r\nQUIT\r\n",
];

differential(
  "answers raw bytes and closes alike",
  async () => {
    for (const wire of wires) {
      using a = await RedisClient.connect(realPort);
      using b = await RedisClient.connect(decoy.port);
      a.send(wire);
      b.send(wire);
      const [expected, got] = await Promise.all([a.rest(), b.rest()]);
      expect({ wire: wire.slice(0, 60), got }).toEqual({ wire: wire.slice(0, 60), got: expected });
    }
    expect(decoy.broken).toEqual([]);
  },
  30_000,
);

test.skipIf(real === null || !Bun.which("nmap"))(
  "nmap says the same of both, away from 6379 too, whatever it is told to try",
  async () => {
    const ports = [realPort, decoy.port];
    for (const depth of ["--version-light", "--version-intensity=7", "--version-all"]) {
      const args = ["-Pn", "-n", "-sV", depth, "-p", ports.join(","), "127.0.0.1"];
      const nmap = Bun.spawn(["nmap", ...args], { stdout: "pipe", stderr: "ignore" });
      const out = await new Response(nmap.stdout).text();
      const [expected, got] = ports.map((port) => new RegExp(`^${port}/tcp +(.*)$`, "m").exec(out)?.[1]);
      expect({ depth, got }).toEqual({ depth, got: expected });
      expect(expected).toMatch(/^open +redis +Redis key-value store/);
    }
  },
  120_000,
);
