// Wires deckies: personas from the secret, listeners, conversations, evidence to the collector.
// Drops root before the first byte of a client is read.

import type { Server, Socket } from "node:net";
import { publishSafely } from "../../bus/publish-safely.ts";
import { topics } from "../../bus/topics.ts";
import type { Evidence, ServiceState } from "../../contract/evidence.ts";
import type { EvidenceId } from "../../contract/ids.ts";
import { createIdSource } from "../../contract/ids.ts";
import { systemRandom } from "../../contract/random.ts";
import type { DecoyDefinition, SessionLimits } from "../../decoys/decoy.ts";
import { findDecoy } from "../../decoys/index.ts";
import type { DeckyPlan } from "../../decoys/personas/plan.ts";
import { planDeckies } from "../../decoys/personas/plan.ts";
import { loadSecret } from "../../decoys/personas/secret.ts";
import { openBlobs } from "../../evidence/blobs.ts";
import { createEvidenceClient } from "../../evidence/client.ts";
import type { Config } from "../../kit/config.ts";
import type { WorkerContext } from "../../kit/worker.ts";
import { mayBind } from "../../platform/bind-rights.ts";
import { becomeUser, decoyIds } from "../../platform/identity.ts";
import { plainAddress } from "./connection.ts";
import type { Conversation, ConversationHost } from "./conversation.ts";
import { converse } from "./conversation.ts";
import type { DeckyPhase } from "./core.ts";
import { createAdmission, createRefusalTally, phaseOf, portsToTry } from "./core.ts";
import { listenOnOne, reachableAddress } from "./io.ts";

/** How often refusals are told. */
const TALLY_MS = 5_000;
/** How long the last evidence may take to reach the collector at the end. */
const FLUSH_MS = 3_000;

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
function createHouse(context: WorkerContext) {
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
  const blobs = openBlobs({ dir: folder.blobs, quotaBytes: config.get("limits.blob_bytes"), log });
  const admission = createAdmission({
    total: config.get("limits.connections"),
    perSource: config.get("limits.per_source"),
  });
  const conversations = new Set<Conversation>();
  metrics.gauge("conversations", () => conversations.size);
  metrics.gauge("evidence_pending", () => client.pending);
  return {
    sensor,
    client,
    blobs,
    admission,
    conversations,
    /** Resolved once this process may read what clients send. */
    open: Promise.withResolvers<void>(),
    tally: createRefusalTally(),
    newId: createIdSource(clock),
    limits: limitsFrom(config),
    opened: metrics.counter("connections_total"),
    refused: metrics.counter("refused_total"),
    broken: metrics.counter("broken_sessions_total"),
  };
}

type House = ReturnType<typeof createHouse>;

/** What a decoy's socket meets: the bounds, then a conversation. */
function welcome(house: House, host: ConversationHost, socket: Socket): void {
  const source = plainAddress(socket.remoteAddress);
  const entry = house.admission.enter(source);
  if (!entry.ok) {
    socket.on("error", () => undefined);
    socket.resetAndDestroy();
    house.refused.add();
    const { decky } = host.persona;
    house.tally.note({
      source,
      decky,
      service: host.service,
      port: socket.localPort ?? 0,
      bound: entry.bound,
    });
    return;
  }
  house.opened.add();
  const conversation = converse(socket, host);
  house.conversations.add(conversation);
  void conversation.done.finally(() => {
    house.conversations.delete(conversation);
    entry.leave();
  });
}

async function startService(context: WorkerContext, house: House, plan: DeckyPlan, decoy: DecoyDefinition) {
  const { config, log } = context;
  const host: ConversationHost = {
    sensor: house.sensor,
    persona: plan.persona,
    service: decoy.name,
    decoy: await decoy.load(plan.persona),
    limits: house.limits,
    clock: context.clock,
    random: systemRandom,
    newId: house.newId,
    emit: (evidence) => house.client.send(evidence),
    captureFile: (maxBytes) => house.blobs.createCapture({ maxBytes }),
    onBroken: (error) => {
      house.broken.add();
      log.error({ err: error, service: decoy.name }, "a conversation broke inside its decoy");
    },
  };
  const ports = portsToTry(decoy.port, config.get("decky.port_offset"), mayBind);
  // Sockets that come early wait unread until root is dropped.
  const result = await listenOnOne(
    decoy,
    { host: config.get("decky.listen"), ports },
    (socket) => void house.open.promise.then(() => welcome(house, host, socket)),
  );
  if (result.state.state !== "listening") log.warn({ service: result.state }, "a decoy does not listen");
  return result;
}

