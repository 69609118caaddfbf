// Packages of the servers that a machine offers to the network, with the versions that they show there.

import type { Persona } from "../../personas/persona.ts";
import type { Package } from "./packages-debian.ts";

/** What is added to upstream's version, by system and service. */
const SUFFIXES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  debian: { http: "-9+deb12u2", ftp: "-13+b2", redis: "-1~deb12u6", mysql: "-1debian12" },
  ubuntu: { http: "-2ubuntu7.5", ftp: "-13.1build1", redis: "-1ubuntu0.24.04.2", mysql: "-1ubuntu24.04" },
};

const NAMED: readonly (readonly [
  service: string,
  product: string,
  epoch: string,
  name: string,
  text: string,
])[] = [
  ["ftp", "vsftpd", "", "vsftpd", "lightweight, efficient FTP server written for security"],
  ["http", "nginx", "", "nginx", "small, powerful, scalable web/proxy server"],
  ["mysql", "MySQL", "", "mysql-community-client", "MySQL Client"],
  ["mysql", "MySQL", "", "mysql-community-server", "MySQL Server"],
  ["redis", "Redis", "5:", "redis-server", "Persistent key-value database with network interface"],
];

/** Those of a persona. */
export function serverPackages({ os, products }: Persona): readonly Package[] {
  const suffixes = SUFFIXES[os.pretty.startsWith("Ubuntu") ? "ubuntu" : "debian"] ?? {};
  return NAMED.flatMap(([service, product, epoch, name, text]) => {
    const claim = products[service];
    if (claim?.product !== product) return [];
    const version = `${epoch}${claim.version.split(" ")[0]}${suffixes[service] ?? ""}`;
    return [{ name, version, all: false, text }];
  });
}
