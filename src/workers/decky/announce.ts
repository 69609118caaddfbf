// What the decoys' process tells of its machines: evidence of each change, the bus, and whom it had to refuse.
// Tells nothing of what a client said.

import { publishSafely } from "../../bus/publish-safely.ts";
import { topics } from "../../bus/topics.ts";
import type { Evidence, ServiceState } from "../../contract/evidence.ts";
import type { Persona } from "../../decoys/personas/persona.ts";
import type { DeckyPhase } from "./core.ts";
import type { House } from "./house.ts";
import { ownEvidence } from "./house.ts";

/** A machine from outside. */
export interface Announced {
  readonly persona: Persona;
  readonly address: string;
  /** Null where it has no interface of its own. */
  readonly mac: string | null;
}

/** How a machine stands now, and stood before. */
export interface Change {
  readonly state: DeckyPhase | "removed";
  readonly previous: DeckyPhase | "unknown";
  readonly services: ServiceState[];
}

/** Tells of a change: durably to the collector, at once to the bus. */
export function announce(house: House, { persona, address, mac }: Announced, change: Change): void {
  const about = { hostname: persona.hostname, archetype: persona.archetype, os: persona.os.pretty };
  const record = {
    ...ownEvidence(house, persona.decky, address),
    service: "decky",
    kind: "decky.changed",
    data: { ...change, address, mac, persona: about },
  };
  house.client.send(record as Evidence);
  const { bus, log } = house.context;
  publishSafely(bus, topics.deckyState, { id: persona.decky }, { ...change, address }, log);
}

/** Tells whom the bounds kept out since it was last told. */
export function tellRefusals(house: House, addressOf: (decky: string) => string): void {
  for (const row of house.tally.drain()) {
    const address = addressOf(row.decky);
    house.client.send({
      ...ownEvidence(house, row.decky, address),
      src: { ip: row.source, port: 0 },
      dst: { ip: address, port: row.port },
      service: row.service,
      kind: "connection.refused",
      data: { bound: row.bound, count: row.count },
    } as Evidence);
  }
}
