// What every Debian server has in /etc besides: name lookup, accounts, limits, PAM, logs. Texts of our own from the settings
// that the packages come with.

import type { TreeBuilder } from "./builder.ts";
import { SERVICES_TEXT } from "./port-names.ts";
import type { World } from "./world.ts";

const NSSWITCH = `# /etc/nsswitch.conf
#
# Name Service Switch: where names are looked up, see nsswitch.conf(5).

passwd:         files systemd
group:          files systemd
shadow:         files systemd
gshadow:        files systemd

hosts:          files dns
networks:       files

protocols:      db files
services:       db files
ethers:         db files
rpc:            db files

netgroup:       nis
`;
const LOGIN_DEFS = `# /etc/login.defs - settings of the login suite, see login.defs(5).

MAIL_DIR        /var/mail
FAILLOG_ENAB		yes
LOG_UNKFAIL_ENAB	no
LOG_OK_LOGINS		no
SYSLOG_SU_ENAB		yes
SYSLOG_SG_ENAB		yes
FTMP_FILE	/var/log/btmp
SU_NAME		su
HUSHLOGIN_FILE	.hushlogin
ENV_SUPATH	PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ENV_PATH	PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games
TTYGROUP	tty
TTYPERM		0600
ERASECHAR	0177
KILLCHAR	025
UMASK		022
PASS_MAX_DAYS	99999
PASS_MIN_DAYS	0
PASS_WARN_AGE	7
UID_MIN			 1000
UID_MAX			60000
SUB_UID_MIN		   100000
SUB_UID_MAX		600100000
SUB_UID_COUNT		    65536
GID_MIN			 1000
GID_MAX			60000
SUB_GID_MIN		   100000
SUB_GID_MAX		600100000
SUB_GID_COUNT		    65536
LOGIN_RETRIES		5
LOGIN_TIMEOUT		60
CHFN_RESTRICT		rwh
DEFAULT_HOME	yes
USERGROUPS_ENAB yes
ENCRYPT_METHOD SHA512
NONEXISTENT	/nonexistent
PREVENT_NO_AUTH superuser
`;
const ADDUSER = `# /etc/adduser.conf: adduser(8), all at their defaults.

#DSHELL=/bin/bash
#DHOME=/home
#SKEL=/etc/skel
#FIRST_SYSTEM_UID=100
#LAST_SYSTEM_UID=999
#FIRST_UID=1000
#LAST_UID=59999
#USERGROUPS=yes
#DIR_MODE=0700
#SYS_DIR_MODE=0755
`;
const PROFILE = `# /etc/profile: system-wide .profile file for the Bourne shell (sh(1))

if [ "$(id -u)" -eq 0 ]; then
  PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
else
  PATH="/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"
fi
export PATH

if [ "\${BASH-}" ] && [ -f /etc/bash.bashrc ]; then
  . /etc/bash.bashrc
fi

for i in /etc/profile.d/*.sh; do
  if [ -r "$i" ]; then . "$i"; fi
done
unset i
`;
const COMMON_AUTH = `auth	[success=1 default=ignore]	pam_unix.so nullok
auth	requisite			pam_deny.so
auth	required			pam_permit.so
auth	optional			pam_cap.so
`;
const PAM_SSHD = `@include common-auth
account    required     pam_nologin.so
@include common-account
session [success=ok ignore=ignore module_unknown=ignore default=bad]        pam_selinux.so close
session    required     pam_loginuid.so
session    optional     pam_keyinit.so force revoke
@include common-session
session    optional     pam_motd.so  motd=/run/motd.dynamic
session    optional     pam_motd.so noupdate
session    optional     pam_mail.so standard noenv
session    required     pam_limits.so
session    required     pam_env.so
@include common-password
`;
const FILES: readonly (readonly [path: string, text: string])[] = [
  ["nsswitch.conf", NSSWITCH],
  ["host.conf", "# Resolver settings, see host.conf(5).\nmulti on\n"],
  ["networks", "default\t\t0.0.0.0\nloopback\t127.0.0.0\nlink-local\t169.254.0.0\n\n"],
  ["login.defs", LOGIN_DEFS],
  ["adduser.conf", ADDUSER],
  ["deluser.conf", "# /etc/deluser.conf: deluser(8), all at their defaults.\n\n#REMOVE_HOME=0\n#BACKUP=0\n"],
  ["default/useradd", "# Defaults of useradd(8).\nSHELL=/bin/sh\n"],
  ["default/locale", "LANG=en_US.UTF-8\n"],
  ["default/cron", '# Options of cron(8).\nREAD_ENV="yes"\n'],
  ["default/ssh", "# Options that sshd is started with.\nSSHD_OPTS=\n"],
  [
    "default/grub",
    'GRUB_DEFAULT=0\nGRUB_TIMEOUT=5\nGRUB_DISTRIBUTOR=`lsb_release -i -s 2> /dev/null || echo Debian`\nGRUB_CMDLINE_LINUX_DEFAULT="quiet"\nGRUB_CMDLINE_LINUX=""\n',
  ],
  ["environment", ""],
  ["ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n\n"],
  ["ld.so.conf.d/libc.conf", "# libc's own place\n/usr/local/lib\n"],
  [
    "ld.so.conf.d/x86_64-linux-gnu.conf",
    "# Places of this architecture\n/usr/local/lib/x86_64-linux-gnu\n/lib/x86_64-linux-gnu\n/usr/lib/x86_64-linux-gnu\n",
  ],
  ["libaudit.conf", "# Settings of libaudit, see libaudit.conf(5).\n\nfailure_action = ignore\n"],
  ["modules", "# Modules that are loaded at boot, one a line.\n\n"],
  ["profile", PROFILE],
  ["pam.d/common-auth", COMMON_AUTH],
  [
    "pam.d/common-account",
    "account\t[success=1 new_authtok_reqd=done default=ignore]\tpam_unix.so\naccount\trequisite\t\t\tpam_deny.so\naccount\trequired\t\t\tpam_permit.so\n",
  ],
  [
    "pam.d/common-password",
    "password\t[success=1 default=ignore]\tpam_unix.so obscure yescrypt\npassword\trequisite\t\t\tpam_deny.so\npassword\trequired\t\t\tpam_permit.so\n",
  ],
  [
    "pam.d/common-session",
    "session\t[default=1]\t\t\tpam_permit.so\nsession\trequisite\t\t\tpam_deny.so\nsession\trequired\t\t\tpam_permit.so\nsession\trequired\tpam_unix.so\nsession\toptional\tpam_systemd.so\n",
  ],
  ["pam.d/sshd", PAM_SSHD],
  [
    "security/limits.conf",
    "# Limits of sessions, see limits.conf(5): domain, type, item, value.\n#\n#*               soft    core            0\n#root            hard    core            100000\n#@student        hard    nproc           20\n\n# End of file\n",
  ],
  [
    "sysctl.conf",
    "# Kernel parameters, see sysctl.conf(5).\n\n#net.ipv4.ip_forward=1\n#net.ipv4.tcp_syncookies=1\n#kernel.sysrq=438\n",
  ],
  [
    "rsyslog.conf",
    'module(load="imuxsock")\nmodule(load="imklog")\n\n$FileOwner root\n$FileGroup adm\n$FileCreateMode 0640\n$DirCreateMode 0755\n$Umask 0022\n$WorkDirectory /var/spool/rsyslog\n$IncludeConfig /etc/rsyslog.d/*.conf\n\n*.*;auth,authpriv.none\t\t-/var/log/syslog\nauth,authpriv.*\t\t\t/var/log/auth.log\ncron.*\t\t\t\t-/var/log/cron.log\nkern.*\t\t\t\t-/var/log/kern.log\nmail.*\t\t\t\t-/var/log/mail.log\nuser.*\t\t\t\t-/var/log/user.log\n*.emerg\t\t\t\t:omusrmsg:*\n',
  ],
  [
    "logrotate.conf",
    "# see logrotate(8)\nweekly\nrotate 4\ncreate\n#dateext\n#compress\ninclude /etc/logrotate.d\n",
  ],
  [
    "network/interfaces",
    "# The interfaces of this machine, see interfaces(5).\n\nsource /etc/network/interfaces.d/*\n\nauto lo\niface lo inet loopback\n",
  ],
  ["skel/.bash_logout", "# ~/.bash_logout: executed by bash(1) when login shell exits.\n"],
  [
    "skel/.bashrc",
    "# ~/.bashrc: executed by bash(1) for non-login shells.\n\ncase $- in\n    *i*) ;;\n      *) return;;\nesac\n",
  ],
  ["skel/.profile", "# ~/.profile: executed by the command interpreter for login shells.\n"],
];

/** Adds them. */
export function addBaseFiles(tree: TreeBuilder, world: World): void {
  for (const [path, text] of FILES) tree.file(`/etc/${path}`, text);
  tree.file("/etc/services", SERVICES_TEXT);
  const people = world.persona.accounts.filter(({ uid }) => uid >= 1000);
  const ranges = people.map(({ name }, i) => `${name}:${100_000 + i * 65_536}:65536\n`).join("");
  for (const name of ["subuid", "subgid"]) tree.file(`/etc/${name}`, ranges);
  tree.link("/etc/mtab", "../proc/self/mounts");
  tree.link("/etc/localtime", "/usr/share/zoneinfo/Etc/UTC");
  for (const folder of [
    "alternatives",
    "logrotate.d",
    "rsyslog.d",
    "sudoers.d",
    "sysctl.d",
    "modules-load.d",
    "opt",
  ])
    tree.dir(`/etc/${folder}`);
  for (const folder of ["interfaces.d", "if-up.d", "if-down.d"]) tree.dir(`/etc/network/${folder}`);
}
