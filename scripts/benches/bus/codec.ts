// A client of the end-to-end measurement: publishes or reads decoded events through a real client library.
// Both sides make and take the same MessagePack bytes; flow is kept by the board, as for the raw load.

import { writeSync } from "node:fs";
import { Decoder, Encoder } from "@msgpack/msgpack";
import { connect } from "@nats-io/transport-node";
import { silentLog } from "../../../src/bus/bus-log.ts";
import { UnixBus } from "../../../src/bus/client.ts";
import { createEnvelopeCodec } from "../../../src/bus/envelope.ts";
import { systemClock } from "../../../src/contract/clock.ts";
import { openBoard } from "./board.ts";
import type { Address } from "./libc.ts";
import { LOAD_PATTERN, loadPayload, loadTopic } from "./payload.ts";
import type { Side } from "./protocol.ts";

/** What a client is started with. `bare` takes the MessagePack library alone instead of the bus's checked envelope. */
interface CodecTask {
  readonly role: "publisher" | "reader";
  readonly side: Side;
  readonly bare: boolean;
  readonly address: Address;
  readonly board: string;
}

/** Messages in flight at most: within what our client queues for one reader. */
const WINDOW = 2048;
/** Messages published between two looks at the board. */
const BURST = 128;

interface Client {
  publish(topic: string, payload: Record<string, unknown>): void;
  /** Lets what was published out. */
  rest(): Promise<void>;
  read(onPayload: (payload: Readonly<Record<string, unknown>>) => void, ready: () => void): Promise<void>;
}

function ourClient(address: Address): Client {
  const path = "path" in address ? address.path : "";
  const bus = new UnixBus({ name: "bench", path, log: silentLog, clock: systemClock });
  return {
    publish: (topic, payload) => bus.publishTo(topic, payload),
    rest: () => new Promise((resolve) => setImmediate(resolve)),
    async read(onPayload, ready) {
      const events = bus.subscribe(LOAD_PATTERN);
      await events.ready;
      ready();
      for await (const event of events) onPayload(event.payload);
    },
  };
}

/** The bus's own envelope, checks and all, or what the MessagePack library alone makes of the same map. */
function codecOf(bare: boolean) {
  const own = createEnvelopeCodec(systemClock);
  const encoder = new Encoder();
  const decoder = new Decoder();
  const id = "01J9Z6W3K4T5R8V0Q2N7M1C6DB";
  return {
    encode: (topic: string, payload: Record<string, unknown>): Uint8Array =>
      bare
        ? encoder.encode({ v: 1, id, type: "deckyTraffic", ts: systemClock.now() / 1000, payload })
        : own.encode({ topic, payload }),
    decode(topic: string, body: Uint8Array): Record<string, unknown> {
      const event = bare ? decoder.decode(body) : own.decode(topic, body);
      return (event as { payload: Record<string, unknown> }).payload;
    },
  };
}

async function natsClient(address: Address, bare: boolean): Promise<Client> {
  const port = "port" in address ? address.port : 0;
  const nats = await connect({ servers: `127.0.0.1:${port}`, noEcho: true });
  const codec = codecOf(bare);
  return {
    publish: (topic, payload) => nats.publish(topic, codec.encode(topic, payload)),
    rest: () => new Promise((resolve) => setImmediate(resolve)),
    async read(onPayload, ready) {
      const messages = nats.subscribe(LOAD_PATTERN);
      await nats.flush();
      ready();
      for await (const message of messages) onPayload(codec.decode(message.subject, message.data));
    },
  };
}

const task = JSON.parse(process.argv[2] ?? "") as CodecTask;
const board = openBoard(task.board);
const ready = (): void => void writeSync(1, "ready\n");
const client = task.side === "nats" ? await natsClient(task.address, task.bare) : ourClient(task.address);

async function publish(): Promise<object> {
  await client.rest();
  ready();
  let sent = 0;
  while (!board.isSet("go")) await Bun.sleep(1);
  while (!board.isSet("stop")) {
    if (sent - board.leastReceived(1) < WINDOW) {
      for (let i = 0; i < BURST; i++) client.publish(loadTopic(sent), loadPayload(sent++, 0, 0));
      board.setSent(0, sent);
    }
    await client.rest();
  }
  return { sent };
}

async function read(): Promise<object> {
  let received = 0;
  let misordered = 0;
  const count = (payload: Readonly<Record<string, unknown>>): void => {
    if (payload["number"] !== received) misordered++;
    board.setReceived(0, ++received);
  };
  void client.read(count, ready);
  while (!board.isSet("end")) await Bun.sleep(10);
  return { received, misordered };
}

const result = await (task.role === "publisher" ? publish() : read());
if (task.role === "publisher") while (!board.isSet("end")) await Bun.sleep(10);
writeSync(1, `${JSON.stringify(result)}\n`);
process.exit(0);
