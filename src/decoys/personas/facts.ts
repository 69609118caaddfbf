// Facts that personas are drawn from: names, processors, weak passwords, vendor prefixes of network cards.
// Versions live with the OS profiles.

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

/** Processors of the hosts that virtual Windows machines run on. */
export const windowsCpus = [
  "Intel(R) Xeon(R) Silver 4314 CPU @ 2.40GHz",
  "Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz",
  "AMD EPYC 7313 16-Core Processor",
] as const;
