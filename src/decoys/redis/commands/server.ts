// The server's own commands: persistence, replication, modules, ACL, introspection of memory and latency.
// Nothing is saved, loaded, connected to or shut down: the answers only say so.

import { commands, deniedRules, isDenied } from "../commands.ts";
import type { Context, Handler, Handlers } from "../context.ts";
import { SYNTAX, toInt } from "../context.ts";
import { usedMemory } from "../info-server.ts";
import { refuse } from "../keyspace.ts";
import { dumpDatabases } from "../rdb.ts";
import type { Reply } from "../reply.ts";
import { array, bulk, bulks, empty, failure, int, map, nil, none, ok, simple, verbatim } from "../reply.ts";
import { DATABASES } from "../world.ts";

const DEBUG_REFUSED =
  'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.';

function replicaOf(context: Context, [host = "", portText = ""]: readonly string[]): Reply {
  const { world } = context;
  if (host.toLowerCase() === "no" && portText.toLowerCase() === "one") {
    world.master = null;
    return ok;
  }
  const port = toInt(portText, "ERR Invalid master port");
  if (port < 0 || port > 65_535) refuse("ERR Invalid master port");
  if (world.master?.host === host && world.master.port === port) {
    return simple("OK Already connected to specified master");
  }
  world.master = { host: host.slice(0, 255), port, since: context.now() };
  return ok;
}

function role(context: Context): Reply {
  const { master } = context.world;
  if (!master) return array([bulk("master"), int(0), empty]);
  return array([bulk("slave"), bulk(master.host), int(master.port), bulk("connecting"), int(-1)]);
}

function flush(all: boolean): Handler {
  return (context, [mode, ...rest]) => {
    const word = mode?.toUpperCase();
    if (rest.length > 0 || (word !== undefined && word !== "SYNC" && word !== "ASYNC")) refuse(SYNTAX);
    if (all) for (const database of context.world.databases.values()) database.clear();
    else context.db.clear();
    context.world.freed();
    return ok;
  };
}

function save(context: Context, reply: Reply): Reply {
  context.world.lastSave = context.now();
  context.world.stats.saves++;
  context.world.stats.changes = 0;
  return reply;
}

/** What a replica is sent: the announcement and the whole data set, as without a disk. */
function synchronise(context: Context, announce: boolean): Reply {
  const { client, world } = context;
  const mark = Buffer.from(context.session.random.bytes(20)).toString("hex");
  client.replica = true;
  const payload = `$EOF:${mark}\r\n${dumpDatabases(world)}${mark}`;
  const head = `+FULLRESYNC ${world.machine.replicationId} 0\r\n`;
  return { t: "raw", v: announce ? head + payload : payload };
}

const userRules = (): string => ["+@all", ...deniedRules].join(" ");

function getUser(_context: Context, [name = ""]: readonly string[]): Reply {
  if (name !== "default") return nil;
  const open = _context.world.password === null;
  return map([
    ...[bulk("flags"), bulks(open ? ["on", "nopass"] : ["on"])],
    ...[bulk("passwords"), bulks(open ? [] : [sha256(_context.world.password ?? "")])],
    ...[bulk("commands"), bulk(userRules())],
    ...[bulk("keys"), bulk("~*")],
    ...[bulk("channels"), bulk("&*")],
    ...[bulk("selectors"), empty],
  ]);
}

function sha256(text: string): string {
  return new Bun.CryptoHasher("sha256").update(Buffer.from(text, "latin1")).digest("hex");
}

function listUsers(context: Context): Reply {
  const { password } = context.world;
  const secret = password === null ? "nopass" : `#${sha256(password)}`;
  return bulks([`user default on ${secret} ~* &* ${userRules()}`]);
}

function categories(_context: Context, [name]: readonly string[]): Reply {
  const all = new Set([...commands.values()].flatMap((command) => command.categories));
  if (name === undefined) return bulks([...all].map((category) => category.slice(1)));
  const category = `@${name.toLowerCase()}`;
  if (!all.has(category)) return failure(`ERR Unknown category '${name.slice(0, 128)}'`);
  return bulks(
    [...commands.values()].filter((entry) => entry.categories.includes(category)).map((entry) => entry.name),
  );
}

function dryRun(_context: Context, [user = "", name = ""]: readonly string[]): Reply {
  if (user !== "default") return failure(`ERR User '${user.slice(0, 128)}' not found`);
  const command = commands.get(name.toLowerCase());
  if (!command) return failure(`ERR Command '${name.slice(0, 128)}' not found`);
  return isDenied(command) ? bulk(`This user has no permissions to run the '${command.name}' command`) : ok;
}

function swap(context: Context, [a, b]: readonly string[]): Reply {
  const first = toInt(a, "ERR invalid first DB index");
  const second = toInt(b, "ERR invalid second DB index");
  if ([first, second].some((index) => index < 0 || index >= DATABASES))
    refuse("ERR DB index is out of range");
  context.world.swap(first, second);
  return ok;
}

function memoryStats(context: Context): Reply {
  const used = usedMemory(context.world);
  const figures: readonly (readonly [string, number])[] = [
    ["peak.allocated", used + 61_440],
    ["total.allocated", used],
    ["startup.allocated", 876_112],
    ["replication.backlog", 0],
    ["clients.slaves", 0],
    ["clients.normal", 1800 * context.world.clients.size],
    ["cluster.links", 0],
    ["aof.buffer", 0],
    ["lua.caches", 0],
    ["functions.caches", 200],
    ["overhead.total", 880_376],
    ["keys.count", [...context.world.databases.values()].reduce((sum, database) => sum + database.size, 0)],
  ];
  return map(figures.flatMap(([name, value]) => [bulk(name), int(value)]));
}