/** A record of the sensor about itself. */
function ownEvidence(context: WorkerContext, house: House, decky: string, address: string) {
  const end = { ip: address, port: 0 };
  return {
    id: house.newId<EvidenceId>(),
    ts: context.clock.now(),
    sensor: house.sensor,
    decky,
    session: null,
    src: end,
    dst: end,
    transport: "tcp",
  } as const;
}

function announce(
  context: WorkerContext,
  house: House,
  plan: DeckyPlan,
  change: {
    readonly state: DeckyPhase;
    readonly previous: DeckyPhase | "unknown";
    readonly services: ServiceState[];
  },
): void {
  const { persona } = plan;
  const address = reachableAddress(context.config.get("decky.listen"));
  const about = { hostname: persona.hostname, archetype: persona.archetype, os: persona.os.pretty };
  const data = { ...change, address, mac: null, persona: about };
  const record = {
    ...ownEvidence(context, house, persona.decky, address),
    service: "decky",
    kind: "decky.changed",
    data,
  };
  house.client.send(record as Evidence);
  publishSafely(context.bus, topics.deckyState, { id: persona.decky }, { ...change, address }, context.log);
}

function tellRefusals(context: WorkerContext, house: House): void {
  const address = reachableAddress(context.config.get("decky.listen"));
  for (const row of house.tally.drain()) {
    house.client.send({
      ...ownEvidence(context, house, row.decky, address),
      src: { ip: row.source, port: 0 },
      dst: { ip: address, port: row.port },
      service: row.service,
      kind: "connection.refused",
      data: { bound: row.bound, count: row.count },
    } as Evidence);
  }
}

async function closeAll(house: House, servers: readonly Server[]): Promise<void> {
  for (const server of servers) server.close();
  const running = [...house.conversations];
  for (const conversation of running) conversation.end("shutdown");
  await Promise.all(running.map((conversation) => conversation.done));
}

/** Runs the deckies until the signal aborts. */
export async function run(context: WorkerContext): Promise<void> {
  const { config, folder, clock, log, signal } = context;
  const secret = loadSecret(folder.secretFile, clock);
  const plans = planDeckies(secret, {
    services: config.get("decky.services"),
    logins: config.get("decky.logins"),
  });
  const house = createHouse(context);
  const fleet = await Promise.all(
    plans.map(async (plan) => {
      const decoys = plan.services.map(findDecoy).filter((decoy) => decoy !== undefined);
      const listening = await Promise.all(decoys.map((decoy) => startService(context, house, plan, decoy)));
      return {
        plan,
        services: listening.map((entry) => entry.state),
        servers: listening.map((entry) => entry.server),
      };
    }),
  );
  becomeUser(decoyIds());
  house.open.resolve();
  for (const { plan, services } of fleet)
    announce(context, house, plan, { state: phaseOf(services), previous: "unknown", services });
  const services = fleet.flatMap(({ plan, services }) =>
    services.map((service) => ({ decky: plan.persona.decky, ...service })),
  );
  log.info({ services }, "deckies serve");
  context.reportHealth(() => ({
    deckies: fleet.length,
    services: services.filter((s) => s.state === "listening").length,
  }));
  context.ready();
  while (!signal.aborted) {
    await clock.sleep(TALLY_MS, signal);
    tellRefusals(context, house);
  }
  const servers = fleet.flatMap((entry) => entry.servers).filter((server) => server !== undefined);
  await closeAll(house, servers);
  for (const { plan, services } of fleet) {
    const stopped = services.map((service) => ({ ...service, state: "stopped" as const }));
    announce(context, house, plan, { state: "stopped", previous: phaseOf(services), services: stopped });
  }
  if (!(await house.client.flush(FLUSH_MS)))
    log.warn({ pending: house.client.pending }, "evidence left unsent at the end");
  await house.client.close();
}
