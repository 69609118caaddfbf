// Watches the install's event stream as the dashboard does, and says when something first appeared there.

import type { StreamEvents } from "../../api/types.ts";
import type { Clock } from "../../contract/clock.ts";
import { DecnetError } from "../../contract/errors.ts";
import type { ApiClient } from "../api-client.ts";

const APPEAR_MS = 10_000;
/** Most events kept: a drill makes some hundred. */
const KEEP = 10_000;

/** What a watch can look for. */
export type Watched = "evidence" | "attacker" | "session";

/** Something seen, and Unix ms when it was. */
export interface Sighting<E extends Watched> {
  readonly item: StreamEvents[E];
  readonly at: number;
}

/** An open watch. */
export interface Watch {
  /** The first event that fits, past or future; null when none came in time. */
  find<E extends Watched>(event: E, fits: (item: StreamEvents[E]) => boolean): Promise<Sighting<E> | null>;
}

interface Seen {
  readonly event: string;
  readonly item: unknown;
  readonly at: number;
}

/** One block of an event stream (HTML Living Standard 9.2.6) as its event and data. */
function parseBlock(block: string): { event: string; data: string } {
  const fields = block.split("\n").map((row) => /^(\w+): ?(.*)$/.exec(row));
  const of = (name: string): string =>
    fields
      .filter((field) => field?.[1] === name)
      .map((field) => field?.[2] ?? "")
      .join("\n");
  return { event: of("event"), data: of("data") };
}

/** Opens the stream and waits for its snapshot. It ends with `signal`. */
export async function watchStream(api: ApiClient, clock: Clock, signal: AbortSignal): Promise<Watch> {
  const seen: Seen[] = [];
  const waiting = new Set<() => void>();
  const opened = Promise.withResolvers<void>();
  const take = (block: string): void => {
    const { event, data } = parseBlock(block);
    if (event === "snapshot") opened.resolve();
    else if (data !== "" && seen.length < KEEP) seen.push({ event, item: JSON.parse(data), at: clock.now() });
    for (const wake of waiting) wake();
  };
  const body = await api.stream(signal);
  const read = async (): Promise<void> => {
    let rest = "";
    const decoder = new TextDecoder();
    for await (const chunk of body) {
      const blocks = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) take(block);
    }
  };
  read().catch((error: unknown) =>
    opened.reject(new DecnetError("unavailable", "the event stream broke", { cause: error })),
  );
  await opened.promise;
  return {
    async find<E extends Watched>(
      event: E,
      fits: (item: StreamEvents[E]) => boolean,
    ): Promise<Sighting<E> | null> {
      const deadline = clock.monotonic() + APPEAR_MS;
      for (;;) {
        const hit = seen.find((entry) => entry.event === event && fits(entry.item as StreamEvents[E]));
        if (hit) return { item: hit.item as StreamEvents[E], at: hit.at };
        const left = deadline - clock.monotonic();
        if (left <= 0 || signal.aborted) return null;
        const woken = Promise.withResolvers<void>();
        waiting.add(woken.resolve);
        await Promise.race([woken.promise, clock.sleep(left, signal)]);
        waiting.delete(woken.resolve);
      }
    },
  };
}
