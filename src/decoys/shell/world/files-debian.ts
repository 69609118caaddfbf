// Files of the Debian server: /etc, homes, logs and the programs in /usr/bin.

import { utf8ByteString } from "../bytes.ts";
import { liveContent } from "../vfs/content.ts";
import type { TreeBuilder } from "./builder.ts";
import { distributionOf } from "./distribution.ts";
import { programContent } from "./elf.ts";
import { historyOf } from "./files-admin.ts";
import { addBaseFiles } from "./files-base.ts";
import { groupFile, passwdFile, shadowFile } from "./files-etc.ts";
import { addLogs } from "./files-logs.ts";
import { addProductFiles } from "./files-products.ts";
import { addSshFiles } from "./files-ssh.ts";
import type { World } from "./world.ts";

/** Sizes of a few programs of Debian 12 that intruders look at; others are drawn. */
const SIZES = new Map([
  ["ls", 151_344],
  ["cat", 44_016],
  ["bash", 1_265_648],
  ["echo", 43_856],
  ["wget", 500_520],
  ["curl", 277_504],
  ["ps", 145_024],
  ["dash", 125_640],
  ["sh", 125_640],
  ["nginx", 1_252_368],
  ["sshd", 1_033_648],
  ["vsftpd", 174_664],
  ["mysqld", 64_482_472],
  ["mysql", 7_811_536],
]);
/** Where programs are that are not in /usr/bin. */
const SBIN = new Set([
  "ifconfig",
  "route",
  "iptables",
  "reboot",
  "shutdown",
  "poweroff",
  "halt",
  "useradd",
  "adduser",
  "usermod",
  "userdel",
  "chpasswd",
  "service",
  "lsmod",
  "modprobe",
  "insmod",
  "rmmod",
  "sysctl",
  "ip",
  "arp",
  "nologin",
  "fdisk",
  "cron",
  "dmidecode",
  "tc",
  "visudo",
  "blkid",
  "nginx",
  "sshd",
  "vsftpd",
  "mysqld",
]);

function addPrograms(tree: TreeBuilder, world: World, programs: readonly string[]): void {
  const random = world.persona.random("shell-programs");
  for (const name of programs) {
    const size = SIZES.get(name) ?? 14_000 + random.below(140_000);
    const path = `/usr/${SBIN.has(name) ? "sbin" : "bin"}/${name}`;
    const mode = name === "sudo" || name === "su" || name === "passwd" || name === "mount" ? 0o4755 : 0o755;
    const content = programContent(world.machine, size, random.below(2 ** 31));
    if (name === "dash") continue;
    if (name === "sh") {
      tree.file("/usr/bin/dash", content, { mode, program: "sh" });
      tree.link("/usr/bin/sh", "dash");
    } else tree.file(path, content, { mode, program: name });
  }
  if (!programs.includes("python3")) return;
  tree.link(`/usr/bin/python${/^3\.\d+/.exec(distributionOf(world.persona).python.version)?.[0]}`, "python3");
}

function addEtc(tree: TreeBuilder, world: World): void {
  const { persona } = world;
  const since = persona.installedAt;
  tree.file("/etc/passwd", passwdFile(world));
  tree.file("/etc/shadow", shadowFile(world), { mode: 0o640, gid: 42 });
  tree.file("/etc/group", groupFile(world));
  tree.file("/etc/gshadow", "root:*::\n", { mode: 0o640, gid: 42 });
  tree.file("/etc/hostname", `${persona.hostname}\n`);
  tree.file(
    "/etc/hosts",
    `127.0.0.1\tlocalhost\n127.0.1.1\t${persona.hostname}.${persona.domain}\t${persona.hostname}\n\n# The following lines are desirable for IPv6 capable hosts\n::1     localhost ip6-localhost ip6-loopback\nff02::1 ip6-allnodes\nff02::2 ip6-allrouters\n`,
  );
  const system = distributionOf(persona);
  tree.file(
    "/etc/issue",
    // agetty fills in the host's name and the terminal's.
    `${system.issue(persona.os.pretty)} \\n \\l\n\n`,
  );
  tree.file("/etc/issue.net", `${system.issue(persona.os.pretty)}\n`);
  tree.file(
    "/etc/debian_version",
    `${system.debianVersion}
`,
  );
  tree.file("/etc/os-release", system.osRelease(persona.os.pretty));
  if (system.motd !== "") tree.file("/etc/motd", system.motd);
  tree.file(
    "/etc/resolv.conf",
    `domain ${persona.domain}\nsearch ${persona.domain}\nnameserver ${world.network.prefix}.1\n`,
  );
  tree.file(
    "/etc/fstab",
    "# /etc/fstab: static file system information.\n#\n# <file system> <mount point>   <type>  <options>       <dump>  <pass>\n/dev/sda1       /               ext4    errors=remount-ro 0       1\n/dev/sda5       none            swap    sw              0       0\n",
  );
  tree.file(
    "/etc/crontab",
    "# /etc/crontab: system-wide crontab\nSHELL=/bin/sh\nPATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin\n\n17 *\t* * *\troot\tcd / && run-parts --report /etc/cron.hourly\n25 6\t* * *\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }\n",
  );
  addSshFiles(tree, world);
  tree.file(
    "/etc/sudoers",
    "Defaults\tenv_reset\nDefaults\tmail_badpass\n\nroot\tALL=(ALL:ALL) ALL\n%sudo\tALL=(ALL:ALL) ALL\n",
    { mode: 0o440 },
  );
  tree.file(system.sources.path, system.sources.text);
  tree.file("/etc/timezone", "Etc/UTC\n");
  tree.file("/etc/machine-id", `${Buffer.from(persona.random("machine-id").bytes(16)).toString("hex")}\n`, {
    mode: 0o444,
  });
  tree.file("/etc/bash.bashrc", "# System-wide .bashrc file for interactive bash(1) shells.\n");
  tree.file(
    "/etc/shells",
    "# /etc/shells: valid login shells\n/bin/sh\n/usr/bin/sh\n/bin/bash\n/usr/bin/bash\n/bin/rbash\n/usr/bin/rbash\n/bin/dash\n/usr/bin/dash\n",
  );
  for (const folder of [
    "cron.d",
    "cron.daily",
    "cron.hourly",
    "cron.monthly",
    "cron.weekly",
    "init.d",
    "rc.local.d",
    "systemd/system",
    "network",
    "default",
    "ld.so.conf.d",
    "apt/apt.conf.d",
    "security",
    "skel",
    "profile.d",
  ])
    tree.dir(`/etc/${folder}`, { mtimeMs: since });
}

