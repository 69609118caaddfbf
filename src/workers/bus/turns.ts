// Which turns the broker takes, of the scheduler's and of its own loop: short ones while messages come one by one, the
// usual ones under a flood.
// Looks at what passes and never at what it is.

import type { Broker } from "../../bus/broker.ts";
import { setTurns } from "../../bus/turn.ts";
import type { Clock } from "../../contract/clock.ts";
import { askForTurns } from "../../platform/libc/scheduler.ts";

/**
 * The shortest turn that the kernel gives. A broker has little to do each time it wakes and everybody waits for it, so it
 * is to be let in before whoever computes has had a whole turn.
 */
const SHORT_NS = 100_000;
/** From so many messages a second on, being let in at once would mean to be woken for each instead of for many. */
const FLOOD_PER_S = 50_000;
/** How often it is looked at. */
const LOOK_MS = 250;

/** The turns for so many messages in `ms`: ns, 0 for the usual ones. */
function turnsFor(messages: number, ms: number): number {
  return messages * 1000 > FLOOD_PER_S * ms ? 0 : SHORT_NS;
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
    const turns = turnsFor(total - published, now - at);
    if (turns !== asked) askForTurns(turns);
    setTurns(turns === 0 ? "usual" : "short");
    [asked, at, published] = [turns, now, total];
    clock.after(LOOK_MS, look);
  };
  look();
}
