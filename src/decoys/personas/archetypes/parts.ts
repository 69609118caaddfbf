// What archetypes share: names, accounts, hardware, vendor prefixes.
// Draws from the stream that it is given and from nothing else.

import type { Random } from "../../../contract/random.ts";
import { devicePasswords, serverCpus, staffAccounts, weakPasswords } from "../facts.ts";
import type { Account, Hardware } from "../persona.ts";
import type { NameStyle } from "./archetype.ts";

/** An account with a home of its own. */
export function account(name: string, uid: number, gecos: string, password: string | null): Account {
  const home = name === "root" ? "/root" : `/home/${name}`;
  return { name, uid, gid: uid, gecos, home, shell: "/bin/bash", password };
}

/** root and one of the staff. */
export function serverAccounts(random: Random): readonly Account[] {
  const staff = random.pick(staffAccounts);
  return [
    account("root", 0, "root", random.pick(weakPasswords)),
    account(staff, 1000, `${staff},,,`, random.pick([staff, `${staff}123`, "123456"])),
  ];
}

/** The one login of a small device. */
export function deviceRoot(random: Random): readonly Account[] {
  return [
    {
      ...account("root", 0, "Root User,,,", random.pick(devicePasswords)),
      home: "/tmp/root",
      shell: "/bin/sh",
    },
  ];
}

/** A rack server. */
export function serverHardware(random: Random): Hardware {
  return {
    cpuModel: random.pick(serverCpus),
    cpus: random.pick([2, 4, 8]),
    memoryKib: random.pick([4_018_104, 8_145_588, 16_381_940]),
    diskKib: random.pick([41_152_736, 82_437_316, 165_006_600]),
  };
}

/** `wiki03`: a role and two digits. */
export function numbered(roles: readonly string[]): NameStyle {
  return {
    pattern: new RegExp(`^(${roles.join("|")})0[1-9]$`),
    draw: ({ random }) => `${random.pick(roles)}0${1 + random.below(9)}`,
  };
}

/** `router-6c41`: a word and the end of the MAC. */
export function byMac(words: readonly string[]): NameStyle {
  return {
    pattern: new RegExp(`^(${words.join("|")})-[0-9a-f]{4}$`),
    draw: ({ random, mac }) => `${random.pick(words)}-${mac.slice(-5).replace(":", "")}`,
  };
}

/** `DESKTOP-4K7QX2M`: Windows' own way of naming, a prefix and random letters. */
export function randomTail(prefix: string, length: number): NameStyle {
  const letters = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
  return {
    pattern: new RegExp(`^${prefix}[0-9A-HJ-NP-Z]{${length}}$`),
    draw: ({ random }) => prefix + Array.from({ length }, () => random.pick([...letters])).join(""),
  };
}

/** The administrator of a device with another name than root. */
export function deviceAdmin(name: string): (random: Random) => readonly Account[] {
  return (random) => [
    { ...account(name, 0, name, random.pick(devicePasswords)), home: "/", shell: "/bin/sh" },
  ];
}

/** Administrator and one person of a Windows machine. */
export function windowsAccounts(random: Random): readonly Account[] {
  const person = random.pick(["backup", "scanner", "svc_web", "helpdesk", "test"]);
  const windows = (name: string, uid: number, password: string): Account => ({
    ...account(name, uid, name, password),
    home: `C:\\Users\\${name}`,
    shell: "C:\\Windows\\system32\\cmd.exe",
  });
  return [
    windows("Administrator", 500, random.pick(weakPasswords)),
    windows(person, 1001, random.pick([person, `${person}123`, "Passw0rd", "Welcome1"])),
  ];
}
