// One machine, one disk: what comes by one service is there by the others, for the same source address and for no other.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ftp } from "../../src/decoys/ftp/index.ts";
import { http } from "../../src/decoys/http/index.ts";
import { createSite } from "../../src/decoys/http/site.ts";
import { ssh } from "../../src/decoys/ssh/index.ts";
import type { RunningDecoy } from "../support/decoy-host.ts";
import { startDecoy } from "../support/decoy-host.ts";
import { TEST_LOGIN, testPersona } from "../support/persona.ts";

const persona = testPersona();
const { username, password } = TEST_LOGIN;
const tools = ["ssh", "scp", "sftp", "sshpass", "lftp", "curl"];
const missing = tools.filter((tool) => Bun.which(tool) === null);
const OPTIONS = [
  "StrictHostKeyChecking=no",
  "UserKnownHostsFile=/dev/null",
  "LogLevel=ERROR",
  "PubkeyAuthentication=no",
].flatMap((option) => ["-o", option]);

let decoys: { ssh: RunningDecoy; ftp: RunningDecoy; http: RunningDecoy };
let dir = "";

async function run(argv: readonly string[]) {
  const child = Bun.spawn(["timeout", "30", ...argv], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).bytes(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { out: Buffer.from(out), text: Buffer.from(out).toString("latin1"), err, code };
}

const shell = (command: string, from = "127.0.0.1") =>
  run([
    ...["sshpass", "-p", password, "ssh", ...OPTIONS, "-b", from, "-p", String(decoys.ssh.port)],
    ...[`${username}@127.0.0.1`, command],
  ]);
const lftp = (commands: string) =>
  run(
    [
      ...[
        "lftp",
        "-c",
        `set net:max-retries 1; open -u ${username},${password} -p ${decoys.ftp.port} 127.0.0.1;`,
      ],
    ].map((part, index, all) => (index === all.length - 1 ? `${part} ${commands}` : part)),
  );
const curl = (path: string, from = "127.0.0.1") =>
  run([
    "curl",
    "-sS",
    "-w",
    "%{stderr}%{http_code}",
    "--interface",
    from,
    `http://127.0.0.1:${decoys.http.port}${path}`,
  ]);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "decnet-disk-"));
  decoys = {
    ssh: await startDecoy(ssh, { persona }),
    ftp: await startDecoy(ftp, { persona }),
    http: await startDecoy(http, { persona }),
  };
});

afterAll(async () => {
  for (const decoy of Object.values(decoys)) {
    await decoy.close();
    expect(decoy.broken).toEqual([]);
  }
  rmSync(dir, { recursive: true });
});

