// Accounts and groups of a machine: those of its system and those of its persona.

import type { Account, Persona } from "../../personas/persona.ts";
import { utf8ByteString } from "../bytes.ts";
import type { User } from "../run/proc.ts";

interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

const DEBIAN_USERS = `daemon:1:1:daemon:/usr/sbin:/usr/sbin/nologin
bin:2:2:bin:/bin:/usr/sbin/nologin
sys:3:3:sys:/dev:/usr/sbin/nologin
sync:4:65534:sync:/bin:/bin/sync
games:5:60:games:/usr/games:/usr/sbin/nologin
man:6:12:man:/var/cache/man:/usr/sbin/nologin
lp:7:7:lp:/var/spool/lpd:/usr/sbin/nologin
mail:8:8:mail:/var/mail:/usr/sbin/nologin
news:9:9:news:/var/spool/news:/usr/sbin/nologin
uucp:10:10:uucp:/var/spool/uucp:/usr/sbin/nologin
proxy:13:13:proxy:/bin:/usr/sbin/nologin
www-data:33:33:www-data:/var/www:/usr/sbin/nologin
backup:34:34:backup:/var/backups:/usr/sbin/nologin
list:38:38:Mailing List Manager:/var/list:/usr/sbin/nologin
irc:39:39:ircd:/run/ircd:/usr/sbin/nologin
_apt:42:65534::/nonexistent:/usr/sbin/nologin
nobody:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
systemd-network:998:998:systemd Network Management:/:/usr/sbin/nologin
messagebus:100:107::/nonexistent:/usr/sbin/nologin
sshd:101:65534::/run/sshd:/usr/sbin/nologin`;

const SERVICE_USERS = new Map([
  ["ftp", "ftp:102:109:ftp daemon,,,:/srv/ftp:/usr/sbin/nologin"],
  ["redis", "redis:103:110::/var/lib/redis:/usr/sbin/nologin"],
  ["mysql", "mysql:104:111:MySQL Server,,,:/nonexistent:/bin/false"],
]);

const DEVICE_USERS = `daemon:1:1:daemon:/usr/sbin:/bin/false
nobody:65534:65534:nobody:/var:/bin/false`;

const DEBIAN_GROUPS = `root:0 daemon:1 bin:2 sys:3 adm:4 tty:5 disk:6 lp:7 mail:8 news:9 uucp:10 man:12 proxy:13 kmem:15 dialout:20 fax:21 voice:22 cdrom:24 floppy:25 tape:26 sudo:27 audio:29 dip:30 www-data:33 backup:34 operator:37 list:38 irc:39 src:40 shadow:42 utmp:43 video:44 sasl:45 plugdev:46 staff:50 games:60 users:100 nogroup:65534 systemd-journal:999 systemd-network:998 crontab:101 input:102 sgx:103 kvm:104 render:105 netdev:106 messagebus:107 _ssh:108 ftp:109 redis:110 mysql:111`;

const DEVICE_GROUPS = "root:0 daemon:1 nogroup:65534";

/** Groups that the installer puts its first user into. */
const FIRST_USER_GROUPS = ["cdrom", "floppy", "audio", "dip", "video", "plugdev", "users", "netdev"];

function fromLine(line: string): User {
  const [name = "", uid = "", gid = "", gecos = "", home = "", shell = ""] = line.split(":");
  return { name, uid: Number(uid), gid: Number(gid), groups: [Number(gid)], gecos, home, shell };
}

/** A persona's account as a user. */
export function toUser(account: Account, groups: readonly number[] = []): User {
  const { uid, gid } = account;
  const text = (value: string): string => utf8ByteString(value);
  return {
    name: text(account.name),
    uid,
    gid,
    groups: [gid, ...groups],
    gecos: text(account.gecos),
    home: text(account.home),
    shell: text(account.shell),
  };
}

/** Users and groups of a persona, as /etc/passwd and /etc/group list them. */
export function usersOf(persona: Persona): { users: readonly User[]; groups: readonly Group[] } {
  const debian = persona.os.flavour === "debian";
  const system = (debian ? DEBIAN_USERS : DEVICE_USERS).split("\n").map(fromLine);
  const services = [...SERVICE_USERS]
    .filter(([service]) => debian && service in persona.products)
    .map(([, line]) => fromLine(line));
  const first = persona.accounts.find((account) => account.uid === 1000)?.name;
  const names = (debian ? DEBIAN_GROUPS : DEVICE_GROUPS)
    .split(" ")
    .map((entry) => entry.split(":") as [string, string]);
  const groups: Group[] = names
    .filter(([name]) => !SERVICE_USERS.has(name) || services.some((user) => user.name === name))
    .map(([name, gid]) => ({
      name,
      gid: Number(gid),
      members: first && debian && FIRST_USER_GROUPS.includes(name) ? [utf8ByteString(first)] : [],
    }));
  for (const account of persona.accounts) {
    if (!groups.some((group) => group.gid === account.gid))
      groups.push({ name: utf8ByteString(account.name), gid: account.gid, members: [] });
  }
  const extra = (account: Account): number[] =>
    groups.filter((group) => group.members.includes(utf8ByteString(account.name))).map((group) => group.gid);
  const people = persona.accounts.map((account) => toUser(account, debian ? extra(account) : []));
  const root =
    people.find((user) => user.uid === 0) ??
    fromLine(`root:0:0:root:/root:${debian ? "/bin/bash" : "/bin/sh"}`);
  return { users: [root, ...system, ...services, ...people.filter((user) => user.uid !== 0)], groups };
}