function replicationConfig(_context: Context, args: readonly string[]): Reply {
  if (args.length === 0 || args.length % 2 !== 0) return failure(SYNTAX);
  const names = ["listening-port", "ip-address", "capa", "getack", "rdb-only", "rdb-filter-only", "ack"];
  const name = (args[0] ?? "").toLowerCase();
  if (name === "ack" || name === "getack") return none;
  return names.includes(name) ? ok : failure(`ERR Unrecognized REPLCONF option: ${args[0]?.slice(0, 128)}`);
}

const LATENCY_OFF =
  "I'm sorry, Dave, I can't do that. Latency monitoring is disabled in this Redis instance. You may use \"CONFIG SET latency-monitor-threshold <milliseconds>.\" in order to enable it. If we weren't in a deep space mission I'd suggest to take a look at https://redis.io/topics/latency-monitor.\n";
const MEMORY_EMPTY =
  "Hi Sam, this instance is empty or is using very little memory, my issues detector can't be used in these conditions. Please, leave for your mission on Earth and fill it with some data. The new Sam and I will be back to our programming as soon as I finished rebooting.\n";
const MODULE_FAILED = "ERR Error loading the extension. Please check the server logs.";
const CLUSTER_OFF = "ERR This instance has cluster support disabled";

/** Commands of the server. */
export const server: Handlers = {
  role,
  replicaof: replicaOf,
  slaveof: replicaOf,
  flushall: flush(true),
  flushdb: flush(false),
  swapdb: swap,
  replconf: replicationConfig,
  debug: () => failure(DEBUG_REFUSED),
  save: (context) => save(context, ok),
  bgsave(context, args) {
    const word = args[0]?.toUpperCase();
    if (args.length > 1 || (word !== undefined && word !== "SCHEDULE")) return failure(SYNTAX);
    return save(context, simple("Background saving started"));
  },
  bgrewriteaof: () => simple("Background append only file rewriting started"),
  lastsave: (context) => int(Math.floor(context.world.lastSave / 1000)),
  sync: (context) => synchronise(context, false),
  psync: (context) => synchronise(context, true),
  failover: () => failure("ERR FAILOVER requires connected replicas."),
  shutdown(context, options) {
    const known = ["NOSAVE", "SAVE", "NOW", "FORCE", "ABORT"];
    const words = options.map((option) => option.toUpperCase());
    if (words.some((word) => !known.includes(word))) return failure(SYNTAX);
    if (words.includes("ABORT")) return failure("ERR No shutdown in progress.");
    context.client.closing = true;
    return none;
  },
  time(context) {
    const now = context.now();
    const micros = (now % 1000) * 1000 + context.session.random.below(1000);
    return bulks([String(Math.floor(now / 1000)), String(micros)]);
  },
  wait(context, [replicas, timeout]) {
    toInt(replicas);
    const ms = toInt(timeout, "ERR timeout is not an integer or out of range");
    if (ms < 0) return failure("ERR timeout is negative");
    return context.world.master
      ? failure(
          "ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica is configured to be writable (which is not the default) writes to replicas are just local and are not propagated.",
        )
      : int(0);
  },
  lolwut: (context) => verbatim(`Redis ver. ${context.world.machine.version}\n`),
  asking: () => failure(CLUSTER_OFF),
  readonly: () => failure(CLUSTER_OFF),
  readwrite: () => failure(CLUSTER_OFF),
  cluster: () => failure(CLUSTER_OFF),
  migrate(context, [, , key = "", , , ...options]) {
    const at = options.findIndex((option) => option.toUpperCase() === "KEYS");
    const keys = at >= 0 ? options.slice(at + 1) : [key];
    if (!keys.some((name) => context.db.has(name))) return simple("NOKEY");
    return failure("IOERR error or timeout connecting to the client");
  },
  "module|list": () => empty,
  "module|load": () => failure(MODULE_FAILED),
  "module|loadex": () => failure(MODULE_FAILED),
  "module|unload": () => failure("ERR Error unloading module: no such module with that name"),
  "acl|whoami": (context) => bulk(context.client.user),
  "acl|users": () => bulks(["default"]),
  "acl|list": listUsers,
  "acl|getuser": getUser,
  "acl|cat": categories,
  "acl|dryrun": dryRun,
  "acl|log": (_context, args) => (args[0]?.toUpperCase() === "RESET" ? ok : empty),
  "acl|genpass": (context) => bulk(Buffer.from(context.session.random.bytes(32)).toString("hex")),
  "acl|setuser": () => ok,
  "acl|deluser": (_context, names) =>
    names.includes("default") ? failure("ERR The 'default' user cannot be removed") : int(0),
  "acl|load": () => failure(NO_ACL_FILE),
  "acl|save": () => failure(NO_ACL_FILE),
  "slowlog|get": () => empty,
  "slowlog|len": () => int(0),
  "slowlog|reset": () => ok,
  "latency|latest": () => empty,
  "latency|history": () => empty,
  "latency|graph": (_context, [event = ""]) =>
    failure(`ERR No samples available for event '${event.slice(0, 128)}'`),
  "latency|reset": () => int(0),
  "latency|histogram": () => map([]),
  "latency|doctor": () => verbatim(LATENCY_OFF),
  "memory|doctor": () => verbatim(MEMORY_EMPTY),
  "memory|stats": memoryStats,
  "memory|purge": () => ok,
  "memory|malloc-stats": () =>
    verbatim("___ Begin jemalloc statistics ___\n--- End jemalloc statistics ---\n"),
};

const NO_ACL_FILE =
  "ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the Redis configuration.";
