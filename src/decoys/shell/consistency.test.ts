import { afterEach, describe, expect, test } from "bun:test";
import type { TestShell } from "../../../test/support/shell-session.ts";
import { openTestShell } from "../../../test/support/shell-session.ts";

import { createPersona } from "../personas/create.ts";

const open: TestShell[] = [];
const shellOf = (options: Parameters<typeof openTestShell>[0] = {}): TestShell => {
  const shell = openTestShell(options);
  open.push(shell);
  return shell;
};

afterEach(async () => {
  await Promise.all(open.splice(0).map((shell) => shell.close()));
});

const printed = async (shell: TestShell, line: string): Promise<string> => (await shell.run(line)).out;

describe("its own services", () => {
  test("ss and netstat list the same sockets of the same processes", async () => {
    const shell = shellOf();
    const netstat = [...(await printed(shell, "netstat -tlnp")).matchAll(/:(\d+) +0\.0.*LISTEN +(\d+)\//g)];
    const ss = [...(await printed(shell, "ss -tlnp")).matchAll(/:(\d+) +0\.0.*pid=(\d+),/g)];
    expect(netstat.length).toBeGreaterThan(3);
    expect(ss.map((row) => [row[1], row[2]])).toEqual(netstat.map((row) => [row[1], row[2]]));
  });

  test("what listens is reached at once, what does not is refused", async () => {
    const shell = shellOf();
    expect((await shell.run("nc -zv localhost 22")).err).toBe(
      "Connection to localhost (127.0.0.1) 22 port [tcp/ssh] succeeded!\n",
    );
    expect(await shell.run("nc -zv 127.0.0.1 81")).toMatchObject({
      err: "nc: connect to 127.0.0.1 port 81 (tcp) failed: Connection refused\n",
      status: 1,
    });
    expect((await shell.run("nc -h")).err).toStartWith("OpenBSD netcat (Debian patchlevel ");
    expect(await printed(shell, "curl -s http://localhost/")).toBe(
      await printed(shell, "cat /var/www/html/index.html"),
    );
    expect((await shell.run("curl localhost:81")).status).toBe(7);
    expect(await printed(shell, "wget -q localhost -O /tmp/page; grep -c title /tmp/page")).toBe("1\n");
    expect(await printed(shell, "ping -c 1 localhost")).toContain("1 received, 0% packet loss");
    expect((await shell.run("ssh -p 81 localhost")).err).toContain("port 81: Connection refused");
  });

  test("are where the machine offers them, wherever one looks, and move with it", async () => {
    let services = ["ssh", "ssh:2222", "http", "http:8080", "ftp:2121", "redis:7000"];
    const secret = { key: new Uint8Array(32).fill(7), madeAt: Date.parse("2026-06-01T00:00:00Z") };
    const persona = createPersona(secret, "linux-server", { services: () => services });
    const shell = shellOf({ persona });
    const listed = async (line: string, port: RegExp) =>
      [...(await printed(shell, line)).matchAll(port)].map((row) => Number(row[1]));
    const hex = async () =>
      [...(await printed(shell, "cat /proc/net/tcp")).matchAll(/: 00000000:([0-9A-F]{4})/g)].map((row) =>
        Number.parseInt(row[1] ?? "", 16),
      );
    const everywhere = async (ports: number[]) => {
      expect(await listed("ss -tln", /0\.0\.0\.0:(\d+) +0/g)).toEqual(ports);
      expect(await listed("netstat -tln", /0\.0\.0\.0:(\d+) +0/g)).toEqual(ports);
      expect(await hex()).toEqual(ports);
    };
    await everywhere([22, 2222, 80, 8080, 2121, 7000]);
    expect(await printed(shell, "grep ^Port /etc/ssh/sshd_config")).toBe("Port 22\nPort 2222\n");
    expect(await printed(shell, "grep listen /etc/nginx/sites-enabled/default")).toBe(
      "\tlisten 80 default_server;\n\tlisten 8080 default_server;\n",
    );
    expect(await printed(shell, "grep -h port /etc/vsftpd.conf /etc/redis/redis.conf")).toContain(
      "listen_port=2121\n",
    );
    expect(await printed(shell, "ps aux | grep -c '[r]edis-server 0.0.0.0:7000'")).toBe("1\n");
    expect(await printed(shell, "pgrep mysqld")).toBe("");
    expect(await printed(shell, "systemctl is-active mysql redis-server nginx")).toContain("inactive");
    expect(await printed(shell, "curl -s http://localhost:8080/")).toBe(
      await printed(shell, "cat /var/www/html/index.html"),
    );
    expect(await printed(shell, "nc -zv localhost 8080 2>&1")).toContain(
      "8080 port [tcp/http-alt] succeeded",
    );
    services = ["ssh", "http", "mysql:3307"];
    await everywhere([22, 80, 3307]);
    expect(await printed(shell, "grep Port /etc/ssh/sshd_config")).toContain("#Port 22\n");
    expect(await printed(shell, "grep -c 8080 /etc/nginx/sites-enabled/default")).toBe("0\n");
    expect(await printed(shell, "grep port /etc/mysql/mysql.conf.d/mysqld.cnf")).toContain("3307");
    expect(await printed(shell, "pgrep redis-server; pgrep mysqld")).toMatch(/^\d+\n$/);
    const pid = (
      await printed(shellOf({ persona, machine: shell.login.machine, from: "203.0.113.77" }), "pgrep mysqld")
    ).trim();
    expect(Number(pid)).toBeGreaterThan(1);
  });

  test("a device's too", async () => {
    const shell = shellOf({ device: true });
    expect((await shell.run("telnet localhost 99")).err).toContain("Connection refused");
    expect(await printed(shell, "netstat -tln")).toContain(":23 ");
    const { firmware } = shell.login.machine.persona;
    expect(await printed(shell, "busybox | head -n 1")).toBe(
      `BusyBox v1.13.4 (${firmware?.busybox.built}) multi-call binary\n`,
    );
    expect(await printed(shell, "cat /etc/issue")).toContain(`Release: ${firmware?.release} `);
    // Kernel, issue and BusyBox are of one build: one day.
    const built = /\((\d{4})-(\d\d)-(\d\d)/.exec(await printed(shell, "busybox"))?.slice(1) ?? [];
    const [year = "", month = "", day = ""] = built;
    expect(firmware?.release).toBe(`${month}/${day}/${year.slice(2)}`);
    const kernel = Date.parse(
      `${/#\d+ (\w{3} \w{3} +\d+)/.exec(await printed(shell, "uname -v"))?.[1]} ${year} UTC`,
    );
    expect(new Date(kernel).toISOString()).toStartWith(`${year}-${month}-${day}`);
  });
});

describe("its files", () => {
  test("products and kernel leave theirs", async () => {
    const { status, both } = await shellOf().run(
      "ls -d /etc/nginx/nginx.conf /etc/redis/redis.conf /etc/mysql/my.cnf /etc/vsftpd.conf /lib/modules/$(uname -r)/kernel; test -s /etc/mysql/my.cnf",
    );
    expect([status, both]).not.toContain("No such file");
    expect(status).toBe(0);
  });

  test("logs are not empty, and know of the login that the greeting tells", async () => {
    const shell = shellOf();
    for (const name of ["auth.log", "syslog", "dpkg.log", "wtmp", "btmp", "lastlog"])
      expect([name, (await shell.run(`test -s /var/log/${name}`)).status]).toEqual([name, 0]);
    expect(await printed(shell, "echo $(($(wc -c < /var/log/wtmp) % 384))")).toBe("0\n");
    const { machine, account, session } = shell.login;
    const [, day = "", from = ""] =
      /Last login: (\w+ \w+ +\d+ \d+:\d+):\d+ \d+ from (\S+)/.exec(machine.greeting(account, session)) ?? [];
    const row = (await printed(shell, "last root")).split("\n")[0];
    expect(row).toStartWith(`root     pts/0        ${from.padEnd(16)} ${day} - `);
    expect(await printed(shell, "grep 'password for root' /var/log/auth.log")).toContain(`from ${from} port`);
  });

  test("without a terminal nobody is on", async () => {
    const shell = shellOf();
    expect((await printed(shell, "w")).split("\n")).toHaveLength(3);
    expect(await printed(shell, "who")).toBe("");
    expect(await printed(shell, "env | grep SSH_CONN")).toBe(
      "SSH_CONNECTION=203.0.113.9 40022 10.20.30.40 22\n",
    );
  });
});

describe("sizes", () => {
  test("memory adds up in pages", async () => {
    const [, total = 0, used = 0, free = 0, , , available = 0] = (await printed(shellOf(), "free | grep Mem"))
      .trim()
      .split(/ +/)
      .map(Number);
    expect(used).toBe(total - available);
    for (const value of [total, used, free, available]) expect(value % 4).toBe(0);
  });

  test("df and ls take coreutils' widths", async () => {
    const shell = shellOf();
    expect(await printed(shell, "df -h")).toStartWith("Filesystem      Size  Used Avail Use% Mounted on\n");
    expect(await printed(shell, "ls -sd /lost+found; ls -ld /lost+found | awk '{print $5}'")).toBe(
      "16 /lost+found\n16384\n",
    );
    expect(await printed(shell, "stat /etc/passwd /bin /proc/version | grep -o 'Blocks: [0-9]*'")).toMatch(
      /^(?:Blocks: (?:0|8|16)\n){3}$/,
    );
  });

  test("an archive holds what went in", async () => {
    const shell = shellOf();
    const lines = await printed(
      shell,
      "mkdir -p /tmp/d/e; echo one > /tmp/d/e/f; cd /tmp; tar czf a.tgz d; tar tzf a.tgz; rm -r d; tar xzf a.tgz; cat d/e/f; gzip d/e/f; zcat d/e/f.gz; gunzip d/e/f.gz; cat d/e/f; test -s a.tgz && echo full",
    );
    expect(lines).toBe("d/\nd/e/\nd/e/f\none\none\none\nfull\n");
    expect((await shell.run("echo junk > j.tgz; tar xzf j.tgz")).err).toContain("not in gzip format");
    await shell.run("tar cf b.tar d; head -c 700 b.tar > cut.tar");
    expect((await shell.run("tar tf cut.tar")).status).toBe(0);
  });
});
