// Lists that the server shows of itself: engines, plugins, threads, counters.

import type { Connection } from "./connection.ts";
import type { Value } from "./sql/expression.ts";

/** SHOW ENGINES of a stock 8.0. */
export const engines: readonly (readonly string[])[] = [
  ["ARCHIVE", "YES", "Archive storage engine", "NO", "NO", "NO"],
  ["BLACKHOLE", "YES", "/dev/null storage engine (anything you write to it disappears)", "NO", "NO", "NO"],
  ["MRG_MYISAM", "YES", "Collection of identical MyISAM tables", "NO", "NO", "NO"],
  ["FEDERATED", "NO", "Federated MySQL storage engine", "", "", ""],
  ["MyISAM", "YES", "MyISAM storage engine", "NO", "NO", "NO"],
  ["PERFORMANCE_SCHEMA", "YES", "Performance Schema", "NO", "NO", "NO"],
  ["InnoDB", "DEFAULT", "Supports transactions, row-level locking, and foreign keys", "YES", "YES", "YES"],
  ["MEMORY", "YES", "Hash based, stored in memory, useful for temporary tables", "NO", "NO", "NO"],
  ["CSV", "YES", "CSV storage engine", "NO", "NO", "NO"],
];

/** SHOW PLUGINS, its telling part. */
export const plugins: readonly (readonly (string | null)[])[] = [
  ["binlog", "STORAGE ENGINE"],
  ["mysql_native_password", "AUTHENTICATION"],
  ["sha256_password", "AUTHENTICATION"],
  ["caching_sha2_password", "AUTHENTICATION"],
  ["sha2_cache_cleaner", "AUDIT"],
  ["daemon_keyring_proxy_plugin", "DAEMON"],
  ["CSV", "STORAGE ENGINE"],
  ["MEMORY", "STORAGE ENGINE"],
  ["InnoDB", "STORAGE ENGINE"],
  ["MyISAM", "STORAGE ENGINE"],
  ["MRG_MYISAM", "STORAGE ENGINE"],
  ["PERFORMANCE_SCHEMA", "STORAGE ENGINE"],
  ["ARCHIVE", "STORAGE ENGINE"],
  ["BLACKHOLE", "STORAGE ENGINE"],
  ["FEDERATED", "STORAGE ENGINE"],
  ["ngram", "FTPARSER"],
  ["mysqlx_cache_cleaner", "AUDIT"],
  ["mysqlx", "DAEMON"],
].map(([name = "", type = ""]) => [name, name === "FEDERATED" ? "DISABLED" : "ACTIVE", type, null, "GPL"]);

/** Seconds since the server started. */
function uptime(connection: Connection): number {
  return Math.max(Math.floor((connection.clock.now() - connection.server.startedAt) / 1000), 1);
}

/** Threads: the event scheduler and the asking connection. */
export function processList(connection: Connection, statement: string): Value[][] {
  const own = [
    connection.threadId,
    connection.user,
    `${connection.host}:${40_000 + (connection.threadId % 20_000)}`,
    connection.database,
    "Query",
    0,
    "init",
    statement,
  ];
  const scheduler = [
    5,
    "event_scheduler",
    "localhost",
    null,
    "Daemon",
    uptime(connection),
    "Waiting on empty queue",
    null,
  ];
  return connection.isRoot ? [scheduler, own] : [own];
}

/** SHOW STATUS: counters that move with the clock. */
export function statusOf(connection: Connection): [string, string][] {
  const seconds = uptime(connection);
  const queries = Math.floor(seconds * 0.21) + 60;
  const figures: [string, number | string][] = [
    ["Aborted_clients", Math.floor(seconds / 90_000)],
    ["Aborted_connects", Math.floor(seconds / 3100)],
    ["Bytes_received", queries * 91],
    ["Bytes_sent", queries * 412],
    ["Com_select", Math.floor(queries * 0.7)],
    ["Connections", connection.threadId + 1],
    ["Innodb_buffer_pool_pages_total", 8192],
    ["Max_used_connections", 11],
    ["Open_tables", 214],
    ["Opened_tables", 293],
    ["Queries", queries],
    ["Questions", queries],
    ["Slow_queries", 0],
    ["Ssl_cipher", ""],
    ["Ssl_version", ""],
    ["Threads_cached", 1],
    ["Threads_connected", 2],
    ["Threads_created", 12],
    ["Threads_running", 2],
    ["Uptime", seconds],
    ["Uptime_since_flush_status", seconds],
  ];
  return figures.map(([name, value]) => [name, String(value)]);
}

/** The text of COM_STATISTICS. */
export function statisticsLine(connection: Connection): string {
  const seconds = uptime(connection);
  const queries = Math.floor(seconds * 0.21) + 60;
  const average = (queries / seconds).toFixed(3);
  return `Uptime: ${seconds}  Threads: 2  Questions: ${queries}  Slow queries: 0  Opens: 293  Flush tables: 3  Open tables: 214  Queries per second avg: ${average}`;
}
