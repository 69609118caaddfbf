// One client of the broker: its patterns, what it publishes, what waits for it.
// A fault of one connection never reaches another.

import { encode } from "@msgpack/msgpack";
import type { Clock } from "../contract/clock.ts";
import type { DecnetError } from "../contract/errors.ts";
import type { BusLog } from "./bus-log.ts";
import { FramePort, type PortOwner } from "./frame-port.ts";
import type { OutboxLimits } from "./outbox.ts";
import type { Frames } from "./outbox-run.ts";
import { isPattern, isTopic, type Matcher } from "./subject.ts";
import { bodyOf, encodeFrame, type Frame, MAX_BODY, MAX_HEADER, PROTOCOL } from "./wire.ts";
import { faultOf, wireError } from "./wire-header.ts";

/** Bounds of one connection's set of patterns: how many, and their characters together. */
const MAX_PATTERNS = 4096;
const MAX_PATTERN_CHARS = 256 * 1024;
const MAX_NAME = 128;

/** What all connections of a broker share. */
export interface BrokerContext {
  readonly matcher: Matcher<BrokerConnection>;
  readonly limits: OutboxLimits;
  readonly log: BusLog;
  readonly clock: Clock;
  readonly counts: { published: number };
  left(connection: BrokerConnection): void;
}

/** Frames that lie one after the other and go to the same receivers. */
interface Passage extends Frames {
  readonly receivers: readonly BrokerConnection[];
  end: number;
  frames: number;
}

/** A connection of the broker. */
export class BrokerConnection implements PortOwner {
  readonly port: FramePort;
  readonly #id: number;
  readonly #context: BrokerContext;
  readonly #patterns = new Set<string>();
  #patternChars = 0;
  #name = "";
  #run: Passage | undefined;
  #droppedBefore = 0;
  #slow = false;

  constructor(id: number, context: BrokerContext) {
    this.#id = id;
    this.#context = context;
    this.port = new FramePort(this, context.clock, context.limits);
  }

  /** Sends events to this client: `last` ones of a read at once if it can be. Never waits, never throws. */
  deliver(events: Frames, last = false): void {
    this.port.sendEvents(events, last);
    const { dropped } = this.port.outbox;
    if (this.#slow || dropped === this.#droppedBefore) return;
    this.#slow = true;
    this.#context.log.warn(this.#who(), "bus subscriber reads slowly; its oldest events are dropped");
  }

  drained(): void {
    if (!this.#slow) return;
    const dropped = this.port.outbox.dropped;
    this.#context.log.warn(
      { ...this.#who(), dropped: dropped - this.#droppedBefore },
      "bus subscriber caught up",
    );
    this.#slow = false;
    this.#droppedBefore = dropped;
  }

  /** Tells the client why, then closes. */
  refuse(code: string, message: string): void {
    this.port.sendControl("ERR", `${code} ${message}`);
    this.port.finish();
  }

  /** Ends in good order. */
  bye(): void {
    this.port.sendControl("BYE");
    this.port.finish();
  }

  fault(error: DecnetError): void {
    const code = faultOf(error);
    this.#context.log.warn({ ...this.#who(), code }, "bus client sent something malformed");
    this.#sendRun();
    this.refuse(code, error.message);
  }

  closed(reason: string): void {
    for (const pattern of this.#patterns) this.#context.matcher.remove(pattern, this);
    this.#context.log.debug({ ...this.#who(), reason }, "bus client left");
    if (this.#slow) this.drained();
    this.#context.left(this);
  }

  frame(frame: Frame): void {
    if (frame.verb === "PUB") {
      this.#publish(frame);
      return;
    }
    // Keeps the order: a PONG must not overtake the events before its PING.
    this.#sendRun();
    this.#command(frame);
  }

  settled(): void {
    this.#sendRun(true);
  }

  #command(frame: Frame): void {
    if (frame.verb !== "HELLO" && frame.end > frame.body)
      throw wireError("bad_frame", "this verb has no body");
    switch (frame.verb) {
      case "HELLO":
        this.#hello(frame.args);
        return;
      case "SUB":
        this.#subscribe(frame.args);
        return;
      case "UNSUB":
        this.#unsubscribe(frame.args);
        return;
      case "PING":
        this.port.sendControl("PONG", frame.args);
        return;
      case "PONG":
        return;
      case "BYE":
        this.bye();
        return;
      default:
        throw wireError("bad_frame", "this verb is the broker's");
    }
  }

  #hello(name: string): void {
    this.#name = name.slice(0, MAX_NAME);
    const limits = {
      v: 1,
      max_header: MAX_HEADER,
      max_body: MAX_BODY,
      max_pending_bytes: this.#context.limits.maxBytes,
    };
    this.port.sendControl("HELLO", PROTOCOL, encode(limits));
  }

  #subscribe(pattern: string): void {
    if (!isPattern(pattern)) throw wireError("bad_pattern", "not a pattern");
    if (this.#patterns.has(pattern)) return;
    this.#patternChars += pattern.length;
    if (this.#patterns.size >= MAX_PATTERNS || this.#patternChars > MAX_PATTERN_CHARS) {
      throw wireError("too_many", "too many patterns");
    }
    this.#patterns.add(pattern);
    this.#context.matcher.add(pattern, this);
  }

  #unsubscribe(pattern: string): void {
    if (!isPattern(pattern)) throw wireError("bad_pattern", "not a pattern");
    if (!this.#patterns.delete(pattern)) return;
    this.#patternChars -= pattern.length;
    this.#context.matcher.remove(pattern, this);
  }

  #publish(frame: Frame): void {
    const receivers = this.#receiversOf(frame.args);
    this.#context.counts.published++;
    const bytes = toEvent(frame);
    const run = this.#run;
    if (bytes && run && run.bytes === bytes && run.end === frame.start && run.receivers === receivers) {
      run.end = frame.end;
      run.frames++;
      return;
    }
    this.#sendRun();
    if (bytes) {
      const slab = this.port.slabOf(bytes);
      this.#run = { receivers, bytes, start: frame.start, end: frame.end, frames: 1, slab };
      return;
    }
    const made = encodeFrame("EVT", frame.args, bodyOf(frame));
    this.#run = { receivers, bytes: made, start: 0, end: made.length, frames: 1 };
  }

  #receiversOf(topic: string): readonly BrokerConnection[] {
    const known = this.#context.matcher.remembered(topic);
    if (known) return known;
    if (!isTopic(topic)) throw wireError("bad_topic", "not a topic");
    return this.#context.matcher.match(topic);
  }

  #sendRun(last = false): void {
    const run = this.#run;
    if (!run) return;
    this.#run = undefined;
    for (const receiver of run.receivers) if (receiver !== this) receiver.deliver(run, last);
  }

  #who(): Readonly<Record<string, unknown>> {
    return { client: this.#name, connection: this.#id };
  }
}

const PUB_OVERHEAD = "PUB ".length + "\n".length + 4;
const [E, V, T] = [0x45, 0x56, 0x54] as const;

/** Turns a PUB into the EVT where it lies, verbs being of one length; undefined for a header with a CR. */
function toEvent(frame: Frame): Uint8Array | undefined {
  if (frame.body - frame.start !== frame.args.length + PUB_OVERHEAD) return undefined;
  // Byte by byte: set() with an array costs more than all else that is done for the frame.
  const { buffer, start } = frame;
  buffer[start] = E;
  buffer[start + 1] = V;
  buffer[start + 2] = T;
  return buffer;
}
