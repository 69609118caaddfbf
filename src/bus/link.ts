// One connection of a client to the broker over its UNIX socket: from the greeting to its end, never used again after that.
// Knows frames and PINGs; what events and patterns mean is its owner's.

import type { Socket } from "bun";
import type { Clock } from "../contract/clock.ts";
import { type DecnetError, systemErrorCode, toError } from "../contract/errors.ts";
import type { BusLink, LinkOwner } from "./bus-link.ts";
import type { BusLog } from "./bus-log.ts";
import { FramePort, type PortOwner } from "./frame-port.ts";
import { FrameWriter } from "./frame-writer.ts";
import { OUTBOX_LIMITS } from "./outbox.ts";
import { Pages } from "./pages.ts";
import { type Frame, PROTOCOL } from "./wire.ts";

/** How long the broker may take to answer the greeting. */
const HELLO_MS = 2000;
/** How long a client that closes waits for a connection that is still being made. */
const CLOSE_MS = 500;
/** A client's own control frames: it would rather hold them than be cut off. */
const LIMITS = { ...OUTBOX_LIMITS, maxControlBytes: 16 * 1024 * 1024 };

/** What a link needs and tells. */
export interface LinkOptions {
  readonly name: string;
  readonly path: string;
  readonly log: BusLog;
  readonly clock: Clock;
  readonly owner: LinkOwner;
}

type Settle = (answered: boolean) => void;

/** A connection being made, standing, or ended. */
export class UnixLink implements BusLink, PortOwner {
  readonly #port: FramePort;
  readonly #options: LinkOptions;
  readonly #pages = new Pages();
  readonly #writer = new FrameWriter();
  readonly #pings = new Map<string, Settle>();
  readonly #ended = Promise.withResolvers<void>();
  #pinged = 0;
  #isUp = false;
  #wasUp = false;
  #cancelHello: () => void = () => undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#port = new FramePort(this, options.clock, LIMITS);
    this.#port.sendControl("HELLO", options.name);
    for (const pattern of options.owner.patterns) this.#port.sendControl("SUB", pattern);
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get wasUp(): boolean {
    return this.#wasUp;
  }

  get dropped(): number {
    return this.#port.outbox.dropped;
  }

  get unsent(): number {
    return this.#port.outbox.unsent;
  }

  publish(topic: string, body: Uint8Array): boolean {
    return this.#port.sendEvents(this.#writer.event(topic, body));
  }

  subscribe(pattern: string): void {
    this.#port.sendControl("SUB", pattern);
  }

  unsubscribe(pattern: string): void {
    this.#port.sendControl("UNSUB", pattern);
  }

  open(): void {
    const { clock, path } = this.#options;
    this.#cancelHello = clock.after(HELLO_MS, () => this.#port.terminate("no answer from the broker"));
    const port = this.#port;
    const socket = {
      binaryType: "buffer" as const,
      open: (opened: Socket<undefined>) => port.attach(opened),
      data: (_: Socket<undefined>, chunk: Uint8Array) => port.received(chunk),
      drain: () => port.writable(),
      end: () => port.ended(),
      close: () => port.gone("closed by the broker"),
      error: () => port.terminate("socket error"),
      connectError: (_: Socket<undefined>, error: Error) => port.gone(describe(error)),
    };
    Bun.connect({ unix: path, allowHalfOpen: true, socket, data: undefined }).catch((error: unknown) =>
      port.gone(describe(error)),
    );
  }

  ping(timeoutMs?: number): Promise<boolean> {
    if (this.#port.isClosed) return Promise.resolve(false);
    const token = `p${++this.#pinged}`;
    return new Promise((resolve) => {
      const cancel =
        timeoutMs === undefined ? () => undefined : this.#options.clock.after(timeoutMs, () => settle(false));
      const settle: Settle = (answered) => {
        this.#pings.delete(token);
        cancel();
        resolve(answered);
      };
      this.#pings.set(token, settle);
      this.#port.sendControl("PING", token);
    });
  }

  async close(): Promise<void> {
    if (!this.#wasUp) await this.ping(CLOSE_MS);
    this.#port.sendControl("BYE");
    this.#port.finish();
    await this.#ended.promise;
  }

  frame(frame: Frame): void {
    switch (frame.verb) {
      case "EVT":
        // A copy: the read that it came in is given back.
        this.#options.owner.event(frame.args, this.#pages.copy(frame.buffer, frame.body, frame.end));
        return;
      case "PONG":
        this.#pings.get(frame.args)?.(true);
        return;
      case "PING":
        this.#port.sendControl("PONG", frame.args);
        return;
      case "HELLO":
        this.#hello(frame.args);
        return;
      case "ERR":
        this.#options.log.warn({ answer: frame.args.slice(0, 200) }, "bus broker refuses this client");
        return;
      case "BYE":
        this.#port.finish();
        return;
      default:
        this.#port.terminate("broker sent a verb of clients");
    }
  }

  fault(error: DecnetError): void {
    this.#port.terminate(error.message);
  }

  closed(reason: string): void {
    this.#cancelHello();
    this.#isUp = false;
    for (const settle of [...this.#pings.values()]) settle(false);
    this.#options.owner.down(reason);
    this.#ended.resolve();
  }

  #hello(args: string): void {
    if (this.#isUp) return;
    if (args !== PROTOCOL) {
      this.#port.terminate("the other side is not a broker of this version");
      return;
    }
    this.#cancelHello();
    this.#isUp = true;
    this.#wasUp = true;
    this.#options.owner.up();
  }
}

function describe(error: unknown): string {
  return systemErrorCode(error) ?? toError(error).message;
}
