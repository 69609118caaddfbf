// decnet mutate: a plan brought over a decky at once, by the running install, as its schedule would bring it.

import type { Deckies } from "../../api/types.ts";
import { printable } from "../../contract/captured.ts";
import { DecnetError } from "../../contract/errors.ts";
import { didYouMean } from "../../contract/nearest.ts";
import type { Plan } from "../../topology/model.ts";
import { planSchema } from "../../topology/model.ts";
import type { ApiClient } from "../api-client.ts";
import type { CommandCall } from "../command.ts";
import { printJson, textOption } from "../options.ts";
import { enqueueChange, waitForChange } from "./change.ts";
import { fleetApi, withWords } from "./install.ts";
import { findHome, INTERRUPTED } from "./wait.ts";

function deckyOf(call: CommandCall): string {
  const [name] = call.args;
  if (name === undefined) throw new DecnetError("usage", "name a decky; see decnet deckies");
  return name;
}

function askedPlan(call: CommandCall): Plan {
  const plans = planSchema.options;
  const given = textOption(call, "plan");
  const plan = planSchema.safeParse(given);
  if (plan.success) return plan.data;
  const what = given === undefined ? "" : `, not "${printable(given, 64)}".${didYouMean(given, plans)}`;
  throw new DecnetError("usage", `--plan is ${plans.slice(0, -1).join(", ")} or ${plans.at(-1)}${what}`);
}

async function whyNone(api: ApiClient, name: string): Promise<DecnetError> {
  const { data } = await api.get<Deckies>("/deckies");
  const shown = printable(name, 64);
  if (data.some((decky) => decky.name === name))
    return new DecnetError(
      "invalid",
      `${shown} is on this host's own addresses: plans come over deckies of topologies`,
    );
  const hint = didYouMean(
    name,
    data.map((decky) => decky.name),
  );
  return new DecnetError("not_found", `there is no decky "${shown}".${hint || " See decnet deckies."}`);
}

async function mutate(call: CommandCall, api: ApiClient, name: string, plan: Plan): Promise<number> {
  const home = await findHome(api, name);
  if (!home) throw await whyNone(api, name);
  const asked = await enqueueChange(api, home.id, { op: "update_decky", name, changes: {}, plan });
  if (call.options["wait"] === false) {
    if (call.options["json"]) printJson(call, asked);
    else call.terminal.out(`${plan} of ${name} is asked for\n`);
    return 0;
  }
  const ended = await waitForChange(call, api, { topology: home.id, change: asked.id, about: name });
  if (!ended) {
    call.terminal.err("decnet: it goes on; see decnet deckies\n");
    return INTERRUPTED;
  }
  const failed = ended.status === "failed";
  const reason = printable(ended.reason, 500);
  if (call.options["json"]) printJson(call, ended);
  else call.terminal.out(failed ? `${name} is as it was: ${reason}\n` : `${reason}\n`);
  return failed ? 1 : 0;
}

/** `decnet mutate`. */
export async function runMutate(call: CommandCall): Promise<number> {
  const name = deckyOf(call);
  const plan = askedPlan(call);
  const api = fleetApi(call);
  return withWords(() => mutate(call, api, name, plan));
}
