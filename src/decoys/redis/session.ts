// The Redis decoy's conversation: bytes to commands to replies, with everything recorded.
// Obeys nothing: no file is written, no module loaded, no other server contacted.

import type { Captured } from "../../contract/captured.ts";
import { CAPTURE_BYTES, capture } from "../../contract/captured.ts";
import type { Decoy, Session } from "../decoy.ts";
import type { Persona } from "../personas/persona.ts";
import { formatCommand, quoteArgument } from "./arguments.ts";
import type { Client } from "./client.ts";
import { formatEndpoint } from "./client.ts";
import type { Request } from "./codec.ts";
import { RequestParser } from "./codec.ts";
import type { Surroundings } from "./dispatch.ts";
import { dispatch } from "./dispatch.ts";
import { createMachine } from "./machine.ts";
import type { Reply } from "./reply.ts";
import { encodeReply, failure, none, simple } from "./reply.ts";
import { findTakeovers, Planted } from "./takeover.ts";
import { type World, Worlds } from "./world.ts";

/** Bytes of messages that may wait for a client that does not read. */
const PUSH_BYTES = 256 * 1024;
/** Replies gathered before they are sent while more commands wait. */
const BATCH_BYTES = 64 * 1024;
const COMMAND_BYTES = 2048;
const SHOWN_ARGS = 64;
const ERROR_NAMES = 128;
/** Milliseconds of work after which other conversations get their turn. */
const TURN_MS = 20;

const bytesOf = (text: string): Uint8Array => Buffer.from(text, "latin1");

function createClient(session: Session, world: World, worlds: Worlds): Client {
  const { connection } = session;
  const now = world.clock.now();
  let waiting = 0;
  return {
    id: worlds.nextClientId(),
    remote: connection.remote,
    local: connection.local,
    fd: 8 + world.clients.size,
    since: now,
    lastActive: now,
    name: "",
    user: "default",
    authenticated: world.password === null,
    protocol: 2,
    database: 0,
    lastCommand: "NULL",
    noEvict: false,
    replyMode: "on",
    monitoring: false,
    replica: false,
    asking: false,
    transaction: null,
    transactionBytes: 0,
    transactionFailed: false,
    watched: [],
    channels: new Set(),
    patterns: new Set(),
    shardChannels: new Set(),
    closing: false,
    push(reply) {
      const text = encodeReply(reply, this.protocol);
      if (text === null || waiting + text.length > PUSH_BYTES) return;
      waiting += text.length;
      void connection.write(bytesOf(text)).finally(() => {
        waiting -= text.length;
      });
    },
    kill: () => connection.close(),
  };
}

/** A command as evidence: its first arguments, each cut. */
function describeCommand(args: readonly string[]): Captured {
  const shown = args.slice(0, SHOWN_ARGS).map((arg) => arg.slice(0, COMMAND_BYTES));
  return capture(bytesOf(formatCommand(shown)), COMMAND_BYTES);
}

/** One conversation. */
class Conversation {
  readonly #at: Surroundings;
  readonly #planted: Planted;
  readonly #parser = new RequestParser();
  #out: string[] = [];
  #outBytes = 0;

  constructor(at: Surroundings, planted: Planted) {
    this.#at = at;
    this.#planted = planted;
  }

  async run(): Promise<void> {
    const { session, world, client } = this.#at;
    while (!client.closing) {
      const chunk = await session.connection.read();
      if (!chunk) return;
      world.stats.bytesIn += chunk.length;
      client.lastActive = world.clock.now();
      this.#parser.push(chunk);
      await this.#drain();
    }
  }

  /** Handles every command that is complete. */
  async #drain(): Promise<void> {
    const { client, session } = this.#at;
    let turn = session.clock.monotonic();
    while (!client.closing && !session.connection.closed) {
      if (session.clock.monotonic() - turn > TURN_MS) {
        await session.clock.sleep(0, session.signal);
        turn = session.clock.monotonic();
      }
      this.#parser.unauthenticated = !client.authenticated;
      const parsed = this.#parser.next();
      if (!parsed) break;
      if (parsed.kind === "violation") {
        session.record("protocol.violated", {
          violation: "redis-protocol",
          bytes: capture(parsed.bytes, 512),
        });
        this.#send(failure(parsed.text));
        client.closing = true;
      } else await this.#handle(parsed.request);
      if (this.#outBytes > BATCH_BYTES) await this.#flush();
    }
    await this.#flush();
  }

