// One machine of a decky: its world and its disk, made once and shared by its services, and the logins into it.
// What a source wrote is shown to that source alone.

import type { Clock } from "../../contract/clock.ts";
import { systemClock } from "../../contract/clock.ts";
import type { Session } from "../decoy.ts";
import { firmwareMotd } from "../personas/firmware.ts";
import type { Account, Persona } from "../personas/persona.ts";
import { utf8ByteString } from "./bytes.ts";
import { programNames, programs } from "./commands/index.ts";
import { timeParts } from "./commands/options.ts";
import { serversOf } from "./commands/servers.ts";
import { acceptsKey, admits } from "./door.ts";
import { openFiles, writtenFile } from "./files-login.ts";
import { createLogin } from "./login.ts";
import type { ByteString, Machine } from "./shell.ts";
import { createDisks } from "./vfs/disks.ts";
import { distributionOf } from "./world/distribution.ts";
import { pastAddress } from "./world/last-login.ts";
import { mountOf } from "./world/mounts.ts";
import { createWorld, type World } from "./world/world.ts";

/** Bytes that the intruders of one machine may make it hold, all together. */
const MACHINE_BYTES = 128 * 1024 * 1024;
/** Source addresses whose files are remembered. */
const SOURCES = 256;
/** How long the files of a source that is away are kept. */
const KEEP_MS = 24 * 3_600_000;
/** Bounds of what one source may write. */
const SOURCE_LIMITS = { keptBytes: 16 * 1024 * 1024, diskBytes: 1024 ** 3, entries: 4096 };

/** Makes the machine of a persona. Cheap; its files are built at the first login. */
export function createMachine(persona: Persona, clock: Clock): Machine {
  const flavour = persona.os.flavour === "busybox" ? "busybox" : "debian";
  const world = createWorld(persona, clock, [...programNames(flavour), ...serversOf(persona)]);
  const disks = createDisks({
    base: () => world.base(),
    now: () => clock.now(),
    readOnly: (path) => mountOf(world.mounts, path)?.options.startsWith("ro") ?? false,
    limits: SOURCE_LIMITS,
    sources: SOURCES,
    bytes: MACHINE_BYTES,
    keepMs: KEEP_MS,
  });
  let logins = 0;
  const machine: Machine = {
    persona,
    clock,
    account: (name) =>
      persona.accounts.find((account) => utf8ByteString(account.name) === name) ?? guest(persona, name),
    greeting: (account, session) => greeting(world, account, session),
    login: ({ account, session, service }) => {
      // The logs of the machine, made at its first login, speak of this network.
      world.network.address(session);
      return createLogin({
        machine,
        world,
        programs,
        account,
        session,
        service,
        disk: disks.acquire(session.connection.remote.ip),
        number: logins++,
      });
    },
    files: ({ session, ...options }) => {
      world.network.address(session);
      return openFiles({ world, session, disk: disks.acquire(session.connection.remote.ip), ...options });
    },
    user: (name) => world.user(name),
    written: (source, path) => writtenFile(disks.peek(source)?.tree, path),
    admits: (source, name, password) => admits(persona, disks.peek(source), { name, password }),
    acceptsKey: (source, name, blob) => acceptsKey(persona, disks.peek(source), { name, blob }),
  };
  return Object.freeze(machine);
}

/** The machine that all services of a persona share: `persona.shared(machineOf)`. */
export function machineOf(persona: Persona): Machine {
  return createMachine(persona, systemClock);
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

function greeting(world: World, account: Account, session: Session): ByteString {
  const { persona } = world;
  if (persona.firmware) return firmwareMotd(persona.firmware);
  const login = world.lastLogin(account.uid);
  const time = timeParts(login.at);
  return `${distributionOf(persona).greeting(persona)}Last login: ${time.weekday} ${time.month} ${time.day.padStart(2)} ${time.hour}:${time.minute}:${time.second} ${time.year} from ${pastAddress(login, session)}\n`;
}
