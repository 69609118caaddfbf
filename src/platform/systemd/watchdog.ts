// What systemd is told of a worker that it watches (WatchdogSec= in systemd.service(5)): that its event loop turns.
// Tells nothing else, and nothing at all where nobody asked; never throws and never waits.

import type { Clock } from "../../contract/clock.ts";
import { DecnetError } from "../../contract/errors.ts";
import { AF_UNIX, SOCK_DGRAM, SOCK_NONBLOCK, UNIX_NAME_BYTES, unixAddress } from "../libc/address.ts";
import { sendTo } from "../libc/messages.ts";
import { openSocket } from "../libc/sockets.ts";

/** sd_notify(3) */
const ALIVE = new TextEncoder().encode("WATCHDOG=1");
/** 2^64 - 1 µs: no limit. */
const NO_LIMIT = 2n ** 64n - 1n;

/** A watch over this process. */
export interface Watch {
  /** Where signs of life go: a sockaddr. */
  readonly address: Uint8Array;
  /** Silence after which this process is killed. */
  readonly limitMs: number;
}

/** The sockaddr that `NOTIFY_SOCKET` names: a path, or with `@` a name without a file. Others (vsock) are not served. */
function addressOf(name: string): Uint8Array | undefined {
  const bytes = new TextEncoder().encode(name);
  if (bytes.length < 2 || bytes.length > UNIX_NAME_BYTES || bytes.includes(0)) return undefined;
  if (name.startsWith("/")) return unixAddress(name);
  // unix(7): an abstract name begins with a NUL, and its length alone ends it.
  return name.startsWith("@") ? Uint8Array.of(AF_UNIX, 0, 0, ...bytes.subarray(1)) : undefined;
}

function limitOf(text: string): number | undefined {
  const us = /^[0-9]{1,20}$/.test(text) ? BigInt(text) : 0n;
  return us > 0n && us < NO_LIMIT ? Number(us) / 1000 : undefined;
}

/**
 * The watch that the environment tells of, as sd_watchdog_enabled(3) reads it; undefined when there is none over the
 * process `pid`. Its variables are gone afterwards: they are for no process that this one starts.
 */
export function takeWatch(env: NodeJS.ProcessEnv, pid: number): Watch | undefined {
  const { NOTIFY_SOCKET: socket = "", WATCHDOG_USEC: limit = "", WATCHDOG_PID: watched = String(pid) } = env;
  for (const name of ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]) delete env[name];
  const [address, limitMs] = [addressOf(socket), limitOf(limit)];
  return address && limitMs !== undefined && watched === String(pid) ? { address, limitMs } : undefined;
}

/** What {@link tellAlive} takes besides the watch. */
export interface TellOptions {
  readonly everyMs: number;
  readonly clock: Clock;
  /** Called the first time that a sign could not be sent; the next ones are tried all the same. */
  readonly onTrouble: (error: unknown) => void;
}

/** Starts the signs of life, from the event loop, so that a blocked one is silent. */
export function tellAlive({ address }: Watch, { everyMs, clock, onTrouble }: TellOptions): void {
  let socket: number | undefined;
  let complained = false;
  const complain = (error: unknown): void => {
    if (!complained) onTrouble(error);
    complained = true;
  };
  const beat = (): void => {
    clock.after(everyMs, beat);
    try {
      socket ??= openSocket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK);
      if (!sendTo(socket, ALIVE, address)) complain(new DecnetError("unavailable", "nobody takes it"));
    } catch (error) {
      complain(error);
    }
  };
  beat();
}
