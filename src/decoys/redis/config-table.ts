// The configuration of the persona's server: Debian 12's defaults with what its administrator changed.
// Data and the checks of CONFIG SET; facts from Redis 7.0.15's own CONFIG GET and Debian's redis.conf.

/** How CONFIG SET checks a value. */
export type ConfigKind =
  | "bool"
  | "text"
  | "memory"
  | "immutable"
  | readonly [min: number, max: number]
  | readonly string[];

const INT_MAX = 2_147_483_647;
const BOOLS = `activedefrag activerehashing aof-load-truncated aof-rewrite-incremental-fsync aof-timestamp-enabled
aof-use-rdb-preamble appendonly cluster-allow-pubsubshard-when-down cluster-allow-reads-when-down
cluster-allow-replica-migration cluster-replica-no-failover cluster-require-full-coverage crash-log-enabled
crash-memcheck-enabled dynamic-hz jemalloc-bg-thread latency-tracking lazyfree-lazy-eviction lazyfree-lazy-expire
lazyfree-lazy-server-del lazyfree-lazy-user-del lazyfree-lazy-user-flush no-appendfsync-on-rewrite protected-mode
rdb-del-sync-files rdb-save-incremental-fsync rdbcompression repl-disable-tcp-nodelay repl-diskless-sync replica-announced
replica-ignore-disk-write-errors replica-ignore-maxmemory replica-lazy-flush replica-read-only
replica-serve-stale-data stop-writes-on-bgsave-error tls-cluster tls-prefer-server-ciphers tls-replication tls-session-caching`;
const IMMUTABLES = `always-show-logo aof-disable-auto-gc aof_rewrite_cpulist aclfile appenddirname appendfilename bgsave_cpulist
bio_cpulist cluster-config-file cluster-enabled cluster-port daemonize databases disable-thp enable-debug-command
enable-module-command enable-protected-configs ignore-warnings io-threads io-threads-do-reads logfile pidfile
rdbchecksum replicaof server_cpulist set-proc-title socket-mark-id supervised syslog-enabled syslog-facility
syslog-ident tcp-backlog unixsocket unixsocketperm`;

const special: readonly (readonly [string, ConfigKind])[] = [
  ["maxmemory", "memory"],
  ["maxmemory-clients", "memory"],
  ["repl-backlog-size", "memory"],
  ["auto-aof-rewrite-min-size", "memory"],
  ["active-defrag-ignore-bytes", "memory"],
  ["proto-max-bulk-len", "memory"],
  ["client-query-buffer-limit", "memory"],
  ["timeout", [0, INT_MAX]],
  ["hz", [0, INT_MAX]],
  ["maxclients", [1, 4_294_967_295]],
  ["port", [0, 65_535]],
  ["tcp-keepalive", [0, INT_MAX]],
  ["replica-priority", [0, INT_MAX]],
  ["repl-timeout", [1, INT_MAX]],
  ["lfu-log-factor", [0, INT_MAX]],
  ["maxmemory-samples", [1, INT_MAX]],
  ["min-replicas-to-write", [0, INT_MAX]],
  ["min-replicas-max-lag", [0, INT_MAX]],
  ["slowlog-log-slower-than", [-1, Number.MAX_SAFE_INTEGER]],
  ["slowlog-max-len", [0, Number.MAX_SAFE_INTEGER]],
  ["latency-monitor-threshold", [0, Number.MAX_SAFE_INTEGER]],
  ["loglevel", ["debug", "verbose", "notice", "warning"]],
  ["appendfsync", ["everysec", "always", "no"]],
  ["repl-diskless-load", ["disabled", "on-empty-db", "swapdb"]],
  ["sanitize-dump-payload", ["no", "yes", "clients"]],
  ["acl-pubsub-default", ["allchannels", "resetchannels"]],
  [
    "maxmemory-policy",
    [
      "volatile-lru",
      "volatile-lfu",
      "volatile-random",
      "volatile-ttl",
      "allkeys-lru",
      "allkeys-lfu",
      "allkeys-random",
      "noeviction",
    ],
  ],
];

