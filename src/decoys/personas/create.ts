// Draws machines from the secret: one function per archetype, all of one shape.
// Decides nothing at random: the same secret gives the same machine for ever.

import type { Random } from "../../contract/random.ts";
import {
  debianKernels,
  deviceNames,
  devicePasswords,
  domains,
  mysqlVersions,
  opensshVersions,
  serverCpus,
  serverOuis,
  serverRoles,
  staffAccounts,
  weakPasswords,
} from "./facts.ts";
import { deviceBuilds, firmwareTitle } from "./firmware.ts";
import type { Account, Persona } from "./persona.ts";
import type { InstallSecret } from "./secret.ts";
import { drawFrom } from "./secret.ts";

const DAY_MS = 86_400_000;

/** A login that lets an intruder in, in place of those drawn from the secret. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

type Draft = Omit<Persona, "random" | "shared" | "admits" | "decky"> & { readonly name: string };

function macOf(random: Random, ouis: readonly string[]): string {
  const tail = Array.from(random.bytes(3), (byte) => byte.toString(16).padStart(2, "0"));
  return [random.pick(ouis), ...tail].join(":");
}

function datesOf(random: Random, madeAt: number): { bootedAt: number; installedAt: number } {
  const bootedAt = madeAt - (4 + random.below(90)) * DAY_MS - random.below(DAY_MS);
  return { bootedAt, installedAt: bootedAt - (60 + random.below(400)) * DAY_MS };
}

function kernelAt(ms: number): (typeof debianKernels)[number] {
  return debianKernels.findLast((kernel) => Date.parse(kernel.day) < ms) ?? debianKernels[0];
}

function account(name: string, uid: number, gecos: string, password: string | null): Account {
  const home = name === "root" ? "/root" : `/home/${name}`;
  return { name, uid, gid: uid, gecos, home, shell: "/bin/bash", password };
}

function server(random: Random, madeAt: number): Draft {
  const dates = datesOf(random, madeAt);
  const kernel = kernelAt(dates.bootedAt);
  const name = `${random.pick(serverRoles)}${String(1 + random.below(9)).padStart(2, "0")}`;
  const staff = random.pick(staffAccounts);
  const openssh = random.pick(opensshVersions);
  return {
    name,
    archetype: "linux-server",
    hostname: name,
    domain: random.pick(domains),
    os: {
      family: "linux",
      flavour: "debian",
      pretty: "Debian GNU/Linux 12 (bookworm)",
      release: kernel.release,
      version: `#1 SMP PREEMPT_DYNAMIC Debian ${kernel.build} (${kernel.day})`,
      machine: "x86_64",
    },
    hardware: {
      cpuModel: random.pick(serverCpus),
      cpus: random.pick([2, 4, 8]),
      memoryKib: random.pick([4_018_104, 8_145_588, 16_381_940]),
      diskKib: random.pick([41_152_736, 82_437_316, 165_006_600]),
    },
    ...dates,
    accounts: [
      account("root", 0, "root", random.pick(weakPasswords)),
      account(staff, 1000, `${staff},,,`, random.pick([staff, `${staff}123`, "123456"])),
    ],
    products: {
      ssh: { product: "OpenSSH", version: openssh },
      http: { product: "nginx", version: "1.22.1" },
      ftp: { product: "vsftpd", version: "3.0.3" },
      redis: { product: "Redis", version: "7.0.15" },
      mysql: { product: "MySQL", version: random.pick(mysqlVersions) },
    },
    mac: macOf(random, serverOuis),
  };
}

function device(random: Random, madeAt: number): Draft {
  const dates = datesOf(random, madeAt);
  const { firmware, kernel, board, ouis } = random.pick(deviceBuilds);
  const mac = macOf(random, ouis);
  const name = `${random.pick(deviceNames)}-${mac.slice(-5).replace(":", "")}`;
  const { machine, cpu, cpus, memoryKib, diskKib } = board;
  return {
    name,
    archetype: "embedded-device",
    hostname: name,
    domain: "lan",
    os: {
      family: "linux",
      flavour: "busybox",
      pretty: `DD-WRT ${firmware.name} (${firmware.release}) ${firmware.edition}`,
      ...kernel,
      machine,
    },
    hardware: { cpuModel: cpu, cpus, memoryKib, diskKib },
    ...dates,
    // This firmware has one login, whatever name its web page was given.
    accounts: [
      {
        ...account("root", 0, "Root User,,,", random.pick(devicePasswords)),
        home: "/tmp/root",
        shell: "/bin/sh",
      },
    ],
    products: {
      telnet: { product: "DD-WRT telnetd", version: firmwareTitle(firmware).replace("DD-WRT v", "") },
    },
    firmware,
    mac,
  };
}

/** How each archetype is drawn. The only list of archetypes. */
export const archetypes = {
  "linux-server": {
    summary: "Debian 12 server with the usual daemons",
    services: ["ssh", "http", "ftp", "redis", "mysql"],
    draw: server,
  },
  "embedded-device": { summary: "router with DD-WRT and telnet", services: ["telnet"], draw: device },
} as const;

/** A key of {@link archetypes}. */
export type Archetype = keyof typeof archetypes;

/** The accounts with the operator's logins in place of the drawn passwords. */
function withLogins(accounts: readonly Account[], logins: readonly Login[]): readonly Account[] {
  if (logins.length === 0) return accounts;
  const known = accounts.map((entry) => ({
    ...entry,
    password: logins.find((login) => login.username === entry.name)?.password ?? null,
  }));
  const added = logins
    .filter((login) => !accounts.some((entry) => entry.name === login.username))
    .map((login, index) => ({
      ...account(login.username, 1001 + index, `${login.username},,,`, login.password),
    }));
  return [...known, ...added];
}

/** Draws the machine number `index` of an archetype. */
export function createPersona(
  secret: InstallSecret,
  archetype: Archetype,
  options: { readonly index?: number; readonly logins?: readonly Login[] } = {},
): Persona {
  const place = `${archetype}/${options.index ?? 0}`;
  const { name, ...draft } = archetypes[archetype].draw(drawFrom(secret, "persona", place), secret.madeAt);
  const accounts = withLogins(draft.accounts, options.logins ?? []);
  const made = new Map<unknown, unknown>();
  const persona: Persona = Object.freeze({
    ...draft,
    decky: name,
    accounts,
    random: (label: string) => drawFrom(secret, "use", place, label),
    shared<T>(make: (persona: Persona) => T): T {
      if (!made.has(make)) made.set(make, make(persona));
      return made.get(make) as T;
    },
    admits: (username: string, password: string) =>
      accounts.some(
        (entry) => entry.name === username && entry.password !== null && entry.password === password,
      ),
  });
  return persona;
}
