// A Debian server with the usual daemons: the machine that the host driver shows.
// Everything in one: more specialised servers are archetypes of their own.

import { domains, serverOuis, serverRoles } from "../facts.ts";
import { debian12 } from "../os-profiles/debian-12.ts";
import { defineArchetype } from "./archetype.ts";
import { numbered, serverAccounts, serverHardware } from "./parts.ts";

export const linuxServer = defineArchetype({
  name: "linux-server",
  summary: "Debian 12 server with the usual daemons",
  services: ["ssh", "http", "ftp", "redis", "mysql"],
  profiles: [debian12],
  only: { http: ["nginx"] },
  ouis: serverOuis,
  hostname: numbered(serverRoles),
  domains,
  accounts: serverAccounts,
  hardware: serverHardware,
  files: "a Debian installation with its logs, packages, web site and home folders",
  limits: "The TCP/IP stack is the host's Linux, which is what it claims to be.",
});