const kinds: ReadonlyMap<string, ConfigKind> = new Map<string, ConfigKind>([
  ...BOOLS.split(/\s+/).map((name) => [name, "bool"] as const),
  ...IMMUTABLES.split(/\s+/).map((name) => [name, "immutable"] as const),
  ...special,
]);

/** How a setting is checked; text when nothing more is known. */
function kindOf(name: string): ConfigKind {
  return kinds.get(name) ?? "text";
}

/** Bytes of a memory value such as `64mb`, or null. */
function parseMemory(text: string): number | null {
  const match = /^([0-9]{1,15})(b|k|kb|m|mb|g|gb)?$/i.exec(text);
  if (!match) return null;
  const units: Readonly<Record<string, number>> = {
    b: 1,
    k: 1000,
    kb: 1024,
    m: 1_000_000,
    mb: 1024 ** 2,
    g: 1_000_000_000,
    gb: 1024 ** 3,
  };
  return Number(match[1]) * (units[(match[2] ?? "b").toLowerCase()] ?? 1);
}

function checkNumber(value: string, [min, max]: readonly [number, number]): string | null {
  if (!/^-?[0-9]{1,18}$/.test(value)) return "argument couldn't be parsed into an integer";
  const number = Number(value);
  return number < min || number > max ? `argument must be between ${min} and ${max} inclusive` : null;
}

const isRange = (kind: readonly (string | number)[]): kind is readonly [number, number] =>
  typeof kind[0] === "number";

/** The server's objection to a value, or null. `folders` are the machine's home folders. */
export function checkConfig(name: string, value: string, folders: ReadonlySet<string>): string | null {
  const kind = kindOf(name);
  if (kind === "text") return checkText(name, value, folders);
  if (kind === "immutable") return "can't set immutable config";
  if (kind === "bool") return /^(?:yes|no)$/i.test(value) ? null : "argument must be 'yes' or 'no'";
  if (kind === "memory") return parseMemory(value) === null ? "argument must be a memory value" : null;
  if (isRange(kind)) return checkNumber(value, kind);
  if (kind.includes(value.toLowerCase())) return null;
  return `argument(s) must be one of the following: ${kind.join(", ")}`;
}

/** Folders of a Debian server that the daemon, run as root, can enter. */
const FOLDERS: ReadonlySet<string> = new Set(
  `/ . ./ /bin /boot /dev /dev/shm /etc /etc/cron.d /etc/cron.daily /etc/cron.hourly /etc/cron.weekly /etc/init.d
/etc/profile.d /etc/redis /etc/ssh /etc/systemd/system /home /lib /media /mnt /opt /proc /root /root/.ssh /run /sbin
/srv /sys /tmp /usr /usr/bin /usr/lib /usr/local /usr/local/bin /usr/share /usr/share/nginx/html /var /var/cache
/var/lib /var/lib/redis /var/log /var/log/redis /var/mail /var/run /var/spool /var/spool/cron
/var/spool/cron/crontabs /var/tmp /var/www /var/www/html`.split(/\s+/),
);

function checkText(name: string, value: string, folders: ReadonlySet<string>): string | null {
  if (name === "dbfilename") {
    return value.includes("/") ? "dbfilename can't be a path, just a filename" : null;
  }
  if (name === "dir") {
    const folder = value.length > 1 ? value.replace(/\/$/, "") : value;
    return FOLDERS.has(folder) || folders.has(folder) ? null : "No such file or directory";
  }
  if (name === "save") return checkSave(value);
  return null;
}

function checkSave(value: string): string | null {
  const words = value.split(" ").filter((word) => word !== "");
  const fits = words.length % 2 === 0 && words.every((word) => /^[0-9]{1,9}$/.test(word));
  return fits ? null : "Invalid save parameters";
}

/** The value as CONFIG GET shows it once set. */
export function normaliseConfig(name: string, value: string): string {
  const kind = kindOf(name);
  if (kind === "memory") return String(parseMemory(value) ?? 0);
  if (kind === "bool" || Array.isArray(kind)) return value.toLowerCase();
  return value;
}
