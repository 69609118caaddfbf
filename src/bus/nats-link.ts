// One connection to a NATS server, from the first byte to its end: topics as subjects below a prefix.
// Never lets the library reconnect, buffer or grow: a link that is lost is lost.

import type { Msg, NatsConnection, Subscription } from "@nats-io/transport-node";
import type { Clock } from "../contract/clock.ts";
import { systemErrorCode, toError } from "../contract/errors.ts";
import type { BusLink, LinkOwner } from "./bus-link.ts";
import type { BusLog } from "./bus-log.ts";
import { NatsOutbox, type Publication } from "./nats-outbox.ts";
import { addressOf, type NatsServer, type NatsSettings } from "./nats-settings.ts";
import { isTopic } from "./subject.ts";
import { MAX_BODY } from "./wire.ts";

/** How long a server may take to accept a client; a host may have several addresses. */
const CONNECT_MS = 5000;
/** How long a client that closes waits for a connection that is still being made, and for its last words to arrive. */
const CLOSE_MS = 500;
const LINGER_MS = 1000;

/** What a link needs. */
export interface NatsLinkOptions {
  readonly name: string;
  readonly settings: NatsSettings;
  readonly server: NatsServer;
  readonly log: BusLog;
  readonly clock: Clock;
  readonly owner: LinkOwner;
  /** Says once for a client that the server's limit is too low for one of its events. */
  readonly refused: (fields: Readonly<Record<string, unknown>>) => void;
}

/** A connection being made, standing, or ended. */
export class NatsLink implements BusLink {
  readonly #options: NatsLinkOptions;
  readonly #outbox = new NatsOutbox();
  readonly #patterns: Set<string>;
  readonly #held = new Map<string, Subscription>();
  readonly #opened = Promise.withResolvers<NatsConnection | undefined>();
  readonly #ended = Promise.withResolvers<void>();
  #connection: NatsConnection | undefined;
  #wasUp = false;
  #isEnded = false;

  constructor(options: NatsLinkOptions) {
    this.#options = options;
    this.#patterns = new Set(options.owner.patterns);
  }

  get isUp(): boolean {
    return this.#connection !== undefined;
  }

  get wasUp(): boolean {
    return this.#wasUp;
  }

  get dropped(): number {
    return this.#outbox.dropped;
  }

  get unsent(): number {
    return this.#outbox.waiting;
  }

  open(): void {
    void this.#run();
  }

  publish(topic: string, body: Uint8Array): boolean {
    if (this.#isEnded) return false;
    this.#outbox.push({ subject: `${this.#options.settings.prefix}.${topic}`, body });
    return true;
  }

  subscribe(pattern: string): void {
    this.#patterns.add(pattern);
    if (this.#connection) this.#hold(this.#connection, pattern);
  }

  unsubscribe(pattern: string): void {
    this.#patterns.delete(pattern);
    this.#held.get(pattern)?.unsubscribe();
    this.#held.delete(pattern);
  }

  async ping(timeoutMs?: number): Promise<boolean> {
    const answers = [this.#answered(), this.#ended.promise.then(() => false)];
    if (timeoutMs === undefined) return Promise.race(answers);
    const late = Promise.withResolvers<boolean>();
    const cancel = this.#options.clock.after(timeoutMs, () => late.resolve(false));
    const answered = await Promise.race([...answers, late.promise]);
    cancel();
    return answered;
  }

  async close(): Promise<void> {
    await this.ping(this.#wasUp ? LINGER_MS : CLOSE_MS);
    const connection = this.#connection;
    this.#end("closed");
    await connection?.close();
  }

  /** True once the server has handled everything up to now. */
  async #answered(): Promise<boolean> {
    const connection = await this.#opened.promise;
    if (!connection) return false;
    try {
      await this.#outbox.empty();
      await connection.flush();
      return true;
    } catch {
      // The library rejects what it can no longer ask: the answer is no.
      return false;
    }
  }

  async #run(): Promise<void> {
    const { name, server, settings } = this.#options;
    try {
      const { connectNats } = await import("./nats-connect.ts");
      const connection = await connectNats({ name, server, files: settings.files, timeoutMs: CONNECT_MS });
      if (this.#isEnded) await connection.close();
      else await this.#serve(connection);
    } catch (error) {
      this.#end(describe(error, server));
    }
  }

  async #serve(connection: NatsConnection): Promise<void> {
    this.#connection = connection;
    this.#wasUp = true;
    void this.#listen(connection);
    for (const pattern of this.#patterns) this.#hold(connection, pattern);
    this.#outbox.attach({
      send: (publication) => this.#send(connection, publication),
      answered: () => connection.flush(),
    });
    this.#opened.resolve(connection);
    this.#options.owner.up();
    const error = await connection.closed();
    this.#end(error ? describe(error, this.#options.server) : "closed by the server");
  }

  #hold(connection: NatsConnection, pattern: string): void {
    const { prefix } = this.#options.settings;
    const callback = (error: Error | null, message: Msg): void => {
      if (error) this.#held.delete(pattern);
      else this.#received(pattern, message);
    };
    this.#held.set(pattern, connection.subscribe(`${prefix}.${pattern}`, { callback }));
  }

  #received(pattern: string, message: Msg): void {
    const { owner, settings } = this.#options;
    const topic = message.subject.slice(settings.prefix.length + 1);
    const { data } = message;
    if (!isTopic(topic)) owner.malformed("", "not a topic");
    else if (data.length > MAX_BODY) owner.malformed(topic, "body is too large");
    // A copy: a small event must not keep the whole read that it came in alive.
    else owner.copy(pattern, topic, data.slice());
  }

  #send(connection: NatsConnection, { subject, body }: Publication): boolean {
    if (connection.isClosed()) return false;
    const limit = connection.info?.max_payload ?? MAX_BODY;
    if (body.length > limit) {
      this.#options.refused({ subject, bytes: body.length, limit });
      return false;
    }
    connection.publish(subject, body);
    return true;
  }

  /** What the server complains of: a subject that this client may not use, for one. */
  async #listen(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type !== "error") continue;
      this.#options.log.warn({ answer: status.error.message.slice(0, 200) }, "NATS server refuses something");
    }
  }

  #end(reason: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#connection = undefined;
    this.#opened.resolve(undefined);
    this.#options.owner.down(reason);
    this.#ended.resolve();
  }
}

function describe(error: unknown, server: NatsServer): string {
  return `${addressOf(server)}: ${systemErrorCode(error) ?? toError(error).message}`.slice(0, 300);
}
