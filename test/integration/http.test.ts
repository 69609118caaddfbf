// The HTTP decoy with real clients: curl, hydra, nmap; and what it leaves as evidence.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { capturedBytes } from "../../src/contract/captured.ts";
import { TestClock } from "../../src/contract/clock.ts";
import { createSeededRandom } from "../../src/contract/random.ts";
import { http } from "../../src/decoys/http/index.ts";
import { createSite } from "../../src/decoys/http/site.ts";
import type { RunningDecoy } from "../support/decoy-host.ts";
import { startDecoy } from "../support/decoy-host.ts";
import { TEST_LOGIN, testPersona } from "../support/persona.ts";

const persona = testPersona();
const site = createSite(persona);
const { username, password } = TEST_LOGIN;

async function run(command: readonly string[]): Promise<{ out: string; code: number }> {
  const child = Bun.spawn([...command], { stdout: "pipe", stderr: "pipe", timeout: 40_000 });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { out: out + err, code };
}

const text = (captured: Parameters<typeof capturedBytes>[0]): string =>
  Buffer.from(capturedBytes(captured)).toString();

/** Sends bytes and gives what came back until the server closed. */
function exchange(port: number, raw: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(Buffer.from(raw, "latin1")));
    socket.setTimeout(10_000, () => reject(new Error(`still open: ${received.slice(-200)}`)));
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(received));
  });
}

interface Upload {
  readonly name: string;
  readonly content: string;
  readonly target: string;
  readonly status: number;
}

/** The file by itself, and the request with the whole body that it came in. */
async function expectUpload(decoy: RunningDecoy, { name, content, target, status }: Upload): Promise<void> {
  const uploaded = await decoy.waitFor("file.uploaded", ({ data }) => text(data.name) === name);
  expect(uploaded.data).toMatchObject({ size: content.length, stored: content.length, via: "http" });
  expect(Buffer.from(decoy.blobs.get(uploaded.data.sha256) ?? []).toString()).toBe(content);
  const { data } = await decoy.waitFor(
    "http.requested",
    ({ data }) => text(data.target) === target && (data.body?.len ?? 0) > content.length,
  );
  expect(data.status).toBe(status);
  expect(decoy.blobs.get(data.body_sha256 ?? "")?.length).toBe(data.body?.len ?? -1);
}

