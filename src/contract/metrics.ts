// The catalogue of what workers measure: every name once, with what it says. Counters end in `_total`.
// Names and texts are ours alone; a metric that is not here does not compile.

/** Metrics of workers by name. */
const workerMetrics = {
  announced_total: "Derived rows that were announced on the bus and confirmed.",
  broken_sessions_total: "Conversations that failed inside a decoy.",
  connections_total: "Conversations that were opened.",
  conversations: "Conversations that go on.",
  derived_seq: "Evidence seq up to which rows are derived.",
  door_connections: "Open connections to the collector's door.",
  door_violations_total: "Connections to the collector's door that were closed for what they sent.",
  evidence_accepted_total: "Records that are on disk and were acknowledged.",
  evidence_derived_total: "Records of evidence that rows were derived from.",
  evidence_lost_total: "Records that had to be dropped before they were on disk.",
  evidence_pending: "Records that wait for the collector.",
  evidence_rejected_total: "Records that were refused because they are no evidence.",
  evidence_repeated_total: "Records that were in the store already.",
  evidence_sent_total: "Records that the collector acknowledged to this worker.",
  evidence_stored_total: "Records that were moved from the spool into the store.",
  ingest_position: "Records of the spool, ever, up to which the ingester came.",
  machines: "Machines that stand on the network.",
  outbound_dropped_total: "Packets that would have opened a connection out of a decky and were stopped.",
  refused_total: "Clients that were turned away at a bound.",
  spool_bytes: "Bytes of the spool's segments.",
  spool_damaged_total: "Records of the spool that were damaged and passed over.",
  spool_position: "Records in the spool, ever.",
  stream_clients: "Open event streams.",
  unknown_sources_total: "Connections that had been reset before anybody could tell whose they were.",
} as const;

type MetricName = keyof typeof workerMetrics;

/** What only grows. */
export type CounterName = Extract<MetricName, `${string}_total`>;

/** What goes up and down. */
export type GaugeName = Exclude<MetricName, CounterName>;

/** What a metric says; undefined for one that is none of ours. */
export function metricHelp(name: string): string | undefined {
  return Object.hasOwn(workerMetrics, name) ? workerMetrics[name as MetricName] : undefined;
}