  async #handle({ args, cut }: Request): Promise<void> {
    const { client, session, world } = this.#at;
    world.stats.commands++;
    session.record("command.executed", { command: describeCommand(args), via: "protocol" });
    const word = (args[0] ?? "").toLowerCase();
    if (word === "post" || word === "host:") {
      // The server takes this for an attack by way of HTTP: it drops the client with whatever it had not yet sent.
      this.#out = [];
      this.#outBytes = 0;
      client.closing = true;
      return;
    }
    // What is waiting goes out before a command that may block.
    if (this.#outBytes > 0 && /^b[lrz]/.test(word)) await this.#flush();
    const { reply, command } = await dispatch(this.#at, args, cut);
    if (command) {
      this.#recordTakeovers(command, args);
      if (command.flags.has("write")) this.#planted.look(args);
      await this.#keepPayloads(args);
      this.#tellMonitors(command.flags.has("skip_monitor"), args);
    }
    if (reply.t === "error") this.#countError(reply.v);
    this.#send(reply);
  }

  #recordTakeovers(command: Parameters<typeof findTakeovers>[0], args: readonly string[]): void {
    for (const { technique, detail } of findTakeovers(command, args, this.#planted)) {
      const bytes = bytesOf(detail);
      this.#at.session.record("takeover.attempted", { technique, detail: capture(bytes, CAPTURE_BYTES) });
    }
  }

  /** Arguments larger than a record holds become blobs. */
  async #keepPayloads(args: readonly string[]): Promise<void> {
    const { session } = this.#at;
    for (const arg of args) {
      if (arg.length <= CAPTURE_BYTES) continue;
      const file = session.captureFile();
      file.write(bytesOf(arg));
      const kept = await file.finish();
      if (!kept) return;
      const name = capture(bytesOf((args[1] ?? "").slice(0, 512)), 512);
      session.record("file.uploaded", { name, ...kept, via: "redis" });
    }
  }

  #tellMonitors(secret: boolean, args: readonly string[]): void {
    const { client, world } = this.#at;
    const monitors = [...world.clients].filter((other) => other.monitoring && other !== client);
    if (secret || monitors.length === 0) return;
    const now = (world.clock.now() / 1000).toFixed(6);
    const shown = args.slice(0, 64).map((arg) => quoteArgument(arg.slice(0, 1024)));
    const text = `${now} [${client.database} ${formatEndpoint(client.remote)}] ${shown.join(" ")}`;
    for (const monitor of monitors) monitor.push(simple(text));
  }

  #countError(text: string): void {
    const { stats, errors } = this.#at.world;
    stats.errors++;
    const name = /^[A-Z]{1,16}/.exec(text)?.[0] ?? "ERR";
    if (!errors.has(name) && errors.size >= ERROR_NAMES) return;
    errors.set(name, (errors.get(name) ?? 0) + 1);
  }

  #send(reply: Reply): void {
    const { client } = this.#at;
    const hidden = client.replyMode !== "on" && client.lastCommand !== "client|reply";
    if (client.replyMode === "skip" && client.lastCommand !== "client|reply") client.replyMode = "on";
    const text = encodeReply(hidden ? none : reply, client.protocol);
    if (text === null) {
      client.closing = true;
      return;
    }
    this.#out.push(text);
    this.#outBytes += text.length;
  }

  async #flush(): Promise<void> {
    if (this.#outBytes === 0) return;
    const text = this.#out.join("");
    this.#out = [];
    this.#outBytes = 0;
    this.#at.world.stats.bytesOut += text.length;
    await this.#at.session.connection.write(bytesOf(text));
  }
}

/** Makes the Redis of one persona. Its conversations share one world per source address. */
export function createRedisDecoy(persona: Persona): Promise<Decoy> {
  const worlds = new Worlds(createMachine(persona));
  const planted = new WeakMap<World, Planted>();
  const serve = async (session: Session): Promise<void> => {
    const world = worlds.of(session.connection.remote.ip, session.clock);
    const seeds = planted.get(world) ?? new Planted();
    planted.set(world, seeds);
    const client = createClient(session, world, worlds);
    world.clients.add(client);
    try {
      await new Conversation({ world, worlds, client, session }, seeds).run();
    } finally {
      world.clients.delete(client);
      session.connection.close();
    }
  };
  return Promise.resolve({ serve });
}