describe("the HTTP decoy and real clients", () => {
  let decoy: RunningDecoy;
  let dir: string;
  beforeAll(async () => {
    decoy = await startDecoy(http, { persona });
    dir = mkdtempSync(join(tmpdir(), "decnet-http-"));
  });
  afterAll(async () => {
    rmSync(dir, { recursive: true, force: true });
    expect(decoy.broken).toEqual([]);
    await decoy.close();
  });
  const url = (path: string): string => `http://127.0.0.1:${decoy.port}${path}`;
  const curl = (...more: string[]): Promise<{ out: string; code: number }> =>
    run(["curl", "-sS", "-m", "20", ...more]);

  test.skipIf(!Bun.which("curl"))("curl signs in, sees the pages, and signs out (needs curl)", async () => {
    const jar = join(dir, "jar");
    const base = ["-b", jar, "-c", jar];
    const login = url(`${site.admin}/login.php`);
    const wrong = await curl(...base, "-d", "username=root&password=wrong", login);
    expect(wrong.out).toContain(site.theme.rejection);
    const again = await curl(...base, "-d", "username=root&password=wrong", login);
    expect(again.out).toBe(wrong.out);
    const right = await curl(...base, "-i", "-d", `username=${username}&password=${password}`, login);
    expect(right.out).toContain("302 Found");
    expect(right.out).toContain("Location: index.php");
    expect((await curl(...base, url(`${site.admin}/`))).out).toContain(persona.hostname);
    expect((await curl(...base, url(`${site.admin}/users.php`))).out).toContain(
      `${username}@${persona.domain}`,
    );
    await curl(...base, url(`${site.admin}/logout.php`));
    expect((await curl(...base, "-i", url(`${site.admin}/`))).out).toContain("Location: login.php");
    const tries = decoy
      .of("auth.attempted")
      .map(({ data }) => [data.method, data.secret ? text(data.secret) : "", data.accepted]);
    expect(tries).toEqual([
      ["form", "wrong", false],
      ["form", "wrong", false],
      ["form", password, true],
    ]);
    expect(decoy.of("client.identified")[0]?.data.via).toBe("user-agent");
  });

  test.skipIf(!Bun.which("curl"))("curl uploads a file and a large body (needs curl)", async () => {
    const file = join(dir, "shell.php");
    const content = `<?php ${"A".repeat(50_000)} ?>`;
    writeFileSync(file, content);
    // A page that reads what it is sent: where nobody waits for it, curl ends as soon as it has been told 404.
    const target = `${site.admin}/login.php`;
    await curl("-F", `upload=@${file}`, "-F", "user=u", "-F", "pass=p", url(target));
    await expectUpload(decoy, { name: "shell.php", content, target, status: 200 });
    await decoy.waitFor(
      "auth.attempted",
      ({ data }) => data.method === "form" && text(data.username) === "u",
    );
  });

  test("who sends a file to a page that is not there is answered at once, and the file is kept", async () => {
    const content = "B".repeat(50_000);
    const head = 'Content-Disposition: form-data; name="f"; filename="kit.sh"\r\n\r\n';
    const body = `--b\r\n${head}${content}\r\n--b--\r\n`;
    const type = "Content-Type: multipart/form-data; boundary=b";
    const fields = `Host: x\r\nConnection: close\r\n${type}\r\nContent-Length: ${body.length}\r\n\r\n`;
    const answer = await exchange(decoy.port, `POST /upload.php HTTP/1.1\r\n${fields}${body}`);
    expect(answer).toStartWith("HTTP/1.1 404 Not Found");
    await expectUpload(decoy, { name: "kit.sh", content, target: "/upload.php", status: 404 });
  });

  test.skipIf(!Bun.which("curl"))(
    "curl: chunked JSON, Basic area, compression, ranges (needs curl)",
    async () => {
      const json = JSON.stringify({ username: "json", password: "guess" });
      await curl(
        "-H",
        "Transfer-Encoding: chunked",
        "-H",
        "Content-Type: application/json",
        "-d",
        json,
        url(`${site.admin}/login.php`),
      );
      await decoy.waitFor("auth.attempted", ({ data }) => text(data.username) === "json" && !data.accepted);
      const area = url(`${site.vault.folder}/`);
      expect((await curl("-i", area)).out).toContain(`WWW-Authenticate: Basic realm="${site.vault.realm}"`);
      const listing = (await curl("-u", `${username}:${password}`, area)).out;
      const name = /href="([^"]+\.sql\.gz)"/.exec(listing)?.[1] ?? "";
      const dump = await run([
        "sh",
        "-c",
        `curl -sS -u '${username}:${password}' '${area}${name}' | gzip -dc`,
      ]);
      expect(dump.out).toContain("INSERT INTO `users`");
      const read = await decoy.waitFor("file.read");
      expect(text(read.data.name)).toBe(`${site.vault.folder}/${name}`);
      await decoy.waitFor("auth.attempted", ({ data }) => data.method === "password" && data.accepted);
      const plain = (await curl(url("/"))).out;
      expect((await curl("--compressed", url("/"))).out).toBe(plain);
      expect((await curl("-r", "0-8", url("/"))).out).toBe(plain.slice(0, 9));
    },
  );

  test("sends 100 of a pipeline in order and ends at the thousandth request", async () => {
    const one = "GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n";
    const answers = await exchange(decoy.port, one.repeat(1010));
    expect(answers.split("HTTP/1.1 200 OK").length - 1).toBe(1000);
    expect(answers.split("Connection: close").length - 1).toBe(1);
  });

  test("records what is no request, and goes on with others", async () => {
    await exchange(decoy.port, "\x16\x03\x01\x00\x05hello");
    await exchange(decoy.port, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    await decoy.waitFor("protocol.violated", ({ data }) => data.violation === "tls-on-plain-port");
    await decoy.waitFor("protocol.violated", ({ data }) => data.violation === "http2-preface");
    const long = `GET /x HTTP/1.1\r\nHost: a\r\n${"X-Y: \x01\xff\r\n".repeat(300)}\r\n`;
    await exchange(decoy.port, long.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
    const seen = await decoy.waitFor("http.requested", ({ data }) => text(data.target) === "/x");
    expect(seen.data.headers).toHaveLength(64);
  });

  test("an endless body without an end is cut and recorded", async () => {
    const socket = connect(decoy.port, "127.0.0.1");
    socket.on("error", () => socket.destroy());
    socket.write(`POST /cut HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n${"a".repeat(10_000)}`);
    socket.once("data", () => socket.destroy());
    const seen = await decoy.waitFor("http.requested", ({ data }) => text(data.target) === "/cut");
    expect(seen.data.status).toBe(404);
    expect(seen.data.body?.len).toBeLessThanOrEqual(10_000);
  });

  test("mutated requests break nothing", async () => {
    const random = createSeededRandom("http-soup");
    const form =
      'Content-Type: multipart/form-data; boundary=B\r\n\r\n--B\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\ny\r\n--B--\r\n';
    const whole = [
      `POST ${site.admin}/login.php HTTP/1.1\r\nHost: x\r\nContent-Length: 27\r\n\r\nusername=root&password=wrong`,
      `POST ${site.admin}/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
      `POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 75\r\n${form}`,
      `GET ${site.vault.folder}/ HTTP/1.1\r\nHost: x\r\nAuthorization: Basic dTpw\r\nRange: bytes=0-1,2-\r\n\r\n`,
    ];
    for (let round = 0; round < 80; round++) {
      const bytes = Buffer.from(random.pick(whole) + random.pick(whole), "latin1");
      for (let change = 0; change < 4; change++) bytes[random.below(bytes.length)] = random.below(256);
      await new Promise<void>((resolve) => {
        const socket = connect(decoy.port, "127.0.0.1", () => socket.end(bytes));
        socket.on("error", () => socket.destroy());
        socket.on("close", () => resolve());
        socket.resume();
      });
    }
    expect(decoy.broken).toEqual([]);
  }, 20_000);

  test.skipIf(!Bun.which("hydra"))(
    "hydra finds the form's login (needs hydra)",
    async () => {
      const list = join(dir, "passwords");
      writeFileSync(list, `nope1\nnope2\n${password}\n`);
      const form = `${site.admin}/login.php:username=^USER^&password=^PASS^:F=${site.theme.rejection.split(" ")[0]}`;
      const { out } = await run([
        "hydra",
        "-l",
        username,
        "-P",
        list,
        "-t",
        "2",
        "-s",
        String(decoy.port),
        "127.0.0.1",
        "http-post-form",
        form,
      ]);
      expect(out).toContain(`login: ${username}   password: ${password}`);
    },
    40_000,
  );

  test.skipIf(!Bun.which("nmap"))(
    "nmap names nginx 1.22.1 (needs nmap)",
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
      expect(out).toMatch(/open\s+http\s+nginx 1\.22\.1/);
    },
    40_000,
  );
});

test("a silent client is let go after nginx's timeouts", async () => {
  const clock = new TestClock(Date.parse("2026-06-02T00:00:00Z"));
  const decoy = await startDecoy(http, {
    persona,
    clock,
    limits: { idleMs: 3_600_000, sessionMs: 7_200_000 },
  });
  const ended = exchange(decoy.port, "GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n");
  await decoy.waitFor("http.requested");
  // The answer is on its way; the wait for the next request begins right after it.
  await new Promise((resolve) => setImmediate(resolve));
  clock.advance(74_000);
  expect(decoy.of("connection.closed")).toHaveLength(0);
  clock.advance(2_000);
  expect(await ended).toContain("200 OK");
  const closed = await decoy.waitFor("connection.closed");
  expect(closed.data.reason).toBe("decoy");
  await decoy.close();
});
