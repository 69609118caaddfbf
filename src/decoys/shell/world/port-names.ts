// /etc/services of a Debian machine, and the names that its tools take from it.

const SERVICES: readonly (readonly [name: string, port: string, others?: string])[] = [
  ["tcpmux", "1/tcp"],
  ["echo", "7/tcp"],
  ["discard", "9/tcp", "sink null"],
  ["ftp-data", "20/tcp"],
  ["ftp", "21/tcp"],
  ["ssh", "22/tcp"],
  ["telnet", "23/tcp"],
  ["smtp", "25/tcp", "mail"],
  ["domain", "53/tcp"],
  ["domain", "53/udp"],
  ["tftp", "69/udp"],
  ["http", "80/tcp", "www"],
  ["pop3", "110/tcp", "pop-3"],
  ["ntp", "123/udp"],
  ["imap2", "143/tcp", "imap"],
  ["snmp", "161/udp"],
  ["ldap", "389/tcp"],
  ["https", "443/tcp"],
  ["microsoft-ds", "445/tcp"],
  ["syslog", "514/udp"],
  ["ldaps", "636/tcp"],
  ["rsync", "873/tcp"],
  ["imaps", "993/tcp"],
  ["pop3s", "995/tcp"],
  ["mysql", "3306/tcp"],
  ["postgresql", "5432/tcp", "postgres"],
  ["redis", "6379/tcp"],
  ["http-alt", "8080/tcp", "webcache"],
];

const line = ([name, port, others]: (typeof SERVICES)[number]): string =>
  `${name}${name.length < 8 ? "\t\t" : "\t"}${port}${others ? `\t\t${others}` : ""}\n`;

/** The file. */
export const SERVICES_TEXT = `# Network services, Internet style\n\n${SERVICES.map(line).join("")}`;

/** What a TCP port is called, for tools that name ports. */
export const tcpNames: ReadonlyMap<number, string> = new Map(
  SERVICES.filter(([, port]) => port.endsWith("/tcp")).map(([name, port]) => [
    Number.parseInt(port, 10),
    name,
  ]),
);
