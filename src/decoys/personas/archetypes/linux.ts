// Linux machines with one job each.
// Offers only what the decoys can carry today: where a machine's main protocol is missing, its limits say so.

import { domains, serverOuis } from "../facts.ts";
import { alpine321 } from "../os-profiles/alpine-3.21.ts";
import { debian12 } from "../os-profiles/debian-12.ts";
import { rocky9 } from "../os-profiles/rocky-9.ts";
import { ubuntu2404 } from "../os-profiles/ubuntu-24.04.ts";
import type { ArchetypeDefinition } from "./archetype.ts";
import { defineArchetype } from "./archetype.ts";
import { numbered, serverAccounts, serverHardware } from "./parts.ts";

const SAME_KERNEL = "The TCP/IP stack is the host's Linux, which is what it claims to be.";

const server = {
  ouis: serverOuis,
  domains,
  accounts: serverAccounts,
  hardware: serverHardware,
} satisfies Partial<ArchetypeDefinition>;

export const webServer = defineArchetype({
  ...server,
  name: "web-server",
  summary: "Debian or Ubuntu with nginx and a company's site",
  services: ["http", "ssh"],
  profiles: [debian12, ubuntu2404],
  only: { http: ["nginx"] },
  hostname: numbered(["web", "www", "portal", "front"]),
  files: "the distribution's own, with the web site in /var/www/html",
  limits: `${SAME_KERNEL} No https yet.`,
});

export const appServer = defineArchetype({
  ...server,
  name: "app-server",
  summary: "Rocky Linux 9 with Apache and a company's site",
  services: ["http"],
  profiles: [rocky9],
  hostname: numbered(["app", "erp", "crm", "intranet"]),
  files: "none that can be reached: no decoy opens a shell on it",
  limits: `${SAME_KERNEL} No ssh: the shell knows Debian and Ubuntu only.`,
});

export const databaseServer = defineArchetype({
  ...server,
  name: "database-server",
  summary: "Debian 12 with MySQL and Redis",
  services: ["mysql", "redis", "ssh"],
  profiles: [debian12],
  hostname: numbered(["db", "mysql", "sql", "data"]),
  files: "a Debian installation with the databases' configuration and logs",
  limits: SAME_KERNEL,
});

export const fileServer = defineArchetype({
  ...server,
  name: "file-server",
  summary: "Debian or Ubuntu with vsftpd",
  services: ["ftp", "ssh"],
  profiles: [debian12, ubuntu2404],
  hostname: numbered(["files", "fs", "share", "backup"]),
  files: "the distribution's own, with home folders to fetch and to fill",
  limits: `${SAME_KERNEL} No SMB and no NFS yet.`,
});

export const mailServer = defineArchetype({
  ...server,
  name: "mail-server",
  summary: "Debian or Ubuntu with Apache and webmail",
  services: ["http"],
  profiles: [debian12, ubuntu2404],
  only: { http: ["Apache httpd"] },
  hostname: numbered(["mail", "mx", "webmail"]),
  files: "none that can be reached: the mailbox behind the login is empty",
  limits: `${SAME_KERNEL} Webmail only: no SMTP, IMAP or POP3 yet.`,
});

export const voipPbx = defineArchetype({
  ...server,
  name: "voip-pbx",
  summary: "telephone system: Debian 12, Apache and its administration",
  services: ["http"],
  profiles: [debian12],
  only: { http: ["Apache httpd"] },
  hostname: numbered(["pbx", "voip", "sip"]),
  files: "none that can be reached",
  limits: `${SAME_KERNEL} Its administration only: no SIP yet.`,
});

export const containerHost = defineArchetype({
  ...server,
  name: "container-host",
  summary: "Alpine Linux with an image registry behind nginx",
  services: ["http"],
  profiles: [alpine321],
  hostname: numbered(["docker", "registry", "ci", "node"]),
  files: "image names and tags; no layer can be pulled",
  limits: `${SAME_KERNEL} The registry only: no Docker or Kubernetes API yet.`,
});