function addHomes(tree: TreeBuilder, world: World): void {
  for (const account of world.persona.accounts) {
    const home = utf8ByteString(account.home);
    const own = { uid: account.uid, gid: account.gid };
    tree.dir(home, { ...own, mode: account.uid === 0 ? 0o700 : 0o755 });
    tree.file(
      `${home}/.bashrc`,
      account.uid === 0
        ? "# ~/.bashrc: executed by bash(1) for non-login shells.\n\n# export LS_OPTIONS='--color=auto'\n# alias ls='ls $LS_OPTIONS'\n"
        : "# ~/.bashrc: executed by bash(1) for non-login shells.\n\ncase $- in\n    *i*) ;;\n      *) return;;\nesac\n",
      own,
    );
    tree.file(
      `${home}/.profile`,
      '# ~/.profile: executed by Bourne-compatible login shells.\n\nif [ "$BASH" ]; then\n  if [ -f ~/.bashrc ]; then\n    . ~/.bashrc\n  fi\nfi\n\nmesg n 2> /dev/null || true\n',
      own,
    );
    if (account.uid !== 0)
      tree.file(
        `${home}/.bash_logout`,
        "# ~/.bash_logout: executed by bash(1) when login shell exits.\n",
        own,
      );
    tree.file(`${home}/.bash_history`, historyOf(world, account.name), { ...own, mode: 0o600 });
    tree.dir(`${home}/.ssh`, { ...own, mode: 0o700 });
  }
}

function addVar(tree: TreeBuilder, world: World): void {
  const { persona } = world;
  const live = persona.bootedAt;
  addLogs(tree, world);
  for (const folder of [
    "/var/backups",
    "/var/cache",
    "/var/lib/dpkg",
    "/var/mail",
    "/var/spool/cron",
    "/var/opt",
    "/var/local",
    "/srv",
    "/opt",
    "/mnt",
    "/media",
    "/boot",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/share",
    "/usr/include",
    "/usr/src",
    "/run/lock",
    "/run/user/0",
  ])
    tree.dir(folder);
  tree.dir("/var/spool/cron/crontabs", { mode: 0o1730, gid: 101 });
  tree.dir("/lost+found", { mode: 0o700, size: 16_384 });
  for (const folder of ["/tmp", "/var/tmp", "/run/lock"]) tree.dir(folder, { mode: 0o1777, mtimeMs: live });
  tree.link("/var/run", "/run");
  tree.link("/var/lock", "/run/lock");
  tree.file(
    "/run/utmp",
    liveContent(() => ""),
    { mode: 0o664, gid: 43 },
  );
  tree.file(`/boot/vmlinuz-${persona.os.release}`, programContent(world.machine, 8_212_352, 77));
  tree.file(`/boot/config-${persona.os.release}`, "CONFIG_X86_64=y\n");
  addProductFiles(tree, world);
}

/** Adds all of them. */
export function addDebianFiles(tree: TreeBuilder, world: World, programs: readonly string[]): void {
  for (const name of ["bin", "sbin", "lib"]) tree.link(`/${name}`, `usr/${name}`);
  tree.link("/lib64", "usr/lib64");
  tree.dir("/usr/lib");
  tree.dir("/usr/lib64");
  tree.dir("/usr/games");
  addPrograms(tree, world, programs);
  addEtc(tree, world);
  addBaseFiles(tree, world);
  addHomes(tree, world);
  addVar(tree, world);
}
