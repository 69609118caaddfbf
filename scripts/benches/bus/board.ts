// What the processes of one run see of one another: counts and flags in a file that all of them map.
// Carries no messages; it is how the load keeps its window and the measurement its marks, at no cost to the broker.

import { closeSync, ftruncateSync, openSync } from "node:fs";

/** Slots for counts of each kind. */
const SLOTS = 128;
/** Where the counts begin, after the flags. */
const COUNTS = 8;
/** Flags of a run. */
const FLAGS = { go: 0, steady: 1, measure: 2, stop: 3, end: 4 } as const;
/** One of them. */
export type Flag = keyof typeof FLAGS;

/** Makes the file behind a board. */
export function createBoard(path: string): Board {
  const fd = openSync(path, "wx", 0o600);
  ftruncateSync(fd, 8 * (SLOTS * 2 + COUNTS));
  closeSync(fd);
  return openBoard(path);
}

/** Opens it in another process. */
export function openBoard(path: string): Board {
  return new Board(new Float64Array(Bun.mmap(path, { shared: true }).buffer));
}

/** Counts by publisher and by subscriber (one writer for each slot), and flags (written by the measurement). */
export class Board {
  readonly #cells: Float64Array;

  constructor(cells: Float64Array) {
    this.#cells = cells;
  }

  isSet(flag: Flag): boolean {
    return this.#cells[FLAGS[flag]] === 1;
  }

  set(flag: Flag, on = true): void {
    this.#cells[FLAGS[flag]] = on ? 1 : 0;
  }

  setSent(publisher: number, count: number): void {
    this.#cells[COUNTS + publisher] = count;
  }

  setReceived(subscriber: number, count: number): void {
    this.#cells[COUNTS + SLOTS + subscriber] = count;
  }

  /** All that `publishers` have sent. */
  allSent(publishers: number): number {
    return this.#sum(COUNTS, publishers);
  }

  /** All that subscribers 0 to `subscribers` have received. */
  allReceived(subscribers: number): number {
    return this.#sum(COUNTS + SLOTS, subscribers);
  }

  /** What the slowest of them has received. */
  leastReceived(subscribers: number): number {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < subscribers; i++) least = Math.min(least, this.#cells[COUNTS + SLOTS + i] ?? 0);
    return least;
  }

  #sum(from: number, count: number): number {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += this.#cells[from + i] ?? 0;
    return sum;
  }
}