describe.skipIf(missing.length > 0)(`one disk (skips without ${tools.join(", ")})`, () => {
  test("what FTP uploaded is there over SSH, scp and sftp, and the other way round", async () => {
    const file = join(dir, "tool.sh");
    writeFileSync(file, "#!/bin/sh\necho uploaded by ftp\n");
    const put = await lftp(`put ${file} -o /tmp/tool.sh`);
    expect([put.code, put.err]).toEqual([0, ""]);
    const uploaded = await decoys.ftp.waitFor("file.uploaded");
    expect([uploaded.data.via, uploaded.data.name.val]).toEqual(["ftp", "/tmp/tool.sh"]);
    expect((await shell("cat /tmp/tool.sh")).text).toBe(readFileSync(file, "latin1"));
    const copy = join(dir, "copy");
    const scp = ["-P", String(decoys.ssh.port), `${username}@127.0.0.1:/tmp/tool.sh`, copy];
    expect((await run(["sshpass", "-p", password, "scp", ...OPTIONS, ...scp])).code).toBe(0);
    expect(readFileSync(copy)).toEqual(readFileSync(file));
    await shell("echo from the shell > /tmp/note");
    expect((await lftp("cat /tmp/note")).text).toBe("from the shell\n");
  });

  test("another source sees none of it", async () => {
    await shell("echo secret > /tmp/mine; echo secret > /var/www/html/mine.txt");
    expect((await shell("cat /tmp/mine")).text).toBe("secret\n");
    const other = await shell("ls /tmp /var/www/html; cat /tmp/mine", "127.0.0.2");
    expect(other.text).not.toContain("mine");
    expect(other.err).toContain("No such file or directory");
    expect((await curl("/mine.txt", "127.0.0.2")).err).toBe("404");
  });

  test("the web server serves what lies under /var/www/html, byte for byte", async () => {
    const site = createSite(persona);
    const found = (await shell("cd /var/www/html && find . -type f", "127.0.0.3")).text.trim().split("\n");
    const paths = found.map((path) => path.slice(1)).sort();
    expect(paths).toEqual([...site.files.keys(), ...site.scripts].toSorted());
    const open = paths.filter((path) => !path.endsWith(".php") && !path.startsWith(`${site.vault.folder}/`));
    expect(open.length).toBeGreaterThan(4);
    for (const path of open) {
      const [served, onDisk] = await Promise.all([
        curl(path),
        shell(`cat /var/www/html${path}`, "127.0.0.3"),
      ]);
      expect([path, served.err, served.out.equals(onDisk.out)]).toEqual([path, "200", true]);
    }
  }, 60_000);

  test("what a source puts there is served to it: static files, never the source of a script", async () => {
    const file = join(dir, "proof.html");
    writeFileSync(file, "<h1>proof</h1>\n");
    expect((await lftp(`put ${file} -o /var/www/html/proof.html`)).code).toBe(0);
    // vsftpd's umask leaves it to its owner, and nginx is another user.
    expect((await curl("/proof.html")).err).toBe("404");
    await shell("chmod 644 /var/www/html/proof.html; echo '<?php' > /var/www/html/x.php");
    const served = await curl("/proof.html");
    expect([served.err, served.text]).toEqual(["200", "<h1>proof</h1>\n"]);
    expect((await curl("/x.php")).err).toBe("404");
  });

  test("anonymous FTP is kept below its home on the same disk", async () => {
    expect((await shell("ls /srv/ftp")).text).toBe("incoming\npub\n");
    expect((await shell("zcat /srv/ftp/pub/*.gz | head -n 2 | tail -n 1")).text).toBe("# /etc/hostname\n");
  });

  test("a key and a password that a source leaves let it in again, and nobody else", async () => {
    const key = join(dir, "key");
    expect(
      (await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "mdrfckr", "-f", key])).code,
    ).toBe(0);
    const line = readFileSync(`${key}.pub`, "latin1").trim();
    const [mine, other] = ["127.0.0.4", "127.0.0.5"];
    const byKey = (from: string) => {
      const options = [...OPTIONS.slice(0, -2), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-i", key];
      const address = [`-b${from}`, `-p${decoys.ssh.port}`, `${username}@127.0.0.1`];
      return run(["ssh", ...options, ...address, "id -un; grep -c mdrfckr ~/.ssh/authorized_keys"]);
    };
    const byPassword = (secret: string, from: string) => {
      const address = [`-b${from}`, `-p${decoys.ssh.port}`, `${username}@127.0.0.1`];
      const options = [...OPTIONS, "-o", "NumberOfPasswordPrompts=1"];
      return run(["sshpass", "-p", secret, "ssh", ...options, ...address, "id -un"]);
    };
    expect((await byKey(mine)).code).toBe(255);
    const sequence = `cd ~; chattr -ia .ssh; lockr -ia .ssh; rm -rf .ssh; mkdir .ssh; echo "${line}" >> .ssh/authorized_keys; chmod -R go= ~/.ssh; cd ~; echo "${username}:S3cret-new" | chpasswd; echo $?`;
    expect((await shell(sequence, mine)).text).toBe("0\n");
    expect((await byKey(mine)).text).toBe(`${username}\n1\n`);
    expect((await byPassword("S3cret-new", mine)).text).toBe(`${username}\n`);
    expect((await byPassword(password, mine)).code).not.toBe(0);
    expect((await byKey(other)).code).toBe(255);
    expect((await byPassword("S3cret-new", other)).code).not.toBe(0);
    expect((await byPassword(password, other)).text).toBe(`${username}\n`);
    const accepted = decoys.ssh.of("auth.attempted").filter(({ data }) => data.accepted && data.key);
    expect(accepted.map(({ data }) => data.key?.proven)).toEqual([true]);
  }, 60_000);
});
