// Who reads event streams at this moment: how many there may be, keepalives, and the end of whoever may no longer read.
// Knows nothing of what they are sent.

import type { Clock } from "../../contract/clock.ts";
import { DecnetError } from "../../contract/errors.ts";
import type { Principal } from "../env.ts";
import { StreamClient } from "./client.ts";
import { KEEPALIVE } from "./frames.ts";

const KEEPALIVE_MS = 15_000;
const STUCK_MS = 60_000;

/** What an audience needs. */
export interface AudienceOptions {
  readonly clock: Clock;
  readonly maxClients: number;
}

/** All open streams of the process, whatever they carry. */
export class Audience {
  readonly #options: AudienceOptions;
  readonly #clients = new Set<StreamClient>();
  #isClosed = false;
  #stopTimer: () => void;

  constructor(options: AudienceOptions) {
    this.#options = options;
    this.#stopTimer = options.clock.after(KEEPALIVE_MS, () => this.#beat());
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Opens a stream, which begins with a keepalive. Throws `too_many` when there are as many as there may be. */
  open(principal: Principal, onGone: (client: StreamClient) => void): StreamClient {
    if (this.#isClosed) throw new DecnetError("unavailable", "shutting down");
    if (this.#clients.size >= this.#options.maxClients)
      throw new DecnetError("too_many", "too many open event streams");
    const client = new StreamClient({
      clock: this.#options.clock,
      principal,
      onGone: (gone) => {
        this.#clients.delete(gone);
        onGone(gone);
      },
    });
    this.#clients.add(client);
    client.send(KEEPALIVE, 0);
    return client;
  }

  /** Closes the streams of whoever may no longer read. */
  closeWhere(isRevoked: (principal: Principal) => boolean): void {
    for (const client of [...this.#clients]) if (isRevoked(client.principal)) client.close();
  }

  close(): void {
    this.#isClosed = true;
    this.#stopTimer();
    this.closeWhere(() => true);
  }

  #beat(): void {
    const now = this.#options.clock.now();
    for (const client of [...this.#clients]) {
      const { expiresAt } = client.principal;
      if ((expiresAt !== null && expiresAt <= now) || client.stuckMs() > STUCK_MS) client.close();
      else if (client.room > 0) client.send(KEEPALIVE, 0);
    }
    this.#stopTimer = this.#options.clock.after(KEEPALIVE_MS, () => this.#beat());
  }
}
