// What the mutator tells others after it has written it: topics, and evidence of deckies that are gone or tried to call out.
// Losing any of it loses no state: the store holds that.

import { publishSafely } from "../../bus/publish-safely.ts";
import { topics } from "../../bus/topics.ts";
import type { Evidence, EvidenceData } from "../../contract/evidence.ts";
import type { EvidenceId } from "../../contract/ids.ts";
import { createIdSource } from "../../contract/ids.ts";
import type { EvidenceClient } from "../../evidence/client.ts";
import { createEvidenceClient } from "../../evidence/client.ts";
import type { WorkerContext } from "../../kit/worker.ts";

/** A decky as evidence names it. */
export interface Named {
  readonly decky: string;
  readonly address: string;
  readonly mac: string | null;
  readonly archetype: string;
}

/** The mouth of the mutator. */
export interface Teller {
  status(id: string, change: { status: string; previous: string; reason: string }): void;
  mutation(
    state: "Enqueued" | "Applying" | "Applied" | "Failed",
    row: { readonly id: string; readonly topology_id: string },
    about: { readonly op: string; readonly reason?: string },
  ): void;
  services(
    decky: string,
    change: {
      before: readonly string[];
      after: readonly string[];
      trigger: string;
      plan: string | undefined;
      reason: string;
    },
  ): void;
  /** A decky is no more: its row goes. */
  removed(decky: Named): void;
  /** A neighbour found it otherwise than before. */
  changed(decky: Named, change: Omit<EvidenceData<"decky.changed">, "address" | "mac">): void;
  /** Its firewall stopped so many packets since it was last looked at. */
  dropped(decky: Named, count: { readonly tcp: number; readonly other: number }): void;
  /** Waits for the collector to take what was told. */
  flush(ms: number): Promise<boolean>;
  close(): void;
}

function evidenceClient({ folder, config, clock, log, metrics }: WorkerContext): EvidenceClient {
  return createEvidenceClient({
    socketPath: folder.collectorSocket,
    sensor: config.get("decky.sensor"),
    clock,
    log,
    metrics,
    maxPending: config.get("limits.pending_records"),
  });
}

/** Opens its mouth: the way to the collector is made when there is first something to say. */
export function createTeller(context: WorkerContext): Teller {
  const { bus, log, clock, config } = context;
  let client: EvidenceClient | undefined;
  const newId = createIdSource(clock);
  const send = (decky: Named, kind: Evidence["kind"], data: object): void => {
    client ??= evidenceClient(context);
    const end = { ip: decky.address, port: 0 };
    const about = { sensor: config.get("decky.sensor"), decky: decky.decky, service: "decky", session: null };
    const where = { src: end, dst: end, transport: "tcp" };
    client.send({ id: newId<EvidenceId>(), ts: clock.now(), ...about, ...where, kind, data } as Evidence);
  };
  return {
    status: (id, { status, previous, reason }) =>
      publishSafely(bus, topics.topologyStatus, { id }, { status, previous, reason }, log),
    mutation(state, { id, topology_id }, { op, reason = "" }) {
      const payload = { mutation_id: id, op, reason };
      publishSafely(bus, topics[`topologyMutation${state}`], { id: topology_id }, payload, log);
    },
    services(id, { before, after, trigger, plan, reason }) {
      const services = { old_services: [...before], new_services: [...after] };
      const why = { trigger, reason, ...(plan !== undefined && { plan }) };
      publishSafely(bus, topics.deckyMutation, { id }, { ...services, ...why }, log);
    },
    removed(decky) {
      const { address, mac, archetype } = decky;
      const persona = { hostname: decky.decky, archetype, os: "" };
      send(decky, "decky.changed", {
        state: "removed",
        previous: "unknown",
        address,
        mac,
        persona,
        services: [],
      });
      const change = { state: "removed", previous: "unknown", address } as const;
      publishSafely(bus, topics.deckyState, { id: decky.decky }, { ...change, services: [] }, log);
    },
    changed(decky, change) {
      const { address, mac } = decky;
      send(decky, "decky.changed", { ...change, address, mac });
      const { state, previous, services, reason = "" } = change;
      publishSafely(
        bus,
        topics.deckyState,
        { id: decky.decky },
        { state, previous, address, services, reason },
        log,
      );
    },
    dropped: (decky, count) => send(decky, "outbound.dropped", count),
    flush: (ms) => client?.flush(ms) ?? Promise.resolve(true),
    close: () => client?.close(),
  };
}
