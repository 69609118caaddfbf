// One connection of a bus client, whatever carries it: what the client asks of it, and what it tells the client.
// A link is used once: when it has ended, the client makes another.

/** What a link tells the client that made it. */
export interface LinkOwner {
  /** Patterns that the other side is told of at once. */
  readonly patterns: readonly string[];
  /** An event for whatever patterns match; the link brings each event once. `body` must not change afterwards. */
  event(topic: string, body: Uint8Array): void;
  /** An event for this one pattern: from a transport that brings it once for each pattern that matches. */
  copy(pattern: string, topic: string, body: Uint8Array): void;
  /** Something came that is no event. */
  malformed(topic: string, reason: string): void;
  up(): void;
  /** Exactly once. */
  down(reason: string): void;
}

/** A connection being made, standing, or ended. */
export interface BusLink {
  /** True from the greeting to the end. */
  readonly isUp: boolean;
  readonly wasUp: boolean;
  /** Publications that it took and has dropped. */
  readonly dropped: number;
  /** Publications that would be lost if it ended now. */
  readonly unsent: number;
  /** Begins to connect; may end within the call. */
  open(): void;
  /** False when it can't be taken. Never waits. */
  publish(topic: string, body: Uint8Array): boolean;
  subscribe(pattern: string): void;
  unsubscribe(pattern: string): void;
  /** Resolves true once the other side has handled all that was sent before; false at the end or after `timeoutMs`. */
  ping(timeoutMs?: number): Promise<boolean>;
  /** Sends what waits and ends in good order. */
  close(): Promise<void>;
}
