// Which turns the broker takes, of the scheduler's and of its own loop, by how many messages pass.
// Looks at what passes and never at what it is.

import type { Broker } from "../../bus/broker.ts";
import { setTurns } from "../../bus/turn.ts";
import type { Clock } from "../../contract/clock.ts";
import { askForTurns } from "../../platform/libc/scheduler.ts";

/** The shortest turn that the kernel gives: the broker is then let in before whoever computes has had a whole turn. */
const SHORT_NS = 100_000;
/**
 * Up to so many messages a second the broker seldom waits for anyone. To be let in at once would cost more than it wins
 * then: whoever wrote the message is put off its core, and whoever gets it is woken on one that slept.
 */
const BUSY_PER_S = 5_000;
/** From so many messages a second on, being let in at once would mean to be woken for each instead of for many. */
const FLOOD_PER_S = 50_000;
/** How often it is looked at. */
const LOOK_MS = 250;

/** Turns of the broker's own loop, and those to be asked of the scheduler: ns, 0 for the usual ones. */
interface Turns {
  readonly own: "usual" | "short";
  readonly scheduler: number;
}

/** What fits `rate` messages a second. */
export function turnsFor(rate: number): Turns {
  if (rate > FLOOD_PER_S) return { own: "usual", scheduler: 0 };
  return { own: "short", scheduler: rate > BUSY_PER_S ? SHORT_NS : 0 };
}

/** Keeps to what fits until the signal aborts. Best effort: where the kernel refuses, everything works as well. */
export function keepTurns(broker: Pick<Broker, "stats">, clock: Clock, signal: AbortSignal): void {
  let asked = 0;
  let at = clock.monotonic();
  let { published } = broker.stats();
  const look = (): void => {
    if (signal.aborted) {
      setTurns("usual");
      return;
    }
    const [now, total] = [clock.monotonic(), broker.stats().published];
    const turns = turnsFor(((total - published) * 1000) / Math.max(1, now - at));
    if (turns.scheduler !== asked) askForTurns(turns.scheduler);
    setTurns(turns.own);
    [asked, at, published] = [turns.scheduler, now, total];
    clock.after(LOOK_MS, look);
  };
  look();
}
