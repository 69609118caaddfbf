// What the persona fixes about its Redis: identity, process, password, and the bait keys that every visitor finds.
// All of it is drawn from the persona, so it is the same after a restart.

import type { Persona } from "../personas/persona.ts";

/** The server of one persona. */
export interface Machine {
  readonly persona: Persona;
  readonly version: string;
  readonly runId: string;
  readonly replicationId: string;
  readonly pid: number;
  /** Unix ms when the daemon started. */
  readonly startedAt: number;
  /** Password of the default user, or null when anybody may come in. */
  readonly password: string | null;
  /** Home folders and their `.ssh`: where CONFIG SET dir may go. */
  readonly folders: ReadonlySet<string>;
  /** Bait: database number, key, value. */
  readonly bait: readonly Bait[];
}

/** One bait key. */
export interface Bait {
  readonly database: number;
  readonly key: string;
  readonly value: string | ReadonlyMap<string, string> | readonly string[];
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** Sessions, a queue, a cache and the credentials of a service account: what an application leaves in Redis. */
function baitOf(persona: Persona): Bait[] {
  const random = persona.random("redis-bait");
  const day = 86_400;
  const app = random.pick(["portal", "shop", "crm", "intra", "erp"]);
  const account = persona.accounts.find((entry) => entry.uid >= 1000)?.name ?? "app";
  const sessions = Array.from({ length: 3 + random.below(4) }, (): Bait => {
    const value = `{"uid":${100 + random.below(900)},"csrf":"${hex(random.bytes(8))}","exp":${
      Math.floor(persona.bootedAt / 1000) + random.below(90) * day
    }}`;
    return { database: 0, key: `${app}:session:${hex(random.bytes(12))}`, value };
  });
  return [
    ...sessions,
    { database: 0, key: `${app}:config:mail_host`, value: `mail.${persona.domain}` },
    {
      database: 0,
      key: `${app}:config:db`,
      value: new Map([
        ["host", "127.0.0.1"],
        ["name", app],
        ["user", account],
        ["password", hex(random.bytes(7))],
      ]),
    },
    {
      database: 0,
      key: `${app}:queue:mail`,
      value: Array.from(
        { length: 2 + random.below(3) },
        () => `{"id":${1000 + random.below(9000)},"tpl":"notice"}`,
      ),
    },
    { database: 0, key: `${app}:counter:logins`, value: String(2000 + random.below(60_000)) },
    { database: 1, key: `${app}:cache:build`, value: hex(random.bytes(5)) },
  ];
}

/** Draws the server of a persona. A password is asked for when the persona lets an account named `default` in. */
export function createMachine(persona: Persona): Machine {
  const random = persona.random("redis-server");
  const homes = persona.accounts.flatMap((account) => [account.home, `${account.home}/.ssh`]);
  return {
    persona,
    version: persona.products["redis"]?.version ?? "7.0.15",
    runId: hex(random.bytes(20)),
    replicationId: hex(random.bytes(20)),
    pid: 500 + random.below(700),
    startedAt: persona.bootedAt + 6000 + random.below(9000),
    password: persona.accounts.find((account) => account.name === "default")?.password ?? null,
    folders: new Set(homes),
    bait: baitOf(persona),
  };
}
