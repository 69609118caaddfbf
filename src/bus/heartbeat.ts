// A worker's sign of life on the bus. What a worker adds can't break it or pass for its own fields.

import type { Clock } from "../contract/clock.ts";
import { toError } from "../contract/errors.ts";
import type { Bus } from "./bus.ts";
import type { BusLog } from "./bus-log.ts";
import { topicOf } from "./topics.ts";

/** How often a worker beats. */
export const HEARTBEAT_MS = 30_000;

/** Options of {@link runHealthHeartbeat}. */
export interface HeartbeatOptions {
  readonly bus: Bus;
  /** The worker's name; one topic token. */
  readonly worker: string;
  readonly log: BusLog;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Further fields, asked for at each beat. When it throws, the beat goes out without them. */
  readonly extra?: () => Record<string, unknown>;
  readonly intervalMs?: number;
}

/** Calls `beat` at each roll call until `signal` aborts or the bus closes. */
export async function answerRollcalls(bus: Bus, signal: AbortSignal, beat: () => void): Promise<void> {
  if (signal.aborted) return;
  const calls = bus.subscribe(topicOf("systemRollcall", {}), { maxEvents: 1 });
  const end = (): void => calls.close();
  signal.addEventListener("abort", end, { once: true });
  for await (const _call of calls) beat();
  signal.removeEventListener("abort", end);
}

/**
 * Publishes `system.<worker>.health` `{worker, ts, pid, uptime_sec, ...extra()}` at once, every 30 s, at a roll call,
 * and when the bus has come (back). Resolves when `signal` aborts; never rejects.
 */
export async function runHealthHeartbeat(options: HeartbeatOptions): Promise<void> {
  const { bus, clock, signal, intervalMs = HEARTBEAT_MS } = options;
  const started = clock.monotonic();
  let wasAway = false;
  const beat = (): void => {
    const dropped = bus.droppedPublishes;
    publishBeat(options, (clock.monotonic() - started) / 1000);
    // The bus may have been missed before anybody listened here for its coming.
    if (bus.droppedPublishes > dropped) wasAway = true;
  };
  const stopListening = bus.onLifecycle((event) => {
    if (event.type === "connected" && wasAway && !signal.aborted) beat();
    if (event.type !== "slow") wasAway = event.type !== "connected";
  });
  const rollcalls = answerRollcalls(bus, signal, beat);
  while (!signal.aborted) {
    beat();
    await clock.sleep(intervalMs, signal);
  }
  stopListening();
  await rollcalls;
}

function publishBeat({ bus, worker, log, clock, extra }: HeartbeatOptions, uptime: number): void {
  const own = { worker, ts: clock.now() / 1000, pid: process.pid, uptime_sec: uptime };
  try {
    bus.publish("systemHealth", { worker }, { ...extra?.(), ...own });
  } catch (error) {
    log.warn({ err: toError(error) }, "heartbeat goes out without the worker's own fields");
    if (extra) publishBeat({ bus, worker, log, clock, signal: AbortSignal.abort() }, uptime);
  }
}
