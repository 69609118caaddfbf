// Who may connect: bounds on conversations at once, and whose place is given to whom when all are taken. Pure.

/** A place that was given. */
export interface Place {
  /** Gives it back. Idempotent. */
  leave(): void;
  /** From now on it may be given to another source: `end` is called then, once, and the place is no longer held. */
  mayLose(end: () => void): void;
}

/** Answer of {@link Admission.enter}. */
export type Entry =
  | { readonly ok: true; readonly place: Place }
  | { readonly ok: false; readonly bound: "source" | "total" };

/** Bounds on conversations at once, over all decoys of this process. */
export interface Admission {
  enter(source: string): Entry;
  readonly total: number;
}

/** What is known of a place. */
interface Held {
  readonly source: string;
  end: (() => void) | undefined;
}

/** Places by source, and sources by how many they hold, so that the one with most is found at once. */
class Ledger {
  readonly #places = new Map<string, Set<Held>>();
  readonly #sources: Set<string>[] = [];
  #most = 0;
  total = 0;

  get most(): number {
    return this.#most;
  }

  countOf(source: string): number {
    return this.#places.get(source)?.size ?? 0;
  }

  add(place: Held): void {
    const places = this.#places.get(place.source) ?? new Set();
    this.#places.set(place.source, places);
    this.#move(place.source, places.size, places.size + 1);
    places.add(place);
    this.total++;
  }

  /** False when it is not held any more. */
  remove(place: Held): boolean {
    const places = this.#places.get(place.source);
    if (!places?.delete(place)) return false;
    this.#move(place.source, places.size + 1, places.size);
    if (places.size === 0) this.#places.delete(place.source);
    this.total--;
    return true;
  }

  /** The newest place that can be lost of a source that holds most: who came first has more to tell. */
  newestOfMost(): Held | undefined {
    const [source = ""] = this.#sources[this.#most] ?? [];
    return [...(this.#places.get(source) ?? [])].findLast(({ end }) => end !== undefined);
  }

  #move(source: string, from: number, to: number): void {
    this.#sources[from]?.delete(source);
    if (to > 0) {
      this.#sources[to] ??= new Set();
      this.#sources[to].add(source);
    }
    this.#most = Math.max(this.#most, to);
    while (this.#most > 0 && !this.#sources[this.#most]?.size) this.#most--;
  }
}

/**
 * Makes the door: at most `total` conversations, at most `perSource` of one address. When all places are taken, a source
 * that holds at least two fewer than the one with most takes one of that one's: whoever fills the house shuts out
 * nobody else.
 */
export function createAdmission(limits: { readonly total: number; readonly perSource: number }): Admission {
  const ledger = new Ledger();

  /** Frees a place for somebody who holds `mine`; false when nobody has to give one up. */
  const makeRoom = (mine: number): boolean => {
    const lost = ledger.most >= mine + 2 ? ledger.newestOfMost() : undefined;
    if (!lost) return false;
    ledger.remove(lost);
    lost.end?.();
    return true;
  };

  return {
    enter(source) {
      const mine = ledger.countOf(source);
      if (mine >= limits.perSource) return { ok: false, bound: "source" };
      if (ledger.total >= limits.total && !makeRoom(mine)) return { ok: false, bound: "total" };
      const held: Held = { source, end: undefined };
      ledger.add(held);
      const place: Place = {
        leave: () => void ledger.remove(held),
        mayLose: (end) => {
          held.end = end;
        },
      };
      return { ok: true, place };
    },
    get total() {
      return ledger.total;
    },
  };
}
