// Serves machines on sockets that are open already: this host's own and those that the fleet hands over.
// Opens no socket of the network by itself and needs no right to.

import type { ServiceState } from "../../contract/evidence.ts";
import type { Persona } from "../../decoys/personas/persona.ts";
import type { DeckyPlan } from "../../decoys/personas/plan.ts";
import type { InstallSecret } from "../../decoys/personas/secret.ts";
import type { WorkerContext } from "../../kit/worker.ts";
import type { Fence } from "../../platform/fence/stage.ts";
import { announce, tellRefusals } from "./announce.ts";
import { Fleet } from "./fleet.ts";
import { openFleetDoor } from "./fleet-door.ts";
import type { House } from "./house.ts";
import { createHouse } from "./house.ts";
import type { OpenSocket } from "./machine.ts";
import { Machine } from "./machine.ts";

/** How often refusals are told. */
const TALLY_MS = 5_000;
/** How long the last evidence may take to reach the collector at the end. */
const FLUSH_MS = 3_000;

/** What was opened as long as there was the right to. */
export interface Opened {
  readonly secret: InstallSecret;
  /** This host's own machines. */
  readonly own: readonly {
    readonly plan: DeckyPlan;
    readonly states: readonly ServiceState[];
    readonly sockets: readonly OpenSocket[];
  }[];
  /** Those that an earlier start may have shown, and this one does not. */
  readonly leftOut: readonly Persona[];
  /** Their address. */
  readonly address: string;
  /** Added to each of their ports. */
  readonly offset: number;
  /** Listens for the maker of sockets. */
  readonly door: number;
  /** User of the workers, who may hand machines over. */
  readonly workers: number;
  readonly fence: Fence;
}

async function startOwn(house: House, { own, address, offset }: Opened): Promise<readonly Machine[]> {
  const { log } = house.context;
  return await Promise.all(
    own.map(async ({ plan, states, sockets }) => {
      const { persona, services } = plan;
      for (const state of states)
        if (state.state !== "listening") log.warn({ service: state }, "a decoy does not listen");
      const face = { persona, address, mac: null, services };
      const machine = new Machine(house, face, { noted: states, offset });
      await machine.take(sockets);
      // A few, so that the first client need not wait; those of the fleet may be hundreds.
      await machine.warm();
      machine.tell();
      return machine;
    }),
  );
}

/** Tells of machines that are no longer there: one whose process was killed could not say so itself. */
function tellLeftOut(house: House, { leftOut, address }: Opened): void {
  for (const persona of leftOut)
    announce(house, { persona, address, mac: null }, { state: "removed", previous: "unknown", services: [] });
}

/** Serves until the signal aborts. */
export async function serve(context: WorkerContext, opened: Opened): Promise<void> {
  const { clock, log, signal } = context;
  const house = createHouse(context);
  tellLeftOut(house, opened);
  const own = await startOwn(house, opened);
  const names = new Set(own.map(({ face }) => face.persona.decky));
  const fleet = new Fleet(house, opened.secret, (decky) => names.has(decky));
  const door = openFleetDoor({
    listener: opened.door,
    clock,
    log,
    admits: (uid) => uid === 0 || uid === opened.workers || uid === process.getuid?.(),
    obey: (order, fds) => fleet.obey(order, fds),
  });
  const all = (): readonly Machine[] => [...own, ...fleet.machines];
  const services = own.flatMap(({ face, services }) =>
    services.map((service) => ({ decky: face.persona.decky, ...service })),
  );
  log.info({ services }, "deckies serve");
  if (!opened.fence.includes("seccomp"))
    log.warn({ fence: opened.fence }, "this kernel puts no fence of seccomp around the decoys");
  context.reportHealth(() => ({
    fence: opened.fence,
    deckies: all().length,
    services: all().reduce((sum, machine) => sum + machine.listening, 0),
  }));
  context.ready();
  while (!signal.aborted) {
    await clock.sleep(TALLY_MS, signal);
    tellRefusals(house, (decky) => fleet.addressOf(decky) ?? opened.address);
  }
  door.close();
  await Promise.all([fleet.end(), ...own.map((machine) => machine.end("stopped"))]);
  if (!(await house.client.flush(FLUSH_MS)))
    log.warn({ pending: house.client.pending }, "evidence left unsent at the end");
  house.client.close();
}
