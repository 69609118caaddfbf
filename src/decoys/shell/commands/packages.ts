// Packages and services of Debian: apt, systemctl, service. Nothing is installed or stopped.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { distributionOf, packagesOf } from "../world/distribution.ts";
import { program } from "./options.ts";
import { stoppedStatus, unitStatus } from "./unit-status.ts";

async function apt(proc: Proc): Promise<number> {
  const verb = proc.args.find((arg) => !arg.startsWith("-"));
  if (verb === undefined || verb === "--version") {
    await proc.out(`apt ${distributionOf(proc.world.persona).apt} (amd64)\n`);
    return 0;
  }
  if (proc.name === "apt" && !proc.init.stdout.isTerminal)
    await proc.err("\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n");
  if (verb === "list") {
    const suite = distributionOf(proc.world.persona).codename === "bookworm" ? "oldstable" : "noble";
    await proc.out(proc.init.stdout.isTerminal ? "Listing... Done\n" : "Listing...\n");
    for (const { name, version, all } of packagesOf(proc.world.persona))
      await proc.out(`${name}/${suite},now ${version} ${all ? "all" : "amd64"} [installed]\n`);
    return 0;
  }
  if (proc.user.uid !== 0) {
    const lock = verb === "update" ? "/var/lib/apt/lists/lock" : "/var/lib/dpkg/lock-frontend";
    await proc.err(
      `E: Could not open lock file ${lock} - open (13: Permission denied)\nE: Unable to acquire the dpkg frontend lock (${lock}), are you root?\n`,
    );
    return 100;
  }
  if (verb === "update") {
    const { archives } = distributionOf(proc.world.persona);
    const [place = "", suite = ""] = (archives[0] ?? "").split(" ");
    for (const host of archives) {
      await proc.sleep(4000);
      await proc.out(
        `Err:1 http://${host} InRelease\n  Temporary failure resolving '${host.split("/")[0]}'\n`,
      );
    }
    await proc.out(
      "Reading package lists... Done\nBuilding dependency tree... Done\nReading state information... Done\nAll packages are up to date.\n",
    );
    await proc.err(
      `W: Failed to fetch http://${place}/dists/${suite}/InRelease  Temporary failure resolving '${place.split("/")[0]}'\nW: Some index files failed to download. They have been ignored, or old ones used instead.\n`,
    );
    return 0;
  }
  await proc.out(
    "Reading package lists... Done\nBuilding dependency tree... Done\nReading state information... Done\n",
  );
  const names = proc.args.filter((arg) => !arg.startsWith("-") && arg !== verb);
  if (verb !== "install" || names.length === 0) {
    await proc.out("0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n");
    return 0;
  }
  for (const name of names) {
    if (proc.login.programs.has(name)) await proc.out(`${name} is already the newest version.\n`);
    else {
      await proc.err(`E: Unable to locate package ${name}\n`);
      return 100;
    }
  }
  await proc.out("0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n");
  return 0;
}

const UNITS = new Map([
  ["ssh", "OpenBSD Secure Shell server"],
  ["http", "A high performance web server and a reverse proxy server"],
  ["ftp", "vsftpd FTP server"],
  ["redis", "Advanced key-value store"],
  ["mysql", "MySQL Community Server"],
]);
/** Where enabled units are linked from. */
const WANTS = "/etc/systemd/system/multi-user.target.wants";
const UNIT_NAMES = new Map([
  ["ssh", "ssh"],
  ["http", "nginx"],
  ["ftp", "vsftpd"],
  ["redis", "redis-server"],
  ["mysql", "mysql"],
]);

const PROCESSES = new Map([
  ["ssh", "sshd"],
  ["mysql", "mysqld"],
]);

