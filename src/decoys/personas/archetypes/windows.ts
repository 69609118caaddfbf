// Windows machines: workstation, server, domain controller.
// Offers IIS and its FTP service only: a shell of Windows that could be believed does not exist here.

import { domains, windowsCpus } from "../facts.ts";
import { windows11, windowsServer2022, windowsServer2025 } from "../os-profiles/windows.ts";
import type { ArchetypeDefinition } from "./archetype.ts";
import { defineArchetype } from "./archetype.ts";
import { numbered, randomTail, windowsAccounts } from "./parts.ts";

const KERNEL =
  "TTL, window, scale and missing timestamps are Windows'; the order of the TCP options and the IP identification stay Linux's, so an active scan sees through it.";

const windows = {
  domains: domains.map((domain) => (domain.includes(".") ? domain : `corp.${domain}`)),
  accounts: windowsAccounts,
  files: "none beside the pages of IIS and, with FTP, a small tree to fetch",
} satisfies Partial<ArchetypeDefinition>;

const virtual = {
  ...windows,
  ouis: ["00:15:5d", "00:50:56"],
  hardware: (random) => ({
    cpuModel: random.pick(windowsCpus),
    cpus: random.pick([2, 4, 8]),
    memoryKib: random.pick([8_388_608, 16_777_216, 33_554_432]),
    diskKib: random.pick([83_886_080, 134_217_728]),
  }),
} satisfies Partial<ArchetypeDefinition>;

export const windowsWorkstation = defineArchetype({
  ...windows,
  name: "windows-workstation",
  summary: "Windows 11 on which somebody installed IIS",
  services: ["http"],
  profiles: [windows11],
  ouis: ["6c:2b:59", "8c:04:ba", "54:bf:64", "98:e7:43"],
  hostname: randomTail("DESKTOP-", 7),
  hardware: (random) => ({
    cpuModel: "13th Gen Intel(R) Core(TM) i5-13500",
    cpus: 20,
    memoryKib: random.pick([16_777_216, 33_554_432]),
    diskKib: 498_073_600,
  }),
  limits: `${KERNEL} No SMB, RDP or WinRM yet, which every real workstation of a domain would show.`,
});

export const windowsServer = defineArchetype({
  ...virtual,
  name: "windows-server",
  summary: "Windows Server 2022 or 2025 with IIS and its FTP service",
  services: ["http", "ftp"],
  profiles: [windowsServer2022, windowsServer2025],
  hostname: numbered(["SRV", "WEB", "APP", "FILE"]),
  limits: `${KERNEL} No SMB, RDP or WinRM yet.`,
});

export const domainController = defineArchetype({
  ...virtual,
  name: "domain-controller",
  summary: "Windows Server 2022 or 2025 with certificate enrolment",
  services: ["http"],
  profiles: [windowsServer2022, windowsServer2025],
  hostname: numbered(["DC", "ADC"]),
  limits: `${KERNEL} Certificate enrolment only: no LDAP, Kerberos, DNS or SMB yet.`,
});
