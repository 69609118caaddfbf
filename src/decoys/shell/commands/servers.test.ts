// Servers as programs: there where the machine offers them, with the version that the network sees, and never started.

import { afterAll, expect, test } from "bun:test";
import { testPersona } from "../../../../test/support/persona.ts";
import { openTestShell } from "../../../../test/support/shell-session.ts";

const shell = openTestShell();
const router = openTestShell({ device: true });
const { products } = testPersona();

afterAll(() => {
  shell.close();
  router.close();
});

test("what listens is on the disk, where its process says that it is", async () => {
  for (const path of [
    "/usr/sbin/nginx",
    "/usr/sbin/sshd",
    "/usr/sbin/vsftpd",
    "/usr/bin/redis-server",
    "/usr/sbin/mysqld",
  ])
    expect([path, (await shell.run(`test -x ${path}`)).status]).toEqual([path, 0]);
  const { out } = await shell.run("for p in $(pgrep -x nginx); do readlink /proc/$p/exe; done | sort -u");
  expect(out).toBe("/usr/sbin/nginx\n");
  expect((await router.run("nginx -v")).status).toBe(127);
});

test("versions are those that the network sees, in the packages too", async () => {
  const seen = (service: string): string => products[service]?.version ?? "";
  expect((await shell.run("nginx -v")).err).toBe(`nginx version: nginx/${seen("http")}\n`);
  expect((await shell.run("redis-server --version")).out).toStartWith(`Redis server v=${seen("redis")} `);
  expect((await shell.run("mysql --version")).out).toStartWith(`mysql  Ver ${seen("mysql")} for Linux`);
  expect((await shell.run("vsftpd -v")).out).toBe(`vsftpd: version ${seen("ftp")}\n`);
  expect((await shell.run("sshd -V")).err).toContain(`\nOpenSSH_${seen("ssh")}, OpenSSL 3.0.15`);
  expect((await shell.run("dpkg -l nginx | tail -n 1")).out).toContain(` ${seen("http")}-9+deb12u`);
});

test("a second one finds the port taken, and settings are sound", async () => {
  expect((await shell.run("redis-server; echo $?")).out).toMatch(
    /bind: Address already in use\n.*aborting\.\n1\n$/,
  );
  expect((await shell.run("nginx -t")).err).toEndWith("nginx.conf test is successful\n");
  expect((await shell.run("sshd")).both).toBe("sshd re-exec requires execution with an absolute path\n");
});

test("mysql lets nobody in, and what was tried is recorded", async () => {
  const { err, status } = await shell.run("mysql -uroot -ps3cret -e 'select 1'");
  expect(err).toEndWith(
    "ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: YES)\n",
  );
  expect(status).toBe(1);
  expect(
    shell.records.some(
      ({ kind, data }) => kind === "auth.attempted" && JSON.stringify(data).includes("s3cret"),
    ),
  ).toBe(true);
});
