// The whole install: the binary from an empty folder, real clients against every decoy, and what came of it.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  Attacker,
  Credential,
  EvidenceItem,
  Page,
  SessionDetail,
  SessionSummary,
  Status,
  Workers,
} from "../../src/api/types.ts";
import type { RunningInstall } from "../support/install.ts";
import { BINARY, startInstall } from "../support/install.ts";

let install: RunningInstall;
const scratch = mkdtempSync(join(tmpdir(), "decnet-clients-"));

beforeAll(async () => {
  install = await startInstall();
});
afterAll(async () => {
  await install[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true });
});

async function run(command: readonly string[], input = ""): Promise<string> {
  const child = Bun.spawn(["timeout", "60", ...command], {
    cwd: scratch,
    stdin: new Blob([input]),
    stdout: "pipe",
    stderr: "pipe",
    env: { PATH: process.env["PATH"] ?? "", HOME: scratch },
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  await child.exited;
  return out + err;
}

/** The records of a kind for one service once `enough` holds. */
function records(
  service: string,
  kind: string,
  enough: (rows: EvidenceItem[]) => boolean,
): Promise<EvidenceItem[]> {
  return install.eventually(async () => {
    const rows = (await install.evidence(`kind=${kind}`)).filter((row) => row.service === service);
    return enough(rows) && rows;
  });
}

const text = (value: unknown): string => String((value as { val?: unknown } | undefined)?.val);
const sshOptions = [
  "StrictHostKeyChecking=no",
  "UserKnownHostsFile=/dev/null",
  "LogLevel=ERROR",
  "PreferredAuthentications=password",
  "NumberOfPasswordPrompts=1",
].flatMap((option) => ["-o", option]);

describe("real clients", () => {
  test("ssh: refused, let in, a command run; credentials in order", async () => {
    const { username, password } = install.login("ssh");
    const ssh = (secret: string) =>
      run([
        "sshpass",
        "-p",
        secret,
        "ssh",
        ...sshOptions,
        "-p",
        String(install.port("ssh")),
        `${username}@127.0.0.1`,
        "id; uname -s",
      ]);
    expect(await ssh("not-the-password")).toContain("Permission denied");
    const output = await ssh(password);
    expect(output).toContain("uid=");
    expect(output).toContain("Linux");
    const attempts = await records(
      "ssh",
      "auth.attempted",
      (rows) => rows.filter((row) => row.data["method"] === "password").length >= 2,
    );
    const secrets = attempts
      .filter((row) => row.data["method"] === "password")
      .map((row) => [text(row.data["secret"]), row.data["accepted"]]);
    expect(secrets.slice(0, 2)).toEqual([
      ["not-the-password", false],
      [password, true],
    ]);
    const commands = await records("ssh", "command.executed", (rows) => rows.length > 0);
    expect(text(commands[0]?.data["command"])).toBe("id; uname -s");
  });

  test("scp and sftp: files captured with their SHA-256", async () => {
    const { username, password } = install.login("ssh");
    const body = `inert ${Date.now()}\n`;
    const sha256 = createHash("sha256").update(body).digest("hex");
    writeFileSync(join(scratch, "payload"), body);
    const port = String(install.port("ssh"));
    await run([
      "sshpass",
      "-p",
      password,
      "scp",
      ...sshOptions,
      "-P",
      port,
      "payload",
      `${username}@127.0.0.1:/tmp/a`,
    ]);
    await run([
      "sshpass",
      "-p",
      password,
      "scp",
      "-O",
      ...sshOptions,
      "-P",
      port,
      "payload",
      `${username}@127.0.0.1:/tmp/b`,
    ]);
    await run(
      ["sshpass", "-p", password, "sftp", ...sshOptions, "-P", port, `${username}@127.0.0.1`],
      "put payload /tmp/c\nbye\n",
    );
    const files = await records("ssh", "file.uploaded", (rows) => rows.length >= 3);
    expect(files.map((row) => row.data["sha256"])).toEqual([sha256, sha256, sha256]);
    expect(files.map((row) => row.data["via"])).toEqual(["sftp", "scp", "sftp"]);
  });

  test("curl, redis-cli, mysql, ftp: each leaves its records", async () => {
    const login = install.login("ftp");
    expect(await run(["curl", "-si", `http://127.0.0.1:${install.port("http")}/nowhere`])).toContain(
      "404 Not Found",
    );
    expect(await run(["redis-cli", "-p", String(install.port("redis")), "PING"])).toMatch(/PONG|NOAUTH/);
    const denied = await run([
      "mysql",
      "-h",
      "127.0.0.1",
      "-P",
      String(install.port("mysql")),
      "-u",
      "someone",
      "-pwrong",
      "-e",
      "select 1",
    ]);
    expect(denied).toContain("Access denied");
    writeFileSync(join(scratch, "upload"), "by ftp\n");
    // Not in the address: a persona's password may hold an @.
    const account = `${login.username}:${login.password}`;
    const url = `ftp://127.0.0.1:${install.port("ftp")}/upload`;
    expect(await run(["curl", "-sS", "-u", account, "-T", "upload", url])).toBe("");
    await records("http", "http.requested", (rows) => rows.some((row) => row.data["status"] === 404));
    await records("redis", "command.executed", (rows) => rows.length > 0);
    await records("mysql", "auth.attempted", (rows) =>
      rows.some((row) => text(row.data["username"]) === "someone"),
    );
    const sha256 = createHash("sha256").update("by ftp\n").digest("hex");
    await records("ftp", "file.uploaded", (rows) => rows.some((row) => row.data["sha256"] === sha256));
  });

  test("hydra on ssh and ftp finds the password and leaves every guess in order", async () => {
    const { username, password } = install.login("ssh");
    const words = ["guess-one", "guess-two", password];
    writeFileSync(join(scratch, "words"), `${words.join("\n")}\n`);
    for (const service of ["ssh", "ftp"]) {
      const target = [
        `-s`,
        String(install.port(service)),
        "-t",
        "1",
        "-I",
        "-l",
        username,
        "-P",
        "words",
        "127.0.0.1",
        service,
      ];
      expect(await run(["hydra", ...target])).toContain(`password: ${password}`);
      const tried = await records(service, "auth.attempted", (rows) =>
        rows.some((row) => text(row.data["secret"]) === "guess-two"),
      );
      const secrets = tried.map((row) => text(row.data["secret"]));
      expect(secrets.indexOf("guess-one")).toBeLessThan(secrets.indexOf("guess-two"));
    }
  }, 120_000);

  test("nmap -sV names every product and version as claimed, no honeypot, and each still answers", async () => {
    const services = ["ssh", "telnet", "http", "ftp", "redis", "mysql"];
    const ports = services.map((service) => install.port(service)).join(",");
    const output = await run(["nmap", "-Pn", "-sT", "-sV", "-p", ports, "127.0.0.1"]);
    expect(output).toMatch(/OpenSSH 9\.2p1 Debian 2\+deb12u\d+/);
    expect(output).toMatch(/DD-WRT telnetd/);
    expect(output).toMatch(/nginx 1\.22\.1/);
    expect(output).toMatch(/vsftpd 3\.0\.3/);
    // On a port that is not Redis' own, nmap gets no further with the real one either.
    expect(output).toMatch(/redis +Redis key-value store/);
    expect(output).toMatch(/MySQL 8\.0\.\d+/);
    expect(output.toLowerCase()).not.toContain("honeypot");
    expect(await run(["redis-cli", "-p", String(install.port("redis")), "PING"])).toMatch(/PONG|NOAUTH/);
    expect(await run(["curl", "-sI", `http://127.0.0.1:${install.port("http")}/`])).toContain("nginx");
  }, 120_000);
});

describe("what came of it", () => {
  test("one attacker with its sessions, credentials and commands; transcripts in order", async () => {
    const attackers = await install.eventually(async () => {
      const page = await install.get<Page<Attacker>>("/attackers");
      return page.data.length > 0 && page.data;
    });
    // nmap's connections that are reset at once among them: none of them is somebody else's.
    expect(attackers.map((row) => row.ip)).toEqual(["127.0.0.1"]);
    const sessions = await install.eventually(async () => {
      const page = await install.get<Page<SessionSummary>>("/sessions?attacker=127.0.0.1");
      return (
        page.data.some((row) => row.service === "ssh" && row.logged_in && row.ended_at !== null) && page.data
      );
    });
    const session = sessions.find((row) => row.service === "ssh" && row.logged_in);
    const detail = await install.get<SessionDetail>(`/sessions/${session?.id}`);
    expect(detail.transcript[0]?.kind).toBe("connection.opened");
    expect(detail.transcript.map((item) => item.seq)).toEqual(
      detail.transcript.map((item) => item.seq).toSorted((a, b) => a - b),
    );
    const credentials = await install.get<Page<Credential>>("/credentials");
    expect(credentials.data.some((row) => row.accepted)).toBe(true);
  });

  test("ids in the store are unbroken", async () => {
    const rows = await install.evidence();
    expect(rows.map((row) => row.seq)).toEqual(rows.map((_, i) => i + 1));
    expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
  });

  test("every worker is ok with its pid, and status adds up", async () => {
    const { workers, bus_connected } = await install.get<Workers>("/workers");
    expect(bus_connected).toBe(true);
    for (const worker of workers) {
      expect(worker.status, worker.name).toBe("ok");
      expect(typeof worker.extra["pid"], worker.name).toBe("number");
      expect(typeof worker.extra["uptime_sec"], worker.name).toBe("number");
    }
    const out = await run([BINARY, "status", "--json", "--data-dir", install.dataDir]);
    const status = JSON.parse(out) as Status;
    expect(status.evidence.accepted).toBe(status.evidence.spooled + status.evidence.ingested);
    expect(
      status.deckies.flatMap((decky) => decky.services).every((service) => service.state === "listening"),
    ).toBe(true);
  });

  test("a drill comes out whole, is marked, and is forgotten without a trace", async () => {
    const drill = await run([BINARY, "drill", "--json", "--data-dir", install.dataDir]);
    const { ok, steps } = JSON.parse(drill) as { ok: boolean; steps: { ok: boolean }[] };
    expect(steps.filter((step) => !step.ok)).toEqual([]);
    expect(ok).toBe(true);
    const marked = (await install.get<Page<Attacker>>("/attackers")).data.filter((row) => row.drill);
    expect(marked.length).toBe(6);
    const evidence = await install.get<Page<EvidenceItem>>("/evidence?limit=1000");
    const unmarked = evidence.data.filter((row) => marked.some(({ ip }) => ip === row.src.ip) && !row.drill);
    expect(unmarked).toEqual([]);
    const own = await install.get<Page<EvidenceItem>>("/evidence?drill=true&limit=1000");
    const files = own.data.flatMap(({ data }) => (typeof data["sha256"] === "string" ? data["sha256"] : []));
    const blobOf = (hash: string): string => join(install.dataDir, "blobs", hash.slice(0, 2), hash);
    expect(files.filter((hash) => existsSync(blobOf(hash))).length).toBeGreaterThan(0);
    await run([BINARY, "drill", "--forget", "--data-dir", install.dataDir]);
    expect(files.filter((hash) => existsSync(blobOf(hash)))).toEqual([]);
    expect((await install.get<Page<Attacker>>("/attackers")).data.filter((row) => row.drill)).toEqual([]);
  });
});
