// INFO's sections on the server itself, its clients and its memory: from the persona, the clock and the source's world.
// Names and order of the fields are those of Redis 7.0.15.

import type { World, Worlds } from "./world.ts";
import { STARTUP_BYTES } from "./world.ts";

/** One line of INFO. */
export type Field = readonly [name: string, value: string | number];
/** A section's lines. */
export type Section = (world: World, worlds: Worlds) => readonly Field[];

const CLIENT_BYTES = 22_000;

/** Bytes in use, as INFO memory and MEMORY STATS say it. */
export function usedMemory(world: World): number {
  return STARTUP_BYTES + CLIENT_BYTES * Math.max(world.clients.size, 1) + world.used;
}

/** `894.85K`, as the server prints bytes. */
function humanBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), 3);
  return `${(bytes / 1024 ** power).toFixed(2)}${"BKMG".charAt(power)}`;
}

/** Seconds since the server started. */
export const uptime = (world: World): number =>
  Math.max(Math.floor((world.clock.now() - world.machine.startedAt) / 1000), 1);

const ratio = (a: number, b: number): string => (a / Math.max(b, 1)).toFixed(2);
const withHuman = (name: string, bytes: number): Field[] => [
  [name, bytes],
  [`${name}_human`, humanBytes(bytes)],
];

/** Fields given as `name:value` lines. */
export const fixed = (lines: string): Field[] =>
  lines.split("\n").map((line) => {
    const at = line.indexOf(":");
    return [line.slice(0, at), line.slice(at + 1)] as const;
  });

export const serverSection: Section = (world) => {
  const { machine, clock } = world;
  const { os } = machine.persona;
  const seconds = uptime(world);
  return [
    ["redis_version", machine.version],
    ["redis_git_sha1", "00000000"],
    ["redis_git_dirty", 0],
    ["redis_build_id", "ae4d7c971a948f0"],
    ["redis_mode", "standalone"],
    ["os", `Linux ${os.release} ${os.machine}`],
    ["arch_bits", 64],
    ["monotonic_clock", "POSIX clock_gettime"],
    ["multiplexing_api", "epoll"],
    ["atomicvar_api", "c11-builtin"],
    ["gcc_version", "12.2.0"],
    ["process_id", machine.pid],
    ["process_supervised", "systemd"],
    ["run_id", machine.runId],
    ["tcp_port", world.setting("port")],
    ["server_time_usec", clock.now() * 1000 + (Math.floor(clock.monotonic() * 1000) % 1000)],
    ["uptime_in_seconds", seconds],
    ["uptime_in_days", Math.floor(seconds / 86_400)],
    ["hz", world.setting("hz")],
    ["configured_hz", world.setting("hz")],
    ["lru_clock", Math.floor(clock.now() / 1000) & 0xff_ffff],
    ["executable", "/usr/bin/redis-server"],
    ["config_file", "/etc/redis/redis.conf"],
    ["io_threads_active", 0],
  ];
};

export const clientsSection: Section = (world) => [
  ["connected_clients", world.clients.size],
  ["cluster_connections", 0],
  ["maxclients", world.setting("maxclients")],
  ["client_recent_max_input_buffer", 20_480],
  ["client_recent_max_output_buffer", 0],
  ["blocked_clients", 0],
  ["tracking_clients", 0],
  ["clients_in_timeout_table", 0],
];

export const memorySection: Section = (world) => {
  const used = usedMemory(world);
  const peak = used + 61_440;
  const overhead = STARTUP_BYTES + CLIENT_BYTES * Math.max(world.clients.size, 1);
  const rss = 13_459_456 + Math.ceil(world.used / 4096) * 4096;
  const [active, resident] = [used + 910_488, used + 3_589_080];
  const allocated = used + 774_520;
  const total = world.machine.persona.hardware.memoryKib * 1024;
  return [
    ...withHuman("used_memory", used),
    ...withHuman("used_memory_rss", rss),
    ...withHuman("used_memory_peak", peak),
    ["used_memory_peak_perc", `${ratio(used * 100, peak)}%`],
    ["used_memory_overhead", overhead],
    ["used_memory_startup", STARTUP_BYTES],
    ["used_memory_dataset", used - overhead],
    ["used_memory_dataset_perc", `${ratio((used - overhead) * 100, used - STARTUP_BYTES)}%`],
    ["allocator_allocated", allocated],
    ["allocator_active", active],
    ["allocator_resident", resident],
    ...withHuman("total_system_memory", total),
    ["used_memory_lua", 31_744],
    ["used_memory_vm_eval", 31_744],
    ["used_memory_lua_human", "31.00K"],
    ["used_memory_scripts_eval", [...world.scripts.values()].reduce((sum, text) => sum + text.length, 0)],
    ["number_of_cached_scripts", world.scripts.size],
    ...fixed(`number_of_functions:0
number_of_libraries:0
used_memory_vm_functions:32768
used_memory_vm_total:64512
used_memory_vm_total_human:63.00K
used_memory_functions:184
used_memory_scripts:184
used_memory_scripts_human:184B`),
    ...withHuman("maxmemory", Number(world.setting("maxmemory"))),
    ["maxmemory_policy", world.setting("maxmemory-policy")],
    ["allocator_frag_ratio", ratio(active, allocated)],
    ["allocator_frag_bytes", active - allocated],
    ["allocator_rss_ratio", ratio(resident, active)],
    ["allocator_rss_bytes", resident - active],
    ["rss_overhead_ratio", ratio(rss, resident)],
    ["rss_overhead_bytes", rss - resident],
    ["mem_fragmentation_ratio", ratio(rss, used)],
    ["mem_fragmentation_bytes", rss - used],
    ...fixed(`mem_not_counted_for_evict:0
mem_replication_backlog:0
mem_total_replication_buffers:0
mem_clients_slaves:0`),
    ["mem_clients_normal", 1800 * world.clients.size],
    ...fixed(`mem_cluster_links:0
mem_aof_buffer:0
mem_allocator:jemalloc-5.3.0
active_defrag_running:0
lazyfree_pending_objects:0
lazyfreed_objects:0`),
  ];
};
