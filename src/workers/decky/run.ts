// Runs the decky worker on what its process opened before it was replaced by itself without rights.
// Refuses to serve in a process that never gave them up.

import { DecnetError } from "../../contract/errors.ts";
import { machinesLeftOut, planDeckies } from "../../decoys/personas/plan.ts";
import type { WorkerContext } from "../../kit/worker.ts";
import { unpackLuggage } from "./luggage.ts";
import { serve } from "./serve.ts";

/** Runs the machines until the signal aborts. */
export async function run(context: WorkerContext): Promise<void> {
  const { config, prepared } = context;
  if (!prepared) throw new DecnetError("internal", "the decoys' process was not prepared");
  const { own, ...luggage } = unpackLuggage(prepared.luggage);
  const wish = { services: config.get("decky.services"), logins: config.get("decky.logins") };
  const plans = planDeckies(luggage.secret, wish);
  const leftOut = machinesLeftOut(luggage.secret, wish);
  const machines = plans.map((plan) => {
    const opened = own.find(({ decky }) => decky === plan.persona.decky);
    return { plan, states: opened?.states ?? [], sockets: opened?.sockets ?? [] };
  });
  await serve(context, { ...luggage, own: machines, leftOut, fence: prepared.fence });
}
