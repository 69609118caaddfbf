// Server-sent events as bytes, and the recent ones by number so that whoever joins late misses none.
// Serialises an event once, however many clients get it.

import type { StreamEvents, TopologyEvents } from "../types.ts";

const encoder = new TextEncoder();

/** The comment that keeps a connection alive. */
export const KEEPALIVE = encoder.encode(": keepalive\n\n");

/** How long a client waits before it reconnects, in ms. */
const RETRY_MS = 2000;

/** One event. `json` holds no line break, which JSON.stringify grants. */
export function encodeFrame(
  event: keyof StreamEvents | keyof TopologyEvents,
  seq: number,
  json: string,
): Uint8Array {
  return encoder.encode(`id: ${seq}\nevent: ${event}\ndata: ${json}\n\n`);
}

/** The first event, whose frame also says how soon to reconnect. */
export function encodeOpening(seq: number, json: string): Uint8Array {
  return encoder.encode(`retry: ${RETRY_MS}\nid: ${seq}\nevent: snapshot\ndata: ${json}\n\n`);
}

/** The snapshot of everything. `rest` is the object's JSON from after its brace. */
export function encodeSnapshot(seq: number, missed: number, rest: string): Uint8Array {
  return encodeOpening(seq, `{"seq":${seq},"missed":${missed},${rest}`);
}

/** Frames one after another in one piece. */
export function joinFrames(frames: readonly Uint8Array[]): Uint8Array {
  return frames.length === 1 ? (frames[0] as Uint8Array) : new Uint8Array(Buffer.concat(frames));
}

/** A frame as the ring keeps it. `seq` is set on evidence alone. */
export interface Frame {
  readonly bytes: Uint8Array;
  readonly seq?: number;
}

/** The newest frames, numbered 1, 2, 3 …; bounded in bytes and in frames, the oldest go first. */
export class FrameRing {
  readonly #maxBytes: number;
  readonly #maxFrames: number;
  #frames: Frame[] = [];
  #bytes = 0;
  #last = 0;

  constructor(maxBytes: number, maxFrames: number) {
    this.#maxBytes = maxBytes;
    this.#maxFrames = maxFrames;
  }

  /** Number of the newest frame ever pushed. */
  get last(): number {
    return this.#last;
  }

  push(frame: Frame): void {
    this.#frames.push(frame);
    this.#bytes += frame.bytes.length;
    this.#last += 1;
    let surplus = 0;
    while (this.#bytes > this.#maxBytes || this.#frames.length - surplus > this.#maxFrames) {
      this.#bytes -= this.#frames[surplus]?.bytes.length ?? 0;
      surplus += 1;
    }
    if (surplus > 0) this.#frames = this.#frames.slice(surplus);
  }

  /** Frames after number `index`, or undefined when some of them are gone. */
  after(index: number): readonly Frame[] | undefined {
    const missing = this.#last - index;
    if (missing > this.#frames.length) return undefined;
    return missing <= 0 ? [] : this.#frames.slice(this.#frames.length - missing);
  }

  clear(): void {
    this.#frames = [];
    this.#bytes = 0;
  }
}
