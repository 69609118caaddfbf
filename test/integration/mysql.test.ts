// The MySQL decoy over real sockets and with real clients: logins by both plugins, evidence, close behaviour, drivers.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { TestClock } from "../../src/contract/clock.ts";
import { mysql } from "../../src/decoys/mysql/index.ts";
import { CAP } from "../../src/decoys/mysql/packets.ts";
import { createPersona } from "../../src/decoys/personas/create.ts";
import type { RunningDecoy } from "../support/decoy-host.ts";
import { startDecoy } from "../support/decoy-host.ts";
import { CLIENT_CAPABILITIES, encodeLogin, logIn, MysqlClient } from "../support/mysql-client.ts";
import { TEST_LOGIN, testPersona } from "../support/persona.ts";

const { username, password } = TEST_LOGIN;
const persona = testPersona();
const version = persona.products["mysql"]?.version ?? "";

let decoy: RunningDecoy;

beforeAll(async () => {
  decoy = await startDecoy(mysql);
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

const text = (payload: Buffer | null): string => (payload ? payload.toString("latin1") : "<closed>");
const DENIED = (yes: "YES" | "NO", name = "root"): string =>
  `\xff\x15\x04#28000Access denied for user '${name}'@'127.0.0.1' (using password: ${yes})`;

describe("a login", () => {
  test("yields the clear password by the server's RSA key, then goes by the cache", async () => {
    await using host = await startDecoy(mysql);
    using wrong = await MysqlClient.connect(host.port);
    const refused = await logIn(wrong, username, "Winter2026!");
    expect(refused.steps).toEqual(["full", "key"]);
    expect(text(refused.answer)).toBe(DENIED("YES"));
    expect(await wrong.packet()).toBeNull();
    using first = await MysqlClient.connect(host.port);
    const cold = await logIn(first, username, password);
    expect(cold.steps).toEqual(["full", "key"]);
    expect(cold.answer?.toString("hex")).toBe("00000002000000");
    using second = await MysqlClient.connect(host.port);
    const warm = await logIn(second, username, password);
    expect(warm.steps).toEqual(["fast"]);
    const attempts = host.of("auth.attempted").map(({ data }) => data);
    expect(attempts.map(({ secret, accepted }) => [secret?.val, accepted])).toEqual([
      ["Winter2026!", false],
      [password, true],
      [undefined, true],
    ]);
    expect(attempts[2]?.challenge?.scheme).toBe("caching_sha2_password");
    expect(attempts[2]?.challenge?.response_hex).toHaveLength(64);
    expect(host.broken).toEqual([]);
  });

  test("by the native plugin is switched to the account's own", async () => {
    using client = await MysqlClient.connect(decoy.port);
    const { steps, answer } = await logIn(client, "root", "guess", { plugin: "mysql_native_password" });
    expect(steps).toEqual(["switch caching_sha2_password", "full", "key"]);
    expect(text(answer)).toBe(DENIED("YES"));
  });

  test("of an application's account is switched to the native plugin", async () => {
    const secret = { key: new Uint8Array(32).fill(3), madeAt: Date.parse("2026-06-01T00:00:00Z") };
    const limited = createPersona(secret, "linux-server", {
      logins: [{ username: "deploy", password: "deploy1" }],
    });
    await using host = await startDecoy(mysql, { persona: limited });
    using client = await MysqlClient.connect(host.port);
    const { steps, answer } = await logIn(client, "deploy", "deploy1");
    expect(steps).toEqual(["switch mysql_native_password"]);
    expect(answer?.[0]).toBe(0);
    expect(text(await client.query("drop database mysql"))).toContain(
      "#42000Access denied for user 'deploy'@'%'",
    );
    const [attempt] = host.of("auth.attempted");
    expect(attempt?.data.challenge).toMatchObject({ scheme: "mysql_native_password" });
    expect(attempt?.data.accepted).toBe(true);
    using wrong = await MysqlClient.connect(host.port);
    expect(text((await logIn(wrong, "deploy", "x")).answer)).toBe(DENIED("YES", "deploy"));
  });

  test("of an application's account is asked anew, even of a client that began with the native plugin", async () => {
    const secret = { key: new Uint8Array(32).fill(3), madeAt: Date.parse("2026-06-01T00:00:00Z") };
    const logins = [{ username: "deploy", password: "deploy1" }];
    await using host = await startDecoy(mysql, {
      persona: createPersona(secret, "linux-server", { logins }),
    });
    using client = await MysqlClient.connect(host.port);
    const native = { plugin: "mysql_native_password" } as const;
    const { steps, answer } = await logIn(client, "deploy", "deploy1", native);
    expect(steps).toEqual(["switch mysql_native_password"]);
    expect(answer?.[0]).toBe(0);
    using vague = await MysqlClient.connect(host.port);
    await vague.packet();
    // libmariadb with --default-auth sends nothing before it is asked.
    vague.send(encodeLogin("deploy", Buffer.alloc(0), native));
    expect((await vague.packet())?.[0]).toBe(0xfe);
    vague.send(Buffer.alloc(20, 7));
    expect(text(await vague.packet())).toBe(DENIED("YES", "deploy"));
    expect(host.of("auth.attempted")[1]?.data.challenge?.response_hex).toBe("07".repeat(20));
    using old = await MysqlClient.connect(host.port);
    const plain = await logIn(old, "deploy", "deploy1", {
      ...native,
      capabilities: CLIENT_CAPABILITIES & ~(CAP.pluginAuth | CAP.connectAttrs),
    });
    expect(plain.steps).toEqual([]);
    expect(plain.answer?.[0]).toBe(0);
  });

  test("without a password, with an unknown database, with a password in the clear", async () => {
    using empty = await MysqlClient.connect(decoy.port);
    expect(text((await logIn(empty, "root", "")).answer)).toBe(DENIED("NO"));
    using astray = await MysqlClient.connect(decoy.port);
    expect(text((await logIn(astray, username, password, { database: "nosuch" })).answer)).toBe(
      "\xff\x19\x04#42000Unknown database 'nosuch'",
    );
    await using host = await startDecoy(mysql);
    using clear = await MysqlClient.connect(host.port);
    await clear.packet();
    clear.send(encodeLogin("root", Buffer.alloc(32, 1)));
    expect((await clear.packet())?.toString("hex")).toBe("0104");
    clear.send(Buffer.from("hunter2\0"));
    expect(text(await clear.packet())).toBe(DENIED("YES"));
    expect(host.of("auth.attempted")[0]?.data.secret?.val).toBe("hunter2");
  });

  test("that is left half way keeps its proof", async () => {
    await using host = await startDecoy(mysql);
    {
      using client = await MysqlClient.connect(host.port);
      await client.packet();
      client.send(encodeLogin("admin", Buffer.alloc(20, 5), { plugin: "mysql_native_password" }));
      expect((await client.packet())?.[0]).toBe(0xfe);
    }
    const { data } = await host.waitFor("auth.attempted");
    expect(data.challenge).toMatchObject({ scheme: "mysql_native_password", response_hex: "05".repeat(20) });
  });
});

describe("bytes that are no login", () => {
  const cases: readonly (readonly [string, Buffer, string])[] = [
    ["HTTP", Buffer.from("GET / HTTP/1.0\r\n\r\n"), "\xff\x84\x04#08S01Got packets out of order"],
    ["a TLS hello", Buffer.from("160301020001000100", "hex"), "\xff\x84\x04#08S01Got packets out of order"],
    ["a short packet", Buffer.from("0300000100020a", "hex"), "\xff\x13\x04#08S01Bad handshake"],
    [
      "an SSL request",
      Buffer.from(`20000001${"05ae9f00".padEnd(64, "0")}`, "hex"),
      "\xff\x13\x04#08S01Bad handshake",
    ],
    [
      "an oversize packet",
      Buffer.from("ffffff01", "hex"),
      "\xff\x81\x04#08S01Got a packet bigger than 'max_allowed_packet' bytes",
    ],
  ];
  for (const [name, bytes, expected] of cases) {
    test(`${name} is told off and closed`, async () => {
      using client = await MysqlClient.connect(decoy.port);
      await client.packet();
      client.raw(bytes);
      expect(text(await client.packet())).toBe(expected);
      expect(await client.packet()).toBeNull();
    });
  }

  test("an old client is told to upgrade", async () => {
    using client = await MysqlClient.connect(decoy.port);
    await client.packet();
    client.send(Buffer.from("0500000000726f6f7400", "hex"));
    expect(text(await client.packet())).toContain("#08004Client does not support authentication protocol");
  });

  test("silence ends after ten seconds", async () => {
    const clock = new TestClock();
    await using host = await startDecoy(mysql, { clock });
    using client = await MysqlClient.connect(host.port);
    await client.packet();
    clock.advance(10_000);
    expect(text(await client.packet())).toBe("\xff\x87\x04#08S01Got timeout reading communication packets");
    expect(await client.packet()).toBeNull();
  });
});

describe("commands", () => {
  test("answer, each in its own way", async () => {
    using client = await MysqlClient.connect(decoy.port);
    const attributes = [
      ["_client_name", "libmysql"],
      ["_client_version", "8.0.36"],
      ["program_name", "dump"],
    ] as const;
    await logIn(client, username, password, { attributes });
    expect((await client.command(Buffer.of(0x0e)))?.[0]).toBe(0);
    expect(text(await client.command(Buffer.of(0x09)))).toContain("Queries per second avg");
    expect(text(await client.command(Buffer.of(0x7f)))).toBe("\xff\x17\x04#08S01Unknown command");
    expect(text(await client.command(Buffer.from("\x02nosuch")))).toBe(
      "\xff\x19\x04#42000Unknown database 'nosuch'",
    );
    expect((await client.command(Buffer.from("\x02mysql")))?.[0]).toBe(0);
    expect(text(await client.command(Buffer.of(0x17, 9, 0, 0, 0, 0, 1, 0, 0, 0)))).toContain(
      "Unknown prepared statement handler (9)",
    );
    expect(text(await client.command(Buffer.of(0x17, 9)))).toContain("Malformed communication packet.");
    expect((await client.command(Buffer.of(0x1b, 0, 0)))?.[0]).toBe(0xfe);
    expect((await client.command(Buffer.of(0x1f)))?.[0]).toBe(0);
    client.send(Buffer.of(1), 0);
    expect(await client.packet()).toBeNull();
    const named = await decoy.waitFor("client.identified", ({ data }) =>
      data.software.val.includes("program_name=dump"),
    );
    expect(named.data.software.val).toBe("_client_name=libmysql _client_version=8.0.36 program_name=dump");
  });

  test("several statements in one query, and takeovers, are told", async () => {
    await using host = await startDecoy(mysql);
    using client = await MysqlClient.connect(host.port);
    await logIn(client, username, password, { capabilities: CLIENT_CAPABILITIES | CAP.multiStatements });
    client.send(Buffer.from("\x03set @a=1; select 'x' into dumpfile '/tmp/a.so'; select 2"), 0);
    expect((await client.packet())?.toString("hex")).toBe("0000000a000000");
    expect(text(await client.packet())).toContain(
      "#HY000The MySQL server is running with the --secure-file-priv",
    );
    const payload = `select 0x${"7f454c46".repeat(2000)} into dumpfile '/usr/lib/mysql/plugin/u.so'`;
    await client.query(payload);
    await client.query("create function sys_eval returns string soname 'u.so'");
    expect(host.of("takeover.attempted").map(({ data }) => data.technique)).toEqual([
      "mysql-outfile",
      "mysql-outfile",
      "mysql-udf",
    ]);
    const { data } = await host.waitFor("file.uploaded");
    expect(data).toMatchObject({
      via: "mysql",
      size: payload.length,
      name: { val: "/usr/lib/mysql/plugin/u.so" },
    });
    expect(host.of("command.executed")).toHaveLength(3);
    expect(host.broken).toEqual([]);
  });

  test("another user may take over the connection", async () => {
    using client = await MysqlClient.connect(decoy.port);
    await logIn(client, username, password);
    const change = Buffer.from("\x11guest\0\x00\0\x2d\0mysql_native_password\0", "latin1");
    expect((await client.command(change))?.[0]).toBe(0xfe);
    client.send(Buffer.alloc(0));
    expect(text(await client.packet())).toBe(DENIED("NO", "guest"));
    expect(await client.packet()).toBeNull();
  });
});

describe("real clients", () => {
  const cli = (...more: readonly string[]): string[] => {
    return ["mysql", "-h", "127.0.0.1", "-P", `${decoy.port}`, `-u${username}`, ...more];
  };

  test.skipIf(!Bun.which("mysql"))(
    "mysql: wrong and right password, queries, a session",
    async () => {
      expect(await runTool(cli("-pnope", "-e", "select 1"))).toContain(
        "ERROR 1045 (28000): Access denied for user 'root'@'127.0.0.1' (using password: YES)",
      );
      const out = await runTool(
        cli(`-p${password}`, "-e", "select version(); show databases; select user from mysql.user limit 1"),
      );
      expect(out).toContain(`version()\n${version}\n`);
      expect(out).toContain("information_schema\n");
      const session = await runTool(
        cli(`-p${password}`, "-t", "-f"),
        "use mysql\nshow tables;\nstatus\nselec 1;\n",
      );
      expect(session).toContain("| Tables_in_mysql");
      expect(session).toContain(`${version} MySQL Community Server - GPL`);
      expect(session).toContain("ERROR 1064 (42000) at line 4");
      const note =
        "create database w; use w; create table t (a int); insert into t values (1),(2); select sum(a) from t";
      expect(await runTool(cli(`-p${password}`, "-e", note))).toContain("sum(a)\n3\n");
      expect(decoy.broken).toEqual([]);
    },
    30_000,
  );

  test("a driver with prepared statements", async () => {
    const sql = new Bun.SQL(`mysql://${username}:${password}@127.0.0.1:${decoy.port}/mysql`, { max: 1 });
    try {
      const rows = await sql`select ${1} + ${41} as answer, ${"it's"} as word, ${null} as nothing`;
      expect(rows[0]).toMatchObject({ answer: "42", word: "it's", nothing: null });
    } finally {
      await sql.close();
    }
  }, 20_000);

  test.skipIf(!Bun.which("nmap"))(
    "nmap names it",
    async () => {
      const nmap = ["nmap", "-Pn", "-n", "-p", `${decoy.port}`];
      expect(await runTool([...nmap, "-sV", "127.0.0.1"])).toMatch(
        new RegExp(`open +mysql +MySQL ${version}`),
      );
      const script = await runTool([...nmap, "--script", "+mysql-info", "127.0.0.1"]);
      expect(script).toContain(`Version: ${version}`);
      expect(script).toContain("Auth Plugin Name: caching_sha2_password");
    },
    40_000,
  );

  test.skipIf(!Bun.which("hydra"))(
    "hydra finds the password and only that",
    async () => {
      await using host = await startDecoy(mysql);
      const folder = `${process.env["TMPDIR"] ?? "/tmp"}/mysql-words-${process.pid}`;
      await Bun.write(folder, `wrong1\nwrong2\n${password}\n`);
      const out = await runTool([
        "hydra",
        "-I",
        "-t",
        "1",
        "-l",
        username,
        "-P",
        folder,
        "-s",
        `${host.port}`,
        "127.0.0.1",
        "mysql",
      ]);
      await Bun.file(folder).delete();
      expect(out).toContain(`login: ${username}   password: ${password}`);
      expect(host.of("auth.attempted").filter(({ data }) => data.accepted).length).toBeGreaterThan(0);
      expect(host.broken).toEqual([]);
    },
    40_000,
  );
});
