// Facts that personas are drawn from: versions with the day they came out, names, weak passwords.
// Versions and dates: Debian 12 package changelogs; MySQL 8.0 release notes.

/** A Debian 12 kernel: `uname -r`, the tail of `uname -v`, the day it was built. */
export const debianKernels = [
  { release: "6.1.0-13-amd64", build: "6.1.55-1", day: "2023-09-29" },
  { release: "6.1.0-18-amd64", build: "6.1.76-1", day: "2024-02-01" },
  { release: "6.1.0-21-amd64", build: "6.1.90-1", day: "2024-05-03" },
  { release: "6.1.0-25-amd64", build: "6.1.106-3", day: "2024-08-26" },
  { release: "6.1.0-28-amd64", build: "6.1.119-1", day: "2024-11-22" },
  { release: "6.1.0-31-amd64", build: "6.1.128-1", day: "2025-02-07" },
  { release: "6.1.0-37-amd64", build: "6.1.140-1", day: "2025-05-22" },
  { release: "6.1.0-40-amd64", build: "6.1.153-1", day: "2025-09-20" },
] as const;

/** Security uploads of Debian 12's OpenSSH; what each offers is in the ssh decoy. */
export const opensshVersions = [
  "9.2p1 Debian-2+deb12u3",
  "9.2p1 Debian-2+deb12u5",
  "9.2p1 Debian-2+deb12u7",
] as const;

export const mysqlVersions = ["8.0.36", "8.0.37", "8.0.39", "8.0.40", "8.0.41", "8.0.42"] as const;

export const serverCpus = [
  "Intel(R) Xeon(R) CPU E5-2640 v4 @ 2.40GHz",
  "Intel(R) Xeon(R) Silver 4210 CPU @ 2.20GHz",
  "Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz",
  "AMD EPYC 7302P 16-Core Processor",
] as const;

export const serverRoles = ["intranet", "files", "app", "backup", "portal", "erp", "wiki", "build"] as const;

export const domains = ["corp.lan", "office.lan", "internal", "int.local", "hq.lan"] as const;

export const deviceNames = ["router", "gateway", "wlan", "ap", "repeater"] as const;

/** Accounts that people make for a purpose; none that Debian makes by itself. */
export const staffAccounts = ["deploy", "admin", "webmaster", "operator", "support", "ansible"] as const;

/** Passwords that any list of the first hundred holds. */
export const weakPasswords = [
  "123456",
  "password",
  "12345678",
  "admin",
  "admin123",
  "root",
  "qwerty",
  "1q2w3e4r",
  "password123",
  "P@ssw0rd",
  "letmein",
  "abc123",
] as const;

/** Passwords that lists for small devices begin with. */
export const devicePasswords = [
  "admin",
  "root",
  "12345",
  "1234",
  "888888",
  "666666",
  "password",
  "user",
] as const;

/** Vendor prefixes of servers' network cards (IEEE registry): Dell, HP, Supermicro. */
export const serverOuis = ["18:66:da", "3c:a8:2a", "0c:c4:7a"] as const;
