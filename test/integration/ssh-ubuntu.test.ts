// sshd of Ubuntu 24.04 over a real socket: what real clients negotiate and see.

import { describe, expect, test } from "bun:test";
import { ssh } from "../../src/decoys/ssh/index.ts";
import { startDecoy } from "../support/decoy-host.ts";
import { TEST_LOGIN, testPersonaOn } from "../support/persona.ts";

const clients = Bun.which("ssh") !== null && Bun.which("sshpass") !== null;

describe.skipIf(!clients)("the sshd of an Ubuntu machine (needs ssh and sshpass)", () => {
  test("greets as 9.6p1, offers its algorithms, lets in and shows an Ubuntu", async () => {
    const persona = testPersonaOn("ubuntu-24.04", "web-server");
    await using decoy = await startDecoy(ssh, { persona });
    const child = Bun.spawn(
      ["sshpass", "-p", TEST_LOGIN.password, "ssh", "-vv", "-F", "none", "-p", String(decoy.port)].concat(
        ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"],
        ["-o", "PubkeyAuthentication=no", "root@127.0.0.1", "lsb_release -ds; uname -r"],
      ),
      { stdout: "pipe", stderr: "pipe" },
    );
    const [out, log] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    expect(out).toContain(`${persona.os.pretty}\n${persona.os.release}\n`);
    expect(log).toContain(`remote software version OpenSSH_${persona.products["ssh"]?.version}`);
    expect(log).toMatch(
      /KEX algorithms: sntrup761x25519-sha512@openssh\.com,.*,ext-info-s,kex-strict-s-v00@openssh\.com/,
    );
    expect(log).toContain("server-sig-algs=");
    expect(log).toMatch(/ping@openssh\.com/);
    expect(decoy.broken).toEqual([]);
  }, 60_000);
});
