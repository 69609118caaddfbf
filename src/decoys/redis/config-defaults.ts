// The values of CONFIG GET before anybody changes them: Debian 12's redis.conf with what its administrator opened up.
// Data only. Facts from Redis 7.0.15's own CONFIG GET.

/** `name=value` lines. */
const lines = `
acl-pubsub-default=resetchannels
aclfile=
acllog-max-len=128
active-defrag-cycle-max=25
active-defrag-cycle-min=1
active-defrag-ignore-bytes=104857600
active-defrag-max-scan-fields=1000
active-defrag-threshold-lower=10
active-defrag-threshold-upper=100
active-expire-effort=1
activedefrag=no
activerehashing=yes
always-show-logo=no
aof-disable-auto-gc=no
aof-load-truncated=yes
aof-rewrite-incremental-fsync=yes
aof-timestamp-enabled=no
aof-use-rdb-preamble=yes
aof_rewrite_cpulist=
appenddirname=appendonlydir
appendfilename=appendonly.aof
appendfsync=everysec
appendonly=no
auto-aof-rewrite-min-size=67108864
auto-aof-rewrite-percentage=100
bgsave_cpulist=
bind=* -::*
bind-source-addr=
bio_cpulist=
busy-reply-threshold=5000
client-output-buffer-limit=normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60
client-query-buffer-limit=1073741824
cluster-allow-pubsubshard-when-down=yes
cluster-allow-reads-when-down=no
cluster-allow-replica-migration=yes
cluster-announce-bus-port=0
cluster-announce-hostname=
cluster-announce-ip=
cluster-announce-port=0
cluster-announce-tls-port=0
cluster-config-file=nodes.conf
cluster-enabled=no
cluster-link-sendbuf-limit=0
cluster-migration-barrier=1
cluster-node-timeout=15000
cluster-port=0
cluster-preferred-endpoint-type=ip
cluster-replica-no-failover=no
cluster-replica-validity-factor=10
cluster-require-full-coverage=yes
crash-log-enabled=yes
crash-memcheck-enabled=yes
daemonize=yes
databases=16
dbfilename=dump.rdb
dir=/var/lib/redis
disable-thp=yes
dynamic-hz=yes
enable-debug-command=no
enable-module-command=yes
enable-protected-configs=yes
hash-max-listpack-entries=512
hash-max-listpack-value=64
hll-sparse-max-bytes=3000
hz=10
ignore-warnings=
io-threads=1
io-threads-do-reads=no
jemalloc-bg-thread=yes
latency-monitor-threshold=0
latency-tracking=yes
latency-tracking-info-percentiles=50 99 99.9
lazyfree-lazy-eviction=no
lazyfree-lazy-expire=no
lazyfree-lazy-server-del=no
lazyfree-lazy-user-del=no
lazyfree-lazy-user-flush=no
lfu-decay-time=1
lfu-log-factor=10
list-compress-depth=0
list-max-listpack-size=-2
logfile=/var/log/redis/redis-server.log
loglevel=notice
masterauth=
masteruser=
maxclients=10000
maxmemory=8388608
maxmemory-clients=0
maxmemory-eviction-tenacity=10
maxmemory-policy=noeviction
maxmemory-samples=5
min-replicas-max-lag=10
min-replicas-to-write=0
no-appendfsync-on-rewrite=no
notify-keyspace-events=
oom-score-adj=no
oom-score-adj-values=0 200 800
pidfile=/run/redis/redis-server.pid
port=6379
proc-title-template={title} {listen-addr} {server-mode}
propagation-error-behavior=ignore
protected-mode=no
proto-max-bulk-len=536870912
rdb-del-sync-files=no
rdb-save-incremental-fsync=yes
rdbchecksum=yes
rdbcompression=yes
repl-backlog-size=1048576
repl-backlog-ttl=3600
repl-disable-tcp-nodelay=no
repl-diskless-load=disabled
repl-diskless-sync=yes
repl-diskless-sync-delay=5
repl-diskless-sync-max-replicas=0
repl-ping-replica-period=10
repl-timeout=60
replica-announce-ip=
replica-announce-port=0
replica-announced=yes
replica-ignore-disk-write-errors=no
replica-ignore-maxmemory=yes
replica-lazy-flush=no
replica-priority=100
replica-read-only=yes
replica-serve-stale-data=yes
replicaof=
requirepass=
sanitize-dump-payload=no
save=3600 1 300 100 60 10000
server_cpulist=
set-max-intset-entries=512
set-proc-title=yes
shutdown-on-sigint=default
shutdown-on-sigterm=default
shutdown-timeout=10
slowlog-log-slower-than=10000
slowlog-max-len=128
socket-mark-id=0
stop-writes-on-bgsave-error=yes
stream-node-max-bytes=4096
stream-node-max-entries=100
supervised=systemd
syslog-enabled=no
syslog-facility=local0
syslog-ident=redis
tcp-backlog=511
tcp-keepalive=300
timeout=0
tls-auth-clients=yes
tls-ca-cert-dir=
tls-ca-cert-file=
tls-cert-file=
tls-ciphers=
tls-ciphersuites=
tls-client-cert-file=
tls-client-key-file=
tls-client-key-file-pass=
tls-cluster=no
tls-dh-params-file=
tls-key-file=
tls-key-file-pass=
tls-port=0
tls-prefer-server-ciphers=no
tls-protocols=
tls-replication=no
tls-session-cache-size=20480
tls-session-cache-timeout=300
tls-session-caching=yes
tracking-table-max-keys=1000000
unixsocket=
unixsocketperm=0
zset-max-listpack-entries=128
zset-max-listpack-value=64
`;

/** Old names that CONFIG still knows, by old name. */
export const configAliases: ReadonlyMap<string, string> = new Map(
  `cluster-slave-no-failover=cluster-replica-no-failover cluster-slave-validity-factor=cluster-replica-validity-factor hash-max-ziplist-entries=hash-max-listpack-entries hash-max-ziplist-value=hash-max-listpack-value list-max-ziplist-size=list-max-listpack-size lua-time-limit=busy-reply-threshold min-slaves-max-lag=min-replicas-max-lag min-slaves-to-write=min-replicas-to-write repl-ping-slave-period=repl-ping-replica-period slave-announce-ip=replica-announce-ip slave-announce-port=replica-announce-port slave-ignore-maxmemory=replica-ignore-maxmemory slave-lazy-flush=replica-lazy-flush slave-priority=replica-priority slave-read-only=replica-read-only slave-serve-stale-data=replica-serve-stale-data slaveof=replicaof zset-max-ziplist-entries=zset-max-listpack-entries zset-max-ziplist-value=zset-max-listpack-value`
    .split(/\s+/)
    .map((pair) => {
      const [old = "", name = ""] = pair.split("=");
      return [old, name];
    }),
);

/** Defaults by name. */
export const configDefaults: ReadonlyMap<string, string> = new Map(
  lines
    .trim()
    .split("\n")
    .map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)];
    }),
);
