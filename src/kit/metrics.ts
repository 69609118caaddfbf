// Counters and gauges of one worker, by names of ours. Label values are never attacker text.

/** Metrics of one worker: created once by name, cheap to bump. */
export interface Metrics {
  counter(name: string): Counter;
  gauge(name: string, read: () => number): void;
  /** Values by name, as the heartbeat carries them. */
  snapshot(): Record<string, number>;
}

/** Only grows. */
export interface Counter {
  add(by?: number): void;
  readonly value: number;
}

const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/** Makes an empty set of metrics. Names are lower case with underscores; counters end in `_total`. */
export function createMetrics(): Metrics {
  const counters = new Map<string, { value: number }>();
  const gauges = new Map<string, () => number>();
  const check = (name: string): void => {
    if (!NAME.test(name)) throw new RangeError(`not a metric name: ${name}`);
  };
  return {
    counter(name) {
      check(name);
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
      check(name);
      gauges.set(name, read);
    },
    snapshot() {
      const values = [...counters].map(([name, cell]) => [name, cell.value] as const);
      return Object.fromEntries([...values, ...[...gauges].map(([name, read]) => [name, read()] as const)]);
    },
  };
}
