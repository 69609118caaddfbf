// What the administrator of a Debian server left: sshd's settings and the history of a shell.
// Says nothing that the decoys contradict: the server asks by keyboard-interactive too, and every command is there.

import type { World } from "./world.ts";

const SSHD_CONFIG = `# This is the sshd server system-wide configuration file.  See
# sshd_config(5) for more information.

Include /etc/ssh/sshd_config.d/*.conf

#Port 22
#AddressFamily any
#ListenAddress 0.0.0.0
#ListenAddress ::

#HostKey /etc/ssh/ssh_host_rsa_key
#HostKey /etc/ssh/ssh_host_ecdsa_key
#HostKey /etc/ssh/ssh_host_ed25519_key

#SyslogFacility AUTH
#LogLevel INFO

#LoginGraceTime 2m
PermitRootLogin yes
#StrictModes yes
#MaxAuthTries 6
#MaxSessions 10

#PubkeyAuthentication yes
#AuthorizedKeysFile	.ssh/authorized_keys .ssh/authorized_keys2
#PasswordAuthentication yes
#PermitEmptyPasswords no
KbdInteractiveAuthentication yes
UsePAM yes

X11Forwarding yes
PrintMotd no
#UseDNS no
#Banner none
AcceptEnv LANG LC_*
Subsystem	sftp	/usr/lib/openssh/sftp-server
`;

/** /etc/ssh/sshd_config: what is set, and the defaults as comments. */
export function sshdConfig(ports: readonly number[]): string {
  const usual = ports.length === 0 || (ports.length === 1 && ports[0] === 22);
  return usual
    ? SSHD_CONFIG
    : SSHD_CONFIG.replace("#Port 22", ports.map((port) => `Port ${port}`).join("\n"));
}

/** Commands of somebody who looks after a server. */
const EVERYDAY = [
  "df -h",
  "free -m",
  "uptime",
  "ls -la",
  "apt update",
  "apt upgrade",
  "w",
  "last",
  "ps aux",
  "cat /etc/os-release",
  "ip a",
  "crontab -l",
  "du -sh /var/log",
  "tail -n 50 /var/log/auth.log",
  "cd /etc",
  "systemctl status ssh",
];
/** What the products of the machine ask for besides. */
const OF_PRODUCTS = new Map([
  ["http", ["systemctl reload nginx", "tail /var/log/nginx/error.log", "cd /var/www/html"]],
  ["mysql", ["systemctl status mysql", "cat /etc/mysql/mysql.conf.d/mysqld.cnf"]],
  ["redis", ["systemctl restart redis-server", "cat /etc/redis/redis.conf"]],
  ["ftp", ["cat /etc/vsftpd.conf", "ls -la /srv/ftp"]],
]);

/** ~/.bash_history of an account. */
export function historyOf({ persona }: World, name: string): string {
  const random = persona.random(`history-${name}`);
  const products = [...OF_PRODUCTS].filter(([key]) => key in persona.products).flatMap(([, list]) => list);
  const known = [...EVERYDAY, ...products];
  const lines = Array.from({ length: 18 + random.below(14) }, () => known[random.below(known.length)] ?? "w");
  return `${lines.filter((line, i) => line !== lines[i - 1]).join("\n")}\nexit\n`;
}
