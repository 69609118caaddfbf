// Files of the BusyBox device: a read-only squashfs with applet links, and RAM disks at /tmp and /var.

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
  tree.file(
    "/usr/bin/main_app",
    programContent(world.machine, 3_145_728 + random.below(900_000), random.below(2 ** 31)),
    { mode: 0o755, program: "main_app" },
  );
  tree.file("/etc/passwd", passwdFile(world));
  tree.file("/etc/shadow", shadowFile(world), { mode: 0o600 });
  tree.file("/etc/group", groupFile(world));
  tree.file("/etc/hostname", `${persona.hostname}\n`);
  tree.file("/etc/hosts", `127.0.0.1\tlocalhost\n127.0.1.1\t${persona.hostname}\n`);
  tree.file(
    "/etc/inittab",
    "::sysinit:/etc/init.d/rcS\n::respawn:/sbin/getty -L ttyS0 115200 vt100\n::ctrlaltdel:/sbin/reboot\n::shutdown:/bin/umount -a -r\n",
  );
  tree.file(
    "/etc/init.d/rcS",
    "#!/bin/sh\nmount -a\nmkdir -p /dev/pts /var/run /var/log /var/admin\nmount -t devpts devpts /dev/pts\necho /sbin/mdev > /proc/sys/kernel/hotplug\nmdev -s\nsyslogd\nklogd\nifconfig lo up\nudhcpc -i eth0 -b\ntelnetd\n/usr/bin/main_app &\n",
    { mode: 0o755 },
  );
  tree.file("/etc/profile", "export PATH=/usr/bin:/bin:/usr/sbin:/sbin\n");
  tree.file(
    "/etc/fstab",
    "proc\t/proc\tproc\tdefaults\t0 0\ntmpfs\t/tmp\ttmpfs\tdefaults\t0 0\ntmpfs\t/var\ttmpfs\tdefaults\t0 0\n",
  );
  tree.link("/etc/resolv.conf", "/var/resolv.conf");
  tree.dir("/etc/config");
  const live = { mtimeMs: persona.bootedAt };
  for (const folder of ["/tmp", "/var/tmp"]) tree.dir(folder, { mode: 0o1777, ...live });
  for (const folder of [
    "/var/run",
    "/var/log",
    "/var/lock",
    "/var/admin",
    "/mnt",
    "/lib",
    "/root",
    "/usr/sbin",
    "/usr/lib",
    "/www",
    "/home",
  ])
    tree.dir(folder, live);
  tree.file("/var/resolv.conf", "nameserver 192.168.1.1\n", live);
  tree.file(
    "/var/run/telnetd.pid",
    `${world.processes.find((one) => one.command === "telnetd")?.pid ?? 180}\n`,
    live,
  );
  tree.link("/linuxrc", "bin/busybox");
  tree.file("/www/index.html", `<html><head><title>${persona.hostname}</title></head><body></body></html>\n`);
  for (const account of persona.accounts) {
    const home = utf8ByteString(account.home);
    if (home !== "/") tree.dir(home, { uid: account.uid, gid: account.gid, ...live });
  }
}
