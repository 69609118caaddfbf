// One machine of a decky: its world, made once, and the logins into it.

import type { Clock } from "../../contract/clock.ts";
import type { Session } from "../decoy.ts";
import type { Account, Persona } from "../personas/persona.ts";
import { utf8ByteString } from "./bytes.ts";
import { programNames, programs } from "./commands/index.ts";
import { timeParts } from "./commands/options.ts";
import { createLogin } from "./login.ts";
import type { ByteString, Machine } from "./shell.ts";
import { createDisks } from "./vfs/disks.ts";
import { motd } from "./world/files-etc.ts";
import { mountOf } from "./world/mounts.ts";
import { createWorld } from "./world/world.ts";

/** Bytes that the intruders of one machine may make it hold, all together. */
const MACHINE_BYTES = 128 * 1024 * 1024;
/** Source addresses whose files are remembered. */
const SOURCES = 256;
/** Bounds of what one source may write. */
const SOURCE_LIMITS = { keptBytes: 16 * 1024 * 1024, diskBytes: 1024 ** 3, entries: 4096 };

/** Makes the machine of a persona. Cheap; its files are built at the first login. */
export function createMachine(persona: Persona, clock: Clock): Machine {
  const world = createWorld(persona, clock, programNames(persona.os.flavour));
  const disks = createDisks({
    base: () => world.base(),
    now: () => clock.now(),
    readOnly: (path) => mountOf(world.mounts, path)?.options.startsWith("ro") ?? false,
    limits: SOURCE_LIMITS,
    sources: SOURCES,
    bytes: MACHINE_BYTES,
  });
  const started = clock.now();
  let logins = 0;
  const machine: Machine = {
    persona,
    clock,
    account: (name) =>
      persona.accounts.find((account) => utf8ByteString(account.name) === name) ?? guest(persona, name),
    greeting: (account, session) => greeting(persona, account, { session, started }),
    login: ({ account, session, service }) =>
      createLogin({
        machine,
        world,
        programs,
        account,
        session,
        service,
        disk: disks.acquire(session.connection.remote.ip),
        number: logins++,
      }),
  };
  return Object.freeze(machine);
}

/** An account for a name that was let in though the persona lists none. */
function guest(persona: Persona, name: ByteString): Account {
  const root = name === "root";
  const shell = persona.os.flavour === "debian" ? "/bin/bash" : "/bin/sh";
  const known = Buffer.from(name, "latin1").toString("utf8");
  return {
    name: known,
    uid: root ? 0 : 1001,
    gid: root ? 0 : 1001,
    gecos: "",
    home: root ? "/root" : "/tmp",
    shell,
    password: null,
  };
}

function greeting(persona: Persona, account: Account, at: { session: Session; started: number }): ByteString {
  if (persona.os.flavour === "busybox") return "";
  // The last login was an administrator's, some days before this process first answered; it never changes while it runs.
  const random = persona.random(`last-login-${account.uid}`);
  const time = timeParts(at.started - 86_400_000 * (1 + random.below(6)) - random.below(40_000_000));
  const local = at.session.connection.local.ip;
  const from =
    /^\d+\.\d+\.\d+\.\d+$/.test(local) && !local.startsWith("127.")
      ? `${local.split(".").slice(0, 3).join(".")}.${2 + random.below(60)}`
      : `192.168.1.${2 + random.below(60)}`;
  const { os, hostname } = persona;
  return `Linux ${hostname} ${os.release} ${os.version} ${os.machine}\n${motd()}Last login: ${time.weekday} ${time.month} ${time.day.padStart(2)} ${time.hour}:${time.minute}:${time.second} ${time.year} from ${from}\n`;
}
