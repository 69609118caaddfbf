// What all machines of this process share: the way to the collector, bounds, counters, the door for clients.
// Knows no machine and no protocol.

import type { Socket } from "node:net";
import type { EvidenceId } from "../../contract/ids.ts";
import { createIdSource } from "../../contract/ids.ts";
import type { SessionLimits } from "../../decoys/decoy.ts";
import { openBlobs } from "../../evidence/blobs.ts";
import { createEvidenceClient } from "../../evidence/client.ts";
import type { Config } from "../../kit/config.ts";
import type { WorkerContext } from "../../kit/worker.ts";
import { createAdmission } from "./admission.ts";
import type { Conversation, ConversationHost } from "./conversation.ts";
import { converse } from "./conversation.ts";
import { createRefusalTally } from "./core.ts";
import { endsOf } from "./ends.ts";
import { createGuests, hostOfGuest } from "./guests.ts";

function limitsFrom(config: Config): SessionLimits {
  return {
    sessionBytes: config.get("limits.session_bytes"),
    sessionMs: config.get("limits.session_ms"),
    idleMs: config.get("limits.idle_ms"),
    fileBytes: config.get("limits.file_bytes"),
    files: config.get("limits.files"),
    records: config.get("limits.records"),
  };
}

/** Everything that the services of this process share. */
export function createHouse(context: WorkerContext) {
  const { config, clock, log, metrics, folder } = context;
  const sensor = config.get("decky.sensor");
  const client = createEvidenceClient({
    socketPath: folder.collectorSocket,
    sensor,
    clock,
    log,
    metrics,
    maxPending: config.get("limits.pending_records"),
  });
  const conversations = new Set<Conversation>();
  metrics.gauge("conversations", () => conversations.size);
  metrics.gauge("evidence_pending", () => client.pending);
  return {
    context,
    sensor,
    client,
    blobs: openBlobs({ dir: folder.blobs, quotaBytes: config.get("limits.blob_bytes"), log }),
    admission: createAdmission({
      total: config.get("limits.connections"),
      perSource: config.get("limits.per_source"),
    }),
    conversations,
    guests: createGuests(clock),
    tally: createRefusalTally(),
    newId: createIdSource(clock),
    limits: limitsFrom(config),
    opened: metrics.counter("connections_total"),
    refused: metrics.counter("refused_total"),
    broken: metrics.counter("broken_sessions_total"),
    unknown: metrics.counter("unknown_sources_total"),
  };
}

/** What {@link createHouse} makes. */
export type House = ReturnType<typeof createHouse>;

/** A record of the sensor about itself. */
export function ownEvidence(house: House, decky: string, address: string) {
  const end = { ip: address, port: 0 };
  return {
    id: house.newId<EvidenceId>(),
    ts: house.context.clock.now(),
    sensor: house.sensor,
    decky,
    session: null,
    src: end,
    dst: end,
    transport: "tcp",
  } as const;
}

/** Whom a client meets. The conversation's host may take a while the first time: its decoy is made then. */
export interface Threshold {
  readonly decky: string;
  readonly service: string;
  /** The port as the machine knows it. */
  readonly port: number;
  readonly host: () => Promise<ConversationHost>;
  /** The conversations of one machine. */
  readonly conversations: Set<Conversation>;
}

/** Guests are bounded by being expected. */
const NO_BOUND = { ok: true, place: { leave: () => undefined, mayLose: () => undefined } } as const;

/** What a decoy's socket meets: the bounds, then a conversation. */
export async function welcome(house: House, threshold: Threshold, socket: Socket): Promise<void> {
  const { decky, service, conversations } = threshold;
  socket.on("error", () => undefined);
  const ends = endsOf(socket);
  if (!ends) {
    house.unknown.add();
    socket.destroy();
    return;
  }
  const source = ends.remote.ip;
  const visit = { address: source, port: ends.remote.port, decky, own: ends.local.port };
  const guest = house.guests.takes(visit);
  const entry = guest ? NO_BOUND : house.admission.enter(source);
  if (!entry.ok) {
    socket.resetAndDestroy();
    house.refused.add();
    house.tally.note({ source, decky, service, port: ends.local.port, bound: entry.bound });
    return;
  }
  if (!guest) house.opened.add();
  try {
    const host = guest ? hostOfGuest(await threshold.host()) : await threshold.host();
    const conversation = converse({ socket, ends, port: threshold.port }, host);
    entry.place.mayLose(() => conversation.end("crowded"));
    house.conversations.add(conversation);
    conversations.add(conversation);
    await conversation.done;
    house.conversations.delete(conversation);
    conversations.delete(conversation);
  } catch (error) {
    house.broken.add();
    house.context.log.error({ err: error, service }, "a decoy could not be made");
    socket.destroy();
  } finally {
    entry.place.leave();
  }
}
