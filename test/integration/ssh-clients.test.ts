// The ssh decoy with the clients that intruders use: every algorithm, logins, commands, scp and sftp.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { capturedBytes } from "../../src/contract/captured.ts";
import { algorithmsOf, STRICT_SERVER } from "../../src/decoys/ssh/algorithms.ts";
import { isAead } from "../../src/decoys/ssh/kexinit.ts";
import { createSshDecoy } from "../../src/decoys/ssh/session.ts";
import type { RunningDecoy } from "../support/decoy-host.ts";
import { startDecoy } from "../support/decoy-host.ts";
import { TEST_LOGIN } from "../support/persona.ts";

const missing = ["ssh", "scp", "sftp", "sshpass"].filter((tool) => !Bun.which(tool));
const VERSION = "9.2p1 Debian-2+deb12u7";
const lists = algorithmsOf(VERSION);

describe.skipIf(missing.length > 0)(`real clients${missing.length > 0 ? ` (needs ${missing})` : ""}`, () => {
  let decoy: RunningDecoy;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "ssh-clients-"));
    decoy = await startDecoy({
      name: "ssh",
      summary: "",
      port: 22,
      transport: "tcp",
      load: (persona) =>
        createSshDecoy({ ...persona, products: { ssh: { product: "OpenSSH", version: VERSION } } }),
    });
  });

  afterAll(async () => {
    await decoy.close();
    rmSync(folder, { recursive: true });
    expect(decoy.broken).toEqual([]);
  });

  const options = (method = "password", level = "ERROR"): string[] => [
    ...[
      "-F",
      "none",
      "-o",
      "StrictHostKeyChecking=no",
      "-o",
      "UserKnownHostsFile=/dev/null",
      "-o",
      `LogLevel=${level}`,
    ],
    ...["-o", `PreferredAuthentications=${method}`, "-o", "BatchMode=no", "-o", "ConnectTimeout=10"],
    ...["-o", "IdentityAgent=none", "-o", "IdentitiesOnly=yes"],
  ];

  async function run(
    command: readonly string[],
    input: string = "",
  ): Promise<{ out: string; err: string; code: number }> {
    const child = Bun.spawn(["sshpass", "-p", TEST_LOGIN.password, ...command], {
      stdin: new Blob([input]),
      stdout: "pipe",
      stderr: "pipe",
      cwd: folder,
    });
    const [out, err, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    return { out, err, code };
  }

  const target = (): string => `${TEST_LOGIN.username}@127.0.0.1`;
  const ssh = (
    extra: readonly string[],
    command: readonly string[],
    input?: string,
  ): ReturnType<typeof run> =>
    run(["ssh", ...options(), "-p", String(decoy.port), ...extra, target(), ...command], input);
  const scp = (...args: string[]): ReturnType<typeof run> =>
    run(["scp", ...options(), "-P", String(decoy.port), ...args]);

  describe("every algorithm on offer, one at a time", () => {
    const kexes = lists.kex.filter((name) => name !== STRICT_SERVER);
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ...kexes.map((name) => [name, ["-o", `KexAlgorithms=${name}`]] as const),
      ...lists.hostKeys.map((name) => [name, ["-o", `HostKeyAlgorithms=${name}`]] as const),
      ...lists.ciphers.map(
        (name) => [name, ["-c", name, ...(isAead(name) ? [] : ["-m", "hmac-sha2-256"])]] as const,
      ),
      ...lists.macs.map((name) => [name, ["-c", "aes128-ctr", "-m", name]] as const),
      ["zlib@openssh.com", ["-C"]],
    ];
    for (const [name, args] of cases)
      test(name, async () => {
        const { out, code, err } = await ssh(args, ["echo", name]);
        expect({ out, code, err }).toEqual({ out: `${name}\n`, code: 0, err: "" });
      });
  });

  test("keyboard-interactive lets in by the same password", async () => {
    const { out } = await run([
      "ssh",
      ...options("keyboard-interactive"),
      "-p",
      String(decoy.port),
      target(),
      "id",
      "-un",
    ]);
    expect(out).toBe("root\n");
    await decoy.waitFor(
      "auth.attempted",
      ({ data }) => data.method === "keyboard-interactive" && data.accepted,
    );
  });

  test("exit status, both streams and input go through", async () => {
    expect(await ssh([], ["echo out; echo err >&2; exit 7"])).toEqual({
      out: "out\n",
      err: "err\n",
      code: 7,
    });
    const text = "line\n".repeat(60_000);
    expect((await ssh([], ["wc -c"], text)).out.trim()).toBe(String(text.length));
    const executed = await decoy.waitFor("command.executed", ({ data }) => data.status === 7);
    expect(executed.data.via).toBe("exec");
  });

  test("new keys on the way, asked for by the client, lose nothing", async () => {
    const quick = ["-o", "KexAlgorithms=curve25519-sha256"];
    const bytes = "0123456789abcdef".repeat(100_000);
    for (const extra of [
      ["-o", "RekeyLimit=200K", ...quick],
      ["-o", "RekeyLimit=300K", "-C", ...quick],
    ])
      expect((await ssh(extra, ["cat"], bytes)).out === bytes).toBe(true);
  });

  test("a shell without a terminal takes its lines from the input", async () => {
    const { out, code } = await ssh(["-T"], [], "echo one\nexit 5\necho two\n");
    expect(out).toContain("ABSOLUTELY NO WARRANTY");
    expect(out.endsWith("one\n")).toBe(true);
    expect(code).toBe(5);
  });

  test("a shell on a terminal is recorded", async () => {
    const { out, code } = await ssh(["-tt"], [], "id -un\rexit 6\r");
    expect(out).toContain("Last login:");
    expect(out).toContain(`root@${decoy.persona.hostname}:`);
    expect(out).toContain("\r\nroot\r\n");
    expect(code).toBe(6);
    await decoy.waitFor("terminal.recorded");
  });

  test("a tunnel is told and refused", async () => {
    const { err } = await run([
      ...["ssh", ...options("password", "INFO"), "-p", String(decoy.port), "-W", "203.0.113.9:25", target()],
    ]);
    expect(err).toContain("administratively prohibited: open failed");
    const { data } = await decoy.waitFor("tunnel.requested");
    expect(data).toMatchObject({ kind: "direct-tcpip", port: 25, host: { val: "203.0.113.9" } });
  });

  for (const [name, flags] of [
    ["scp over sftp", []],
    ["legacy scp", ["-O"]],
  ] as const) {
    test(`${name}: uploads are captured, downloads are told, trees go both ways`, async () => {
      const content = `#!/bin/sh\necho ${name}\n`;
      writeFileSync(join(folder, "drop.sh"), content);
      expect((await scp(...flags, "drop.sh", `${target()}:/tmp/${flags.length}.sh`)).code).toBe(0);
      const via = flags.length > 0 ? "scp" : "sftp";
      const fits = (data: { via: string; size: number }): boolean =>
        data.via === via && data.size === content.length;
      const uploaded = await decoy.waitFor("file.uploaded", ({ data }) => fits(data));
      expect(Buffer.from(decoy.blobs.get(uploaded.data.sha256) ?? "").toString()).toBe(content);
      const path = `/tmp/${flags.length}.sh`;
      const again = await ssh([], [`chmod +x ${path}; ls -l ${path}; ${path}`]);
      expect(again.out).toMatch(/^-rwxr-xr-x .*\n/);
      expect(again.out).toEndWith(`${path}\n${name}\n`);
      const same = decoy.evidence.filter(
        (one) => one.kind === "file.uploaded" && (one.data as { size: number }).size === content.length,
      );
      expect(same.map((one) => (one.data as { name: { val: string } }).name.val)).toEqual(
        flags.length > 0 ? ["/tmp/1.sh"] : ["/tmp/0.sh"],
      );
      expect((await scp(...flags, `${target()}:/etc/passwd`, `passwd${flags.length}`)).code).toBe(0);
      expect(readFileSync(join(folder, `passwd${flags.length}`), "utf8")).toStartWith("root:x:0:0:");
      await decoy.waitFor("file.read", ({ data }) => data.via === via && data.name.val === "/etc/passwd");
      expect((await scp(...flags, "-r", "-p", `${target()}:/etc/apt`, `apt${flags.length}`)).err).toBe("");
      const { err, code } = await scp(...flags, `${target()}:/no/such`, ".");
      expect([err.trim(), code]).toEqual(["scp: /no/such: No such file or directory", 1]);
    });
  }

  test("sftp: the commands of a session", async () => {
    writeFileSync(join(folder, "a.bin"), new Uint8Array(300_000).fill(7));
    const commands = [
      "mkdir d",
      "put a.bin d/a",
      "rename d/a d/b",
      "ln -s b d/l",
      "ln d/b d/h",
      "cp d/b d/c",
      "chmod 600 d/c",
    ];
    const more = ["ls -l d", "get d/c back.bin", "rm d/l", "df", "pwd", "-rmdir d", "-get /no/such"];
    writeFileSync(join(folder, "batch"), `${[...commands, ...more].join("\n")}\n`);
    const { out, err, code } = await run([
      ...["sftp", ...options(), "-b", "batch", "-P", String(decoy.port), target()],
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(/-rw------- +\? root +root +300000 .* d\/c/);
    expect(out).toContain("Remote working directory: /root");
    expect(err).toContain('remote rmdir "/root/d": Failure');
    expect(err).toContain("/no/such");
    expect(readFileSync(join(folder, "back.bin")).length).toBe(300_000);
  });

  test("a wrong password is recorded as sent, in order, and refused", async () => {
    const before = decoy.of("auth.attempted").length;
    const wrong = await run([
      "sh",
      "-c",
      `SSHPASS='geheim ü' exec sshpass -e ssh ${options().join(" ")} -p ${decoy.port} nobody@127.0.0.1 id`,
    ]);
    expect(wrong.code).toBe(5);
    const attempts = decoy
      .of("auth.attempted")
      .slice(before)
      .map(({ data }) => data);
    expect(attempts.map(({ method, accepted }) => [method, accepted])).toEqual([
      ["none", false],
      ["password", false],
    ]);
    const secret = attempts[1]?.secret;
    expect(secret && Buffer.from(capturedBytes(secret)).toString()).toBe("geheim ü");
  });

  test.skipIf(!Bun.which("nmap"))(
    "nmap names product, version and protocol",
    async () => {
      const { out } = await run(["nmap", "-Pn", "-sV", "-p", String(decoy.port), "127.0.0.1"]);
      expect(out).toContain("OpenSSH 9.2p1 Debian 2+deb12u7 (protocol 2.0)");
    },
    30_000,
  );
});
