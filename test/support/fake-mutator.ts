// The mutator's part as the API and the commands see it: rows moved on, no kernel. Woken by the bus of a running install.

import { connectNow } from "../../src/bus/app-bus.ts";
import { UnixBus } from "../../src/bus/client.ts";
import { systemClock } from "../../src/contract/clock.ts";
import { machineCatalogue } from "../../src/decoys/personas/catalogue.ts";
import { newLife } from "../../src/fleet/machine.ts";
import { createLogger } from "../../src/kit/log.ts";
import type { Store } from "../../src/store/open.ts";
import { openStore } from "../../src/store/open.ts";
import type { TopologyRow } from "../../src/store/topologies.ts";
import {
  changeTopologyStatus,
  claimMutation,
  deleteMachines,
  endMutation,
  findTopology,
  listMachines,
  listTopologies,
  putMachines,
  putTopologyDefinition,
} from "../../src/store/topologies.ts";
import type { Topology } from "../../src/topology/model.ts";
import { applyMutation, mutationSchema } from "../../src/topology/mutation.ts";
import type { RunningInstall } from "./install.ts";

/** What becomes of the next orders. */
export interface FakeOutcome {
  readonly deployed: "active" | "degraded" | "failed";
  readonly tornDown: "torn_down" | "failed";
  readonly mutated: "applied" | "failed";
  readonly reason: string;
}

export interface FakeMutator extends AsyncDisposable {
  readonly store: Store;
  /** What becomes of orders from now on. */
  next(outcome: Partial<FakeOutcome>): void;
}

const fine: FakeOutcome = { deployed: "active", tornDown: "torn_down", mutated: "applied", reason: "" };
const log = createLogger("test", "silent");

const definitionOf = (row: TopologyRow): Topology => JSON.parse(row.definition) as Topology;

async function giveAddresses({ db }: Store, row: TopologyRow): Promise<void> {
  const { lans, deckies } = definitionOf(row);
  const machines = deckies.map(({ name, edges }, i) => ({
    decky: name,
    topology_id: row.id,
    links: JSON.stringify(
      edges.map(({ lan, address }, j) => {
        const { subnet = "" } = lans.find((one) => one.name === lan) ?? {};
        const own = address ?? subnet.replace(/\d+\/.*$/, String(100 + i));
        return {
          lan,
          address: `${own}/${subnet.split("/")[1]}`,
          mac: `18:66:da:00:0${j}:${String(10 + i)}`,
        };
      }),
    ),
    life: JSON.stringify(newLife),
    changed_at: Date.now(),
  }));
  await putMachines(db, machines);
}

async function obey(store: Store, { deployed, tornDown, reason }: FakeOutcome): Promise<void> {
  const { db } = store;
  for (const row of await listTopologies(db)) {
    const move = (to: string) =>
      changeTopologyStatus(db, row.id, { from: row.status, to, reason, now: Date.now() });
    if (row.status === "deploying") {
      if (deployed !== "failed") await giveAddresses(store, row);
      await move(deployed);
    }
    if (row.status === "tearing_down") {
      const machines = await listMachines(db, row.id);
      await deleteMachines(
        db,
        machines.map(({ decky }) => decky),
      );
      await move(tornDown);
    }
  }
}

async function applyNext({ db }: Store, { mutated, reason }: FakeOutcome): Promise<void> {
  const claimed = await claimMutation(db, Date.now());
  const row = claimed && (await findTopology(db, claimed.topology_id));
  if (!claimed || !row) return;
  if (mutated === "applied") {
    const mutation = mutationSchema.parse(JSON.parse(claimed.mutation));
    const after = applyMutation(definitionOf(row), mutation, machineCatalogue());
    await putTopologyDefinition(db, row.id, { definition: JSON.stringify(after), now: Date.now() });
  }
  await endMutation(db, claimed.id, { status: mutated, reason, now: Date.now() });
}

/** Starts it beside a running install, whose own mutator must not run. */
export async function startFakeMutator(install: RunningInstall): Promise<FakeMutator> {
  const store = openStore({ path: `${install.dataDir}/decnet.db`, log });
  const make = () =>
    new UnixBus({ name: "fake-mutator", path: install.up.bus_socket, log, clock: systemClock });
  const bus = await connectNow(make, 5000);
  const orders = bus.subscribe("topology.>");
  await orders.ready;
  let outcome = fine;
  const running = (async () => {
    for await (const event of orders) {
      if (event.topic.endsWith(".status")) await obey(store, outcome);
      else await applyNext(store, outcome);
    }
  })();
  return {
    store,
    next: (wanted) => {
      outcome = { ...fine, ...wanted };
    },
    async [Symbol.asyncDispose]() {
      await bus.close();
      await running;
      await store.close();
    },
  };
}
