// Figures in the Prometheus text format (version 0.0.4).
// Names and label values are ours: what is not a plain name or a number is left out.

import type { Worker } from "./types.ts";

/** One sample. Counters end in `_total`. */
export interface Sample {
  readonly name: string;
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

const NAME = /^[a-z][a-z0-9_]{0,127}$/;
const LABEL = /^[A-Za-z0-9._+-]{1,64}$/;

/** What a worker's last heartbeat says: whether it lives, how old the beat is, and its own metrics. */
export function workerSamples(worker: Worker): Sample[] {
  const labels = { worker: worker.name };
  const samples: Sample[] = [{ name: "decnet_worker_up", value: worker.status === "ok" ? 1 : 0, labels }];
  if (worker.seconds_since !== null) {
    samples.push({ name: "decnet_worker_heartbeat_age_seconds", value: worker.seconds_since, labels });
  }
  const metrics = worker.extra["metrics"];
  if (typeof metrics !== "object" || metrics === null) return samples;
  for (const [name, value] of Object.entries(metrics)) {
    if (typeof value === "number") samples.push({ name: `decnet_${worker.name}_${name}`, value });
  }
  return samples;
}

function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}="${value}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function isPlain({ name, value, labels }: Sample): boolean {
  return (
    NAME.test(name) && Number.isFinite(value) && Object.values(labels ?? {}).every((text) => LABEL.test(text))
  );
}

/** The text, samples of one name together under their TYPE line. */
export function formatMetrics(samples: readonly Sample[]): string {
  const families = new Map<string, string[]>();
  for (const sample of samples.filter(isPlain)) {
    const lines = families.get(sample.name) ?? [];
    lines.push(`${sample.name}${formatLabels(sample.labels)} ${sample.value}\n`);
    families.set(sample.name, lines);
  }
  const type = (name: string): string => (name.endsWith("_total") ? "counter" : "gauge");
  return [...families].map(([name, lines]) => `# TYPE ${name} ${type(name)}\n${lines.join("")}`).join("");
}
