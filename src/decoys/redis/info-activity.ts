// INFO's sections on what the server did: persistence, statistics, replication, CPU, keyspace.
// Counters move with the clock, so that two looks at the same server never show it standing still.

import type { Field, Section } from "./info-server.ts";
import { fixed, uptime } from "./info-server.ts";

/** Commands a minute that the persona's own application sends. */
const OWN_COMMANDS = 7;

export const persistenceSection: Section = (world) => [
  ...fixed(`loading:0
async_loading:0
current_cow_peak:0
current_cow_size:0
current_cow_size_age:0
current_fork_perc:0.00
current_save_keys_processed:0
current_save_keys_total:0`),
  ["rdb_changes_since_last_save", world.stats.changes],
  ["rdb_bgsave_in_progress", 0],
  ["rdb_last_save_time", Math.floor(world.lastSave / 1000)],
  ["rdb_last_bgsave_status", "ok"],
  ["rdb_last_bgsave_time_sec", world.stats.saves > 0 ? 0 : -1],
  ["rdb_current_bgsave_time_sec", -1],
  ["rdb_saves", world.stats.saves],
  ["rdb_last_cow_size", 0],
  ["rdb_last_load_keys_expired", 0],
  ["rdb_last_load_keys_loaded", world.machine.bait.length],
  ...fixed(`aof_enabled:0
aof_rewrite_in_progress:0
aof_rewrite_scheduled:0
aof_last_rewrite_time_sec:-1
aof_current_rewrite_time_sec:-1
aof_last_bgrewrite_status:ok
aof_rewrites:0
aof_rewrites_consecutive_failures:0
aof_last_write_status:ok
aof_last_cow_size:0
module_fork_in_progress:0
module_fork_last_cow_size:0`),
];

export const statsSection: Section = (world, worlds) => {
  const own = Math.floor((uptime(world) / 60) * OWN_COMMANDS);
  const { stats } = world;
  const zero = (names: string): Field[] => names.split(" ").map((name) => [name, 0] as const);
  return [
    ["total_connections_received", worlds.connections],
    ["total_commands_processed", own + stats.commands],
    ["instantaneous_ops_per_sec", 0],
    ["total_net_input_bytes", own * 61 + stats.bytesIn],
    ["total_net_output_bytes", own * 148 + stats.bytesOut],
    ...zero("total_net_repl_input_bytes total_net_repl_output_bytes"),
    ...fixed(`instantaneous_input_kbps:0.00
instantaneous_output_kbps:0.00
instantaneous_input_repl_kbps:0.00
instantaneous_output_repl_kbps:0.00`),
    ...zero("rejected_connections sync_full sync_partial_ok sync_partial_err expired_keys"),
    ["expired_stale_perc", "0.00"],
    ["expired_time_cap_reached_count", 0],
    ["expire_cycle_cpu_milliseconds", Math.floor(uptime(world) * 0.021)],
    ...zero("evicted_keys evicted_clients total_eviction_exceeded_time current_eviction_exceeded_time"),
    ["keyspace_hits", Math.floor(own * 0.31) + stats.hits],
    ["keyspace_misses", Math.floor(own * 0.04) + stats.misses],
    ["pubsub_channels", new Set([...world.clients].flatMap((client) => [...client.channels])).size],
    ["pubsub_patterns", new Set([...world.clients].flatMap((client) => [...client.patterns])).size],
    ...zero(
      `pubsubshard_channels latest_fork_usec total_forks migrate_cached_sockets slave_expires_tracked_keys
active_defrag_hits active_defrag_misses active_defrag_key_hits active_defrag_key_misses total_active_defrag_time
current_active_defrag_time tracking_total_keys tracking_total_items tracking_total_prefixes
unexpected_error_replies`.replaceAll("\n", " "),
    ),
    ["total_error_replies", stats.errors],
    ["dump_payload_sanitizations", 0],
    ["total_reads_processed", own * 2 + stats.commands],
    ["total_writes_processed", own + stats.commands],
    ...zero("io_threaded_reads_processed io_threaded_writes_processed"),
    ["reply_buffer_shrinks", Math.floor(own / 9)],
    ["reply_buffer_expands", Math.floor(own / 17)],
  ];
};

export const replicationSection: Section = (world) => {
  const { master, machine } = world;
  const down = master ? Math.floor((world.clock.now() - master.since) / 1000) : 0;
  const upstream: Field[] = master
    ? [
        ["master_host", master.host.replace(/[\r\n]/g, " ")],
        ["master_port", master.port],
        ["master_link_status", "down"],
        ["master_last_io_seconds_ago", -1],
        ["master_sync_in_progress", 0],
        ["slave_read_repl_offset", 0],
        ["slave_repl_offset", 0],
        ["master_link_down_since_seconds", down],
        ["slave_priority", world.setting("replica-priority")],
        ["slave_read_only", world.setting("replica-read-only") === "yes" ? 1 : 0],
        ["replica_announced", 1],
      ]
    : [];
  return [
    ["role", master ? "slave" : "master"],
    ...upstream,
    ["connected_slaves", 0],
    ["master_failover_state", "no-failover"],
    ["master_replid", machine.replicationId],
    ...fixed(`master_replid2:0000000000000000000000000000000000000000
master_repl_offset:0
second_repl_offset:-1
repl_backlog_active:0`),
    ["repl_backlog_size", world.setting("repl-backlog-size")],
    ...fixed(`repl_backlog_first_byte_offset:0
repl_backlog_histlen:0`),
  ];
};

export const cpuSection: Section = (world) => {
  const [sys, user] = [uptime(world) * 0.000_91, uptime(world) * 0.000_84];
  const figure = (value: number): string => value.toFixed(6);
  return [
    ["used_cpu_sys", figure(sys)],
    ["used_cpu_user", figure(user)],
    ["used_cpu_sys_children", figure(0.003_1)],
    ["used_cpu_user_children", figure(0.002_7)],
    ["used_cpu_sys_main_thread", figure(sys * 0.998)],
    ["used_cpu_user_main_thread", figure(user * 0.998)],
  ];
};

export const keyspaceSection: Section = (world) =>
  [...world.databases]
    .sort(([a], [b]) => a - b)
    .filter(([, database]) => database.keys().length > 0)
    .map(([index, database]) => [
      `db${index}`,
      `keys=${database.size},expires=${database.expiring},avg_ttl=0`,
    ]);