/** A unit that the machine did not come with: one that was written here, or none at all. */
async function foreignUnit(proc: Proc, verb: string, unit: ByteString): Promise<number> {
  const path = `/etc/systemd/system/${unit}`;
  const written = !unit.includes("/") && proc.fs.stat(path).ok;
  if (proc.name === "service") {
    if (written) return 0;
    await proc.err(`${unit.replace(/\.service$/, "")}: unrecognized service\n`);
    return 1;
  }
  if (verb === "status" && !written) {
    await proc.err(`Unit ${unit} could not be found.\n`);
    return 4;
  }
  if (verb === "is-active" || verb === "is-failed") {
    await proc.out("inactive\n");
    return verb === "is-active" ? 3 : 1;
  }
  if (verb === "is-enabled") return isEnabled(proc, unit, written);
  if (proc.user.uid !== 0) {
    await proc.err(`Failed to ${verb} ${unit}: Interactive authentication required.\n`);
    return 1;
  }
  if (!written) {
    const enabling = ["enable", "disable", "mask", "reenable"].includes(verb);
    await proc.err(
      enabling
        ? `Failed to ${verb} unit: Unit file ${unit} does not exist.\n`
        : `Failed to ${verb} ${unit}: Unit ${unit} not ${verb === "stop" ? "loaded" : "found"}.\n`,
    );
    return enabling ? 1 : 5;
  }
  const link = `${WANTS}/${unit}`;
  if (verb === "enable" && !proc.fs.lstat(link).ok) {
    proc.fs.mkdir(WANTS, 0o755);
    if (proc.fs.symlink(path, link).ok) await proc.err(`Created symlink ${link} \xe2\x86\x92 ${path}.\n`);
  } else if (verb === "disable" && proc.fs.unlink(link).ok) await proc.err(`Removed "${link}".\n`);
  return 0;
}

async function isEnabled(proc: Proc, unit: ByteString, written: boolean): Promise<number> {
  if (!written) {
    await proc.err(`Failed to get unit file state for ${unit}: No such file or directory\n`);
    return 1;
  }
  const enabled = proc.fs.lstat(`${WANTS}/${unit}`).ok;
  await proc.out(enabled ? "enabled\n" : "disabled\n");
  return enabled ? 0 : 1;
}

async function systemctl(proc: Proc): Promise<number> {
  const words = proc.args.filter((arg) => !arg.startsWith("-"));
  const swapped = proc.name === "service" ? [words[1] ?? "status", words[0] ?? ""] : words;
  const [verb = "list-units", unit = ""] = swapped;
  const key = [...UNIT_NAMES].find(
    ([service, name]) =>
      service in proc.world.persona.products &&
      (unit === name || unit === `${name}.service` || (unit === "sshd" && name === "ssh")),
  )?.[0];
  if (verb === "list-units" || (verb === "status" && unit === "")) {
    await proc.out("  UNIT                 LOAD   ACTIVE SUB     DESCRIPTION\n");
    for (const [service, name] of UNIT_NAMES)
      if (proc.world.persona.portsOf(service).length > 0)
        await proc.out(
          `  ${`${name}.service`.padEnd(20)} loaded active running ${UNITS.get(service) ?? ""}\n`,
        );
    return 0;
  }
  if (verb === "daemon-reload" || verb === "reset-failed") return 0;
  const full = unit.includes(".") ? unit : `${unit}.service`;
  if (key === undefined) return foreignUnit(proc, verb, full);
  const stopped = proc.world.persona.portsOf(key).length === 0;
  if (stopped && ["is-active", "is-enabled", "status"].includes(verb)) {
    const name = UNIT_NAMES.get(key) ?? "";
    const words = { "is-active": "inactive\n", "is-enabled": "disabled\n" }[verb];
    await proc.out(words ?? stoppedStatus(name, UNITS.get(key) ?? ""));
    return verb === "is-enabled" ? 1 : 3;
  }
  if (verb === "is-enabled") await proc.out("enabled\n");
  else if (verb === "is-active") await proc.out("active\n");
  else if (verb === "status")
    await proc.out(
      unitStatus(proc, {
        name: UNIT_NAMES.get(key) ?? "",
        text: UNITS.get(key) ?? "",
        process: PROCESSES.get(key) ?? UNIT_NAMES.get(key) ?? "",
      }),
    );
  else if (proc.user.uid !== 0) {
    await proc.err(`Failed to ${verb} ${unit}.service: Interactive authentication required.\n`);
    return 1;
  }
  return 0;
}

/** The programs of this file. */
export const packagePrograms = [
  program("apt", apt),
  program("apt-get", apt),
  program("systemctl", systemctl),
  program("service", systemctl),
];
