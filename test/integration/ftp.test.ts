// The FTP decoy with real clients: curl, lftp, ftp, hydra, nmap; and what it leaves as evidence.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { capturedBytes } from "../../src/contract/captured.ts";
import { createSeededRandom } from "../../src/contract/random.ts";
import { ftp } from "../../src/decoys/ftp/index.ts";
import { createPersona } from "../../src/decoys/personas/create.ts";
import type { RunningDecoy } from "../support/decoy-host.ts";
import { startDecoy } from "../support/decoy-host.ts";
import { TEST_LOGIN } from "../support/persona.ts";
import { playFtp } from "./ftp-client.ts";

const STAFF = { username: "carol", password: "Winter-2026" } as const;
const persona = createPersona(
  { key: new Uint8Array(32).fill(9), madeAt: Date.parse("2026-06-01T00:00:00Z") },
  "linux-server",
  { logins: [TEST_LOGIN, STAFF] },
);

async function run(command: readonly string[], input = ""): Promise<{ out: string; code: number }> {
  const child = Bun.spawn([...command], {
    stdin: Buffer.from(input),
    stdout: "pipe",
    stderr: "pipe",
    timeout: 40_000,
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { out: out + err, code };
}

const text = (captured: Parameters<typeof capturedBytes>[0]): string =>
  Buffer.from(capturedBytes(captured)).toString();

describe("the FTP decoy and real clients", () => {
  let decoy: RunningDecoy;
  let dir: string;
  beforeAll(async () => {
    decoy = await startDecoy(ftp, { persona });
    dir = mkdtempSync(join(tmpdir(), "decnet-ftp-"));
  });
  afterAll(async () => {
    rmSync(dir, { recursive: true, force: true });
    expect(decoy.broken).toEqual([]);
    await decoy.close();
  });
  const url = (path: string): string =>
    `ftp://${STAFF.username}:${STAFF.password}@127.0.0.1:${decoy.port}/${path}`;

  test.skipIf(!Bun.which("curl"))("curl lists, uploads, appends, downloads (needs curl)", async () => {
    const file = join(dir, "payload.bin");
    const payload = Buffer.alloc(200_000, "decoy\0\xff", "latin1");
    writeFileSync(file, payload);
    expect((await run(["curl", "-sS", "-T", file, url("up.bin")])).code).toBe(0);
    const uploaded = await decoy.waitFor("file.uploaded", ({ data }) => data.size === payload.length);
    expect(uploaded.data).toMatchObject({ stored: payload.length, via: "ftp" });
    expect(text(uploaded.data.name)).toBe(`/home/${STAFF.username}/up.bin`);
    expect(Buffer.from(decoy.blobs.get(uploaded.data.sha256) ?? [])).toEqual(payload);
    const listed = await run(["curl", "-sS", url("%2fetc/")]);
    expect(listed.out).toMatch(/^-rw-r--r--\s+1 0\s+0\s+\d+ \w{3} \d\d .* passwd\r?$/m);
    const passwd = await run(["curl", "-sS", url("%2fetc/passwd")]);
    expect(passwd.out).toContain(`${STAFF.username}:x:`);
    const read = await decoy.waitFor("file.read", ({ data }) => text(data.name) === "/etc/passwd");
    expect(read.data.via).toBe("ftp");
    expect((await run(["curl", "-sS", url("%2fetc/shadow")])).code).not.toBe(0);
  });

  test("what was uploaded reads back in the same login, and in the next one of the same source", async () => {
    const login = [`USER ${STAFF.username}`, `PASS ${STAFF.password}`];
    const first = await playFtp(decoy.port, [
      ...login,
      ">PASV STOR note|kept",
      "<PASV RETR note",
      "SITE CHMOD 600 note",
      "QUIT",
    ]);
    expect(first).toContain("DATA kept226 Transfer complete.");
    expect(first).toContain("200 SITE CHMOD command ok.");
    const second = await playFtp(decoy.port, [...login, "SIZE note", "QUIT"]);
    expect(second).toContain("213 4\r\n");
  });

  test("no file beyond the account's rights, and none outside the tree", async () => {
    const log = await playFtp(decoy.port, [
      `USER ${STAFF.username}`,
      `PASS ${STAFF.password}`,
      "CWD /root",
      "DELE /etc/passwd",
      "MKD /x",
      "CWD ../../../..",
      "PWD",
      "<PASV NLST",
      "QUIT",
    ]);
    expect(log).toContain("> CWD /root\n550 Failed to change directory.");
    expect(log).toContain("> DELE /etc/passwd\n550 Delete operation failed.");
    expect(log).toContain("> MKD /x\n550 Create directory operation failed.");
    expect(log).toContain('257 "/" is the current directory');
    expect(log).toContain("etc\r\nhome\r\n");
  });

  test("an active transfer connects nowhere and is recorded", async () => {
    const login = [`USER ${STAFF.username}`, `PASS ${STAFF.password}`];
    const log = await playFtp(decoy.port, [
      ...login,
      "PORT 192,0,2,7,0,80",
      "PORT 127,0,0,1,4,1",
      "LIST",
      "QUIT",
    ]);
    expect(log).toContain("500 Illegal PORT command.");
    expect(log).toContain("425 Failed to establish connection.");
    const asked = await decoy.waitFor("tunnel.requested", ({ data }) => text(data.host) === "192.0.2.7");
    expect(asked.data).toMatchObject({ kind: "ftp-active", port: 80 });
  });

  test("a command on an unknown state or a cut connection leaves nothing behind", async () => {
    await playFtp(decoy.port, [`USER ${STAFF.username}`, `PASS ${STAFF.password}`, "PASV", "REST 7"]);
    await decoy.waitFor("connection.closed", ({ data }) => data.reason === "client");
    expect(decoy.broken).toEqual([]);
  });

  test("mutated commands break nothing", async () => {
    const random = createSeededRandom("ftp-soup");
    const verbs =
      "CWD CDUP MKD RMD DELE RNFR RNTO SIZE MDTM STAT SITE TYPE REST PORT EPRT RETR STOR LIST OPTS".split(
        " ",
      );
    const words = [
      "/",
      "..",
      "~",
      "a",
      "/etc/passwd",
      "-la",
      "*",
      "{a,b}",
      "CHMOD 777 a",
      "UMASK 0",
      "20200101000000 a",
      "|1|::|9|",
      "\0",
      "\xff",
    ];
    const soup = Array.from({ length: 400 }, () => {
      const args = Array.from({ length: random.below(4) }, () => random.pick(words)).join(
        random.pick(["", " ", "/"]),
      );
      return `${random.pick(verbs)} ${args}`;
    });
    const log = await playFtp(decoy.port, [
      `USER ${STAFF.username}`,
      `PASS ${STAFF.password}`,
      ...soup,
      "QUIT",
    ]);
    expect(log.endsWith("221 Goodbye.\r\n")).toBe(true);
    expect(decoy.broken).toEqual([]);
  });

  test.skipIf(!Bun.which("lftp"))("lftp mirrors a folder (needs lftp)", async () => {
    const commands = `set ftp:ssl-allow no; set net:max-retries 1; set net:timeout 10; open -u ${STAFF.username},${STAFF.password} 127.0.0.1:${decoy.port}; mirror /etc/ssh ${dir}/ssh; mkdir made; cd made; pwd; bye`;
    const { out } = await run(["lftp", "-c", commands]);
    expect(readFileSync(join(dir, "ssh/sshd_config"), "utf8")).toContain("Subsystem");
    expect(out).toContain("/made");
  });

  test.skipIf(!Bun.which("ftp"))("the plain ftp client works (needs ftp)", async () => {
    const script = `user ${STAFF.username} ${STAFF.password}\nsyst\nbinary\nls /home\nget /etc/hostname ${dir}/hostname\nbye\n`;
    const { out } = await run(["ftp", "-p", "-n", "-v", "127.0.0.1", String(decoy.port)], script);
    expect(out).toContain("230 Login successful.");
    expect(readFileSync(join(dir, "hostname"), "utf8")).toBe(`${persona.hostname}\n`);
  });

  test.skipIf(!Bun.which("hydra"))(
    "hydra finds the login, and every try is recorded (needs hydra)",
    async () => {
      const list = join(dir, "passwords");
      writeFileSync(list, `wrong1\n${STAFF.password}\n`);
      const { out } = await run([
        "hydra",
        "-l",
        STAFF.username,
        "-P",
        list,
        "-t",
        "2",
        "-s",
        String(decoy.port),
        "127.0.0.1",
        "ftp",
      ]);
      expect(out).toContain(`login: ${STAFF.username}   password: ${STAFF.password}`);
      const tried = decoy
        .of("auth.attempted")
        .map(({ data }) => [data.secret ? text(data.secret) : "", data.accepted]);
      expect(tried).toContainEqual(["wrong1", false]);
      expect(tried).toContainEqual([STAFF.password, true]);
    },
    40_000,
  );

  test.skipIf(!Bun.which("nmap"))(
    "nmap names vsftpd 3.0.3 (needs nmap)",
    async () => {
      const { out } = await run([
        "nmap",
        "-Pn",
        "-sV",
        "--version-intensity",
        "5",
        "-p",
        String(decoy.port),
        "127.0.0.1",
      ]);
      expect(out).toMatch(/open\s+ftp\s+vsftpd 3\.0\.3/);
    },
    40_000,
  );
});
