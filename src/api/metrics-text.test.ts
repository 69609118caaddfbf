import { expect, test } from "bun:test";
import { formatMetrics, workerSamples } from "./metrics-text.ts";
import type { Worker } from "./types.ts";

const worker = (extra: Record<string, unknown>): Worker => ({
  name: "ingester",
  status: "ok",
  last_heartbeat_ts: 1,
  seconds_since: 2.5,
  pid: null,
  extra,
  installed: true,
});

test("samples of one name stand together under one TYPE line", () => {
  const text = formatMetrics([
    { name: "decnet_a_total", value: 1, labels: { worker: "x" } },
    { name: "decnet_b", value: 0.5 },
    { name: "decnet_a_total", value: 2, labels: { worker: "y" } },
  ]);
  expect(text).toBe(
    '# TYPE decnet_a_total counter\ndecnet_a_total{worker="x"} 1\ndecnet_a_total{worker="y"} 2\n# TYPE decnet_b gauge\ndecnet_b 0.5\n',
  );
});

test("what is known of a metric stands above it, once", () => {
  const metrics = { evidence_stored_total: 7, spool_bytes: 1 };
  const text = formatMetrics([...workerSamples(worker({ metrics })), ...workerSamples(worker({}))]);
  for (const name of ["worker_up", "worker_heartbeat_age_seconds", "ingester_spool_bytes"])
    expect(
      text.match(new RegExp(`^# HELP decnet_${name} [A-Z1].+\\.\n# TYPE decnet_${name} gauge\n`, "gm")),
    ).toHaveLength(1);
  expect(text).toContain("# TYPE decnet_ingester_evidence_stored_total counter\n");
});

test("a worker's own metrics carry its name", () => {
  const text = formatMetrics(workerSamples(worker({ metrics: { records_total: 7, lag: 0 } })));
  expect(text).toContain('decnet_worker_up{worker="ingester"} 1\n');
  expect(text).toContain('decnet_worker_heartbeat_age_seconds{worker="ingester"} 2.5\n');
  expect(text).toContain("decnet_ingester_records_total 7\n");
  expect(text).toContain("decnet_ingester_lag 0\n");
});

test("what is not a plain name or number is left out", () => {
  const metrics = {
    'x"} 1\nevil': 1,
    Upper: 1,
    "": 1,
    text: "7",
    nan: Number.NaN,
    inf: Number.POSITIVE_INFINITY,
    list: [1],
  };
  expect(formatMetrics(workerSamples(worker({ metrics })))).not.toMatch(/evil|upper|nan|inf |list|text/i);
  expect(formatMetrics([{ name: "decnet_a", value: 1, labels: { ip: '1"} 5\n' } }])).toBe("");
  for (const broken of [null, 5, "x", undefined])
    expect(workerSamples(worker({ metrics: broken })).length).toBe(2);
});
