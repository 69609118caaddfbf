// One end of a connection: frames in, frames out, one write for each turn of the event loop.
// Knows the socket and the frames, not what they mean; broker and client are built on it.

import type { Socket } from "bun";
import type { Clock } from "../contract/clock.ts";
import { DecnetError } from "../contract/errors.ts";
import { setSendBuffer } from "../platform/libc/sockets.ts";
import { Outbox, type OutboxLimits, type Write } from "./outbox.ts";
import type { Frames } from "./outbox-run.ts";
import { Slab } from "./slab.ts";
import { atEndOfTurn, beginRead, endRead, isWholeTurn } from "./turn.ts";
import { encodeFrame, type Frame, FrameParser } from "./wire.ts";
import type { Verb } from "./wire-header.ts";

/**
 * What a connection's kernel buffer takes. The usual 208 KiB, of which each write's overhead is a part, are full after a
 * batch: writer and reader would wake one another for scraps.
 */
const SEND_BUFFER = 1024 * 1024;
/** How long a connection that ends may take to send its last frames and to see the other side go. */
const LINGER_MS = 1000;

/** What the owner of a port is told. None of them may throw anything but a wire error from `frame`. */
export interface PortOwner {
  frame(frame: Frame): void;
  /** All frames that came together have been handed over. */
  settled?(): void;
  /** What came is malformed; nothing more will be handed over. */
  fault(error: DecnetError): void;
  /** Everything that waited has been written. */
  drained?(): void;
  closed(reason: string): void;
}

/** A port and its socket's handlers. */
export class FramePort {
  readonly outbox: Outbox;
  readonly #owner: PortOwner;
  readonly #clock: Clock;
  readonly #parser: FrameParser;
  #socket: Socket<unknown> | undefined;
  #reading: { readonly slab: Slab; readonly chunk: Uint8Array } | undefined;
  #scheduled = false;
  #blocked = false;
  #deaf = false;
  #finishing = false;
  #peerEnded = false;
  #closed = false;
  #cancelLinger: () => void = () => undefined;

  constructor(owner: PortOwner, clock: Clock, limits?: OutboxLimits) {
    this.#owner = owner;
    this.#clock = clock;
    this.outbox = new Outbox(limits);
    this.#parser = new FrameParser((frame) => {
      if (!this.#deaf) owner.frame(frame);
    });
  }

  /** True once nothing can be sent any more. */
  get isClosed(): boolean {
    return this.#closed || this.#finishing;
  }

  /** Gives the port its socket; what was sent before goes out now. */
  attach(socket: Socket<unknown>): void {
    if (this.#closed) {
      socket.terminate();
      return;
    }
    this.#socket = socket;
    // The types of the runtime do not name it.
    const { fd } = socket as { fd?: number };
    if (fd !== undefined) setSendBuffer(fd, SEND_BUFFER);
    this.#schedule();
  }

  /** The socket's `data`. */
  received(chunk: Uint8Array): void {
    if (this.#deaf) return;
    const slab = Slab.of(chunk);
    this.#reading = slab && { slab, chunk };
    beginRead();
    try {
      this.#feed(chunk);
      this.#owner.settled?.();
    } finally {
      this.#reading = undefined;
      slab?.release();
      endRead();
    }
  }

  /** The slab of what is being handed over, if `bytes` are that; valid until `settled` has returned. */
  slabOf(bytes: Uint8Array): Slab | undefined {
    return this.#reading?.chunk === bytes ? this.#reading.slab : undefined;
  }

  /** The socket's `end`: the other side sends no more. */
  ended(): void {
    this.#peerEnded = true;
    if (!this.#deaf) this.#feed(undefined);
    if (this.#finishing) this.#flush();
    else this.finish();
  }

  /** The socket's `drain`. */
  writable(): void {
    this.#blocked = false;
    this.#flush();
  }

  /** The socket's `close`, or whatever else ended it. Idempotent. */
  gone(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#deaf = true;
    this.#cancelLinger();
    this.#owner.closed(reason);
  }

  /** Sends a frame that is never dropped. A peer that lets too many of them wait is cut off. */
  sendControl(verb: Verb, args = "", body?: Uint8Array): void {
    if (this.isClosed) return;
    if (this.outbox.pushControl(encodeFrame(verb, args, body))) this.#schedule();
    else this.terminate("does not read");
  }

  /**
   * Sends whole event frames; the oldest that wait may be dropped. False at the end. `last` ones of a read go without the
   * queue, where nothing is in it and the read is all of a turn.
   */
  sendEvents(events: Frames, last = false): boolean {
    if (this.isClosed) return false;
    if (last && isWholeTurn() && this.#socket && !this.#blocked && this.outbox.isEmpty) {
      this.#blocked = !this.outbox.writeEvents(events, this.#write);
      return true;
    }
    if (this.outbox.isFull(events.end - events.start, events.frames)) this.#flush();
    this.outbox.pushEvents(events);
    this.#schedule();
    return true;
  }

  /** Hears nothing more, sends what waits, then closes; cuts off after {@link LINGER_MS}. Idempotent. */
  finish(): void {
    if (this.isClosed) return;
    this.#deaf = true;
    this.#finishing = true;
    this.#cancelLinger = this.#clock.after(LINGER_MS, () => this.terminate("did not close in time"));
    this.#flush();
  }

  /** Closes at once. Idempotent. */
  terminate(reason: string): void {
    const socket = this.#socket;
    this.gone(reason);
    socket?.terminate();
  }

  /** Gives the parser what came, or the end. */
  #feed(chunk: Uint8Array | undefined): void {
    try {
      if (chunk) this.#parser.feed(chunk);
      else this.#parser.end();
    } catch (error) {
      this.#deaf = true;
      if (!(error instanceof DecnetError)) throw error;
      this.#owner.fault(error);
    }
  }

  #schedule(): void {
    if (this.#scheduled || this.#blocked || !this.#socket) return;
    this.#scheduled = true;
    atEndOfTurn(this.#turn);
  }

  /** One function for all turns: one made anew for each would be work for the collector. */
  readonly #turn = (): void => {
    this.#scheduled = false;
    this.#flush();
  };

  readonly #write: Write = (bytes, offset, length) => this.#socket?.write(bytes, offset, length) ?? 0;

  #flush(): void {
    const socket = this.#socket;
    if (!socket || this.#closed || this.#blocked) return;
    if (!this.outbox.flush(this.#write)) {
      this.#blocked = true;
      return;
    }
    this.#owner.drained?.();
    // Half a close first: with input of the peer unread, a full one could cost it our last frames.
    if (!this.#finishing) return;
    if (this.#peerEnded) socket.end();
    else socket.shutdown();
  }
}
