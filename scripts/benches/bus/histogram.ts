// Latencies in buckets of one per cent, so that millions of them fit and those of several processes can be added.

const STEP = Math.log(1.01);
/** Buckets up to some 20 minutes. */
const BUCKETS = 2800;

/** Counts of nanoseconds by bucket. */
export class Histogram {
  readonly #counts = new Float64Array(BUCKETS);
  #total = 0;

  add(nanoseconds: number): void {
    this.addBucket(Math.round(Math.log(Math.max(1, nanoseconds)) / STEP), 1);
  }

  addBucket(bucket: number, count: number): void {
    const at = Math.min(bucket, BUCKETS - 1);
    this.#counts[at] = (this.#counts[at] ?? 0) + count;
    this.#total += count;
  }

  entries(): readonly (readonly [bucket: number, count: number])[] {
    return [...this.#counts.entries()].filter(([, count]) => count > 0);
  }

  /** Microseconds below which `share` (0 to 1) of all lie; 0 when there are none. */
  microseconds(share: number): number {
    let left = Math.ceil(this.#total * share);
    for (const [bucket, count] of this.entries()) {
      left -= count;
      if (left <= 0) return Math.round(Math.exp(bucket * STEP) / 100) / 10;
    }
    return 0;
  }
}
