import { afterAll, expect, test } from "bun:test";
import { testPersona } from "../../../../test/support/persona.ts";
import { openTestShell } from "../../../../test/support/shell-session.ts";
import { createHostKeys } from "../../ssh/host-keys.ts";

const shell = openTestShell();
const printed = async (line: string): Promise<string> => (await shell.run(line)).out;

afterAll(() => shell.close());

test("sshd's settings say that it asks by keyboard-interactive, as it does", async () => {
  expect(await printed("grep -i ^kbd /etc/ssh/sshd_config")).toBe("KbdInteractiveAuthentication yes\n");
  expect(await printed("cat /etc/issue")).toBe("Debian GNU/Linux 12 \\n \\l\n\n");
});

test("the history names only what the machine has", async () => {
  const history = await printed("cat ~/.bash_history");
  const commands = new Set(history.trim().split("\n"));
  expect(commands.size).toBeGreaterThan(8);
  for (const command of commands) {
    const [name, ...words] = command.split(" ");
    expect((await shell.run(`type ${name}`)).status).toBe(0);
    const path = words.find((word) => word.startsWith("/"));
    if (path !== undefined) expect([path, (await shell.run(`ls ${path}`)).status]).toEqual([path, 0]);
  }
});

test("a process that asks for its own status gets it, in the lines of a kernel 6", async () => {
  const names = (await printed("cut -d: -f1 /proc/self/status")).trim().split("\n");
  expect(names.slice(0, 12).join(" ")).toBe(
    "Name Umask State Tgid Ngid Pid PPid TracerPid Uid Gid FDSize Groups",
  );
  expect(names).toHaveLength(57);
  expect(await printed("grep Name /proc/self/status")).toBe("Name:\tgrep\n");
  expect(await printed("head -n 1 /proc/1/status")).toBe("Name:\tsystemd\n");
});

test("top and ps agree on names and processor time", async () => {
  const top = (await printed("top -bn1")).split("\n").slice(7);
  const row = top.find((line) => line.includes("kworker/")) ?? "";
  expect(row).toEndWith("kworker/0:0H-events_highpri");
  const [, minutes = "", seconds = ""] = /(\d+):(\d\d)\.\d\d systemd$/m.exec(top.join("\n")) ?? [];
  expect(await printed("ps -e | head -n 2")).toContain(`00:${minutes.padStart(2, "0")}:${seconds} systemd`);
});

test("the packages are those that the programs come from, by apt as by dpkg", async () => {
  const names = (await printed("dpkg -l | grep ^ii | awk '{print $2}'")).trim().split("\n");
  for (const name of ["bash", "coreutils", "procps", "openssh-server", "netcat-openbsd", "wget", "cron"])
    expect(names).toContain(name);
  const listed = (await printed("apt list --installed 2>/dev/null")).trim().split("\n");
  expect(listed[0]).toBe("Listing...");
  expect(listed.slice(1).map((line) => line.split("/")[0])).toEqual(names);
  expect(await printed("dpkg -l bash")).toEndWith(
    "||/ Name           Version      Architecture Description\n+++-==============-============-============-=================================\nii  bash           5.2.15-2+b7  amd64        GNU Bourne Again SHell\n",
  );
});

test("lscpu, enable and abbreviated options", async () => {
  const cpu = await printed("lscpu");
  expect(cpu).toMatch(/^Architecture: {25}x86_64\nCPU op-mode\(s\): /);
  expect(await printed("enable | wc -l; enable | tail -n 1")).toBe("61\nenable wait\n");
  expect((await shell.run("enable nope; echo $?")).both).toBe(
    "bash: line 1: enable: nope: not a shell builtin\n1\n",
  );
  expect(await printed("ls --direc --col /etc")).toBe("/etc\n");
  expect((await shell.run("ls --nope")).err).toStartWith("ls: unrecognized option '--nope'\n");
});

test("/etc has what every Debian has", async () => {
  const names =
    "nsswitch.conf host.conf login.defs adduser.conf deluser.conf services networks subuid ld.so.conf mtab pam.d/sshd security/limits.conf sysctl.conf rsyslog.conf network/interfaces skel/.bashrc";
  const { both, status } = await shell.run(`cd /etc && ls -d ${names} >/dev/null && grep -w 22/tcp services`);
  expect([both, status]).toEqual(["ssh\t\t22/tcp\n", 0]);
  expect(await printed("head -n 1 /etc/mtab")).toBe(await printed("head -n 1 /proc/mounts"));
  expect(await printed("grep ^UID_MIN /etc/login.defs")).toBe("UID_MIN\t\t\t 1000\n");
});

test("passwd -S tells what the shadow file holds", async () => {
  expect(await printed("passwd -S root")).toMatch(/^root P \d{4}-\d\d-\d\d 0 99999 7 -1\n$/);
  expect(await printed("passwd -S daemon")).toStartWith("daemon L ");
});

test("/etc/ssh holds the keys that sshd shows, the private ones for root alone", async () => {
  const names = ["rsa", "ecdsa", "ed25519"].map((kind) => `ssh_host_${kind}_key`);
  expect(await printed("cd /etc/ssh; ls ssh_host_*_key; stat -c %a%U ssh_host_*_key | sort -u")).toBe(
    `${names.toSorted().join("\n")}\n600root\n`,
  );
  const shown = testPersona()
    .shared(createHostKeys)
    .all.map((key) => Buffer.from(key.blob).toString("base64"));
  for (const [i, name] of names.entries())
    expect(await printed(`cut -d' ' -f2 /etc/ssh/${name}.pub`)).toBe(`${shown[i]}\n`);
});
