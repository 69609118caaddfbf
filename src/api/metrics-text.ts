// Figures in the Prometheus text format (version 0.0.4).
// Names and label values are ours: what is not a plain name or a number is left out.

import { metricHelp } from "../contract/metrics.ts";
import type { Worker } from "./types.ts";

/** One sample. Counters end in `_total`. */
export interface Sample {
  readonly name: string;
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** What it says, for its HELP line; absent for what is none of ours. */
  readonly help?: string | undefined;
}

const NAME = /^[a-z][a-z0-9_]{0,127}$/;
const LABEL = /^[A-Za-z0-9._+-]{1,64}$/;

/** What a worker's last heartbeat says: whether it lives, how old the beat is, and its own metrics. */
export function workerSamples(worker: Worker): Sample[] {
  const labels = { worker: worker.name };
  const up = { help: "1 while the worker's last heartbeat is younger than 90 s.", labels };
  const samples: Sample[] = [{ name: "decnet_worker_up", value: worker.status === "ok" ? 1 : 0, ...up }];
  if (worker.seconds_since !== null) {
    const age = { help: "Seconds since the worker's last heartbeat.", labels };
    samples.push({ name: "decnet_worker_heartbeat_age_seconds", value: worker.seconds_since, ...age });
  }
  const metrics = worker.extra["metrics"];
  if (typeof metrics !== "object" || metrics === null) return samples;
  for (const [name, value] of Object.entries(metrics)) {
    if (typeof value === "number")
      samples.push({ name: `decnet_${worker.name}_${name}`, value, help: metricHelp(name) });
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

function headLines({ name, help }: Sample): string {
  const type = name.endsWith("_total") ? "counter" : "gauge";
  return `${help === undefined ? "" : `# HELP ${name} ${help}\n`}# TYPE ${name} ${type}\n`;
}

/** The text, samples of one name together under their HELP and TYPE lines. */
export function formatMetrics(samples: readonly Sample[]): string {
  const families = new Map<string, string>();
  for (const sample of samples.filter(isPlain)) {
    const before = families.get(sample.name) ?? headLines(sample);
    families.set(sample.name, `${before}${sample.name}${formatLabels(sample.labels)} ${sample.value}\n`);
  }
  return [...families.values()].join("");
}
