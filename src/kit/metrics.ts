// Counters and gauges of one worker, by the names of the catalogue. Label values are never attacker text.

import type { CounterName, GaugeName } from "../contract/metrics.ts";

/** Metrics of one worker: created once by name, cheap to bump. */
export interface Metrics {
  counter(name: CounterName): Counter;
  gauge(name: GaugeName, read: () => number): void;
  /** Values by name, as the heartbeat carries them. */
  snapshot(): Record<string, number>;
}

/** Only grows. */
export interface Counter {
  add(by?: number): void;
  readonly value: number;
}

/** Makes an empty set of metrics. */
export function createMetrics(): Metrics {
  const counters = new Map<string, { value: number }>();
  const gauges = new Map<string, () => number>();
  return {
    counter(name) {
      const cell = counters.get(name) ?? { value: 0 };
      counters.set(name, cell);
      return {
        add: (by = 1) => {
          cell.value += by;
        },
        get value() {
          return cell.value;
        },
      };
    },
    gauge(name, read) {
      gauges.set(name, read);
    },
    snapshot() {
      const values = [...counters].map(([name, cell]) => [name, cell.value] as const);
      return Object.fromEntries([...values, ...[...gauges].map(([name, read]) => [name, read()] as const)]);
    },
  };
}
