// Files of the router: a read-only squashfs with applet links, a RAM disk at /tmp that /var and much of /etc point to.
// Every date and version is the build's.

import { firmwareIssue, firmwareMotd } from "../../personas/firmware.ts";
import { utf8ByteString } from "../bytes.ts";
import type { TreeBuilder } from "./builder.ts";
import { programContent } from "./elf.ts";
import { groupFile, passwdFile, shadowFile } from "./files-etc.ts";
import type { World } from "./world.ts";

const BIN =
  "[ ash base64 busybox cat chmod chown cp date dd df dmesg echo egrep false fgrep grep gunzip gzip hostname kill ln login ls mkdir mknod mktemp more mount mv netstat ping ps pwd rm rmdir sed sh sleep stat sync tar touch true umount uname usleep vi zcat".split(
    " ",
  );
const SBIN =
  "arp getty halt ifconfig init insmod klogd lsmod mdev modprobe poweroff reboot rmmod route sysctl syslogd telnetd udhcpc watchdog".split(
    " ",
  );

/** Applets of the device's BusyBox, as `busybox` lists them. */
export function deviceApplets(programs: readonly string[]): readonly string[] {
  const not = new Set([
    "sudo",
    "apt",
    "apt-get",
    "dpkg",
    "systemctl",
    "service",
    "lscpu",
    "lspci",
    "curl",
    "python3",
    "perl",
    "bash",
    "busybox",
    "lsb_release",
    "ssh",
    "w",
    "last",
    "file",
    "gcc",
    "lsblk",
    "dash",
    "ip",
    "ss",
    "getent",
    "iptables",
    "chattr",
    "nproc",
    "journalctl",
    "git",
    "make",
    "scp",
    "sftp",
    "rsync",
    "screen",
    "tmux",
    "nano",
    "docker",
    "locate",
    "timedatectl",
    "hostnamectl",
    "useradd",
    "nvram",
    "usermod",
    "userdel",
    "chpasswd",
    "groups",
    "adduser",
    "truncate",
    "python",
    "php",
    "ruby",
    "node",
    "dpkg-query",
    "shutdown",
    "loginctl",
    "nvidia-smi",
    "apt-cache",
    "strings",
    "lsattr",
    "perl5.36.0",
  ]);
  return programs.filter((name) => !not.has(name)).sort();
}

/** Adds all of them. */
export function addDeviceFiles(tree: TreeBuilder, world: World, programs: readonly string[]): void {
  const { persona } = world;
  const random = persona.random("shell-programs");
  const size = 380_000 + random.below(300_000);
  tree.file("/bin/busybox", programContent(world.machine, size, random.below(2 ** 31)), {
    mode: 0o755,
    program: "busybox",
  });
  for (const name of deviceApplets(programs)) {
    if (name === "busybox") continue;
    if (BIN.includes(name)) tree.link(`/bin/${name}`, "busybox");
    else if (SBIN.includes(name)) tree.link(`/sbin/${name}`, "../bin/busybox");
    else tree.link(`/usr/bin/${name}`, "../../bin/busybox");
  }
  tree.file("/usr/sbin/nvram", programContent(world.machine, 9_316, 41), { mode: 0o755, program: "nvram" });
  addSettings(tree, world);
  const live = { mtimeMs: persona.bootedAt };
  tree.dir("/tmp", { mode: 0o777, ...live });
  for (const folder of ["run", "log", "lock", "tmp"]) tree.dir(`/tmp/var/${folder}`, live);
  for (const folder of ["/tmp/www", "/jffs", "/mnt", "/mmc", "/opt"]) tree.dir(folder, live);
  for (const folder of ["/lib", "/usr/sbin", "/usr/lib", "/www"]) tree.dir(folder);
  tree.link("/var", "tmp/var");
  const telnetd = world.processes.find((one) => one.command === "telnetd");
  tree.file("/tmp/var/run/telnetd.pid", `${telnetd?.pid ?? 180}\n`, live);
  for (const account of persona.accounts) {
    const home = utf8ByteString(account.home);
    if (home !== "/") tree.dir(home, { mode: 0o700, uid: account.uid, gid: account.gid, ...live });
  }
}

/** Accounts, names and texts. What the router writes at its start lies in /tmp/etc. */
function addSettings(tree: TreeBuilder, world: World): void {
  const { persona } = world;
  const live = { mtimeMs: persona.bootedAt };
  const written: readonly [string, string][] = [
    ["passwd", passwdFile(world)],
    ["shadow", shadowFile(world)],
    ["group", groupFile(world)],
    ["hosts", `127.0.0.1 localhost\n192.168.1.1 ${persona.hostname}\n`],
    ["resolv.conf", `nameserver ${world.network.prefix}.1\n`],
  ];
  for (const [name, text] of written) {
    tree.file(`/tmp/etc/${name}`, text, { mode: name === "shadow" ? 0o600 : 0o644, ...live });
    tree.link(`/etc/${name}`, `/tmp/etc/${name}`);
  }
  tree.file(
    "/etc/profile",
    "export PATH=/bin:/usr/bin:/sbin:/usr/sbin:/jffs/sbin:/jffs/bin:/mmc/sbin:/mmc/bin\nexport PS1='\\u@\\h:\\w\\$ '\n",
  );
  if (!persona.firmware) return;
  tree.file("/etc/issue", firmwareIssue(persona.firmware));
  tree.file("/etc/motd", firmwareMotd(persona.firmware));
}
