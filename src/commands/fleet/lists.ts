// decnet deckies, services, personas: what there is and what there can be. Changes nothing.

import type { Deckies, Decky } from "../../api/types.ts";
import { dataFolder } from "../../kit/data-folder.ts";
import { findInstall } from "../../kit/install.ts";
import { apiClient } from "../api-client.ts";
import type { CommandCall } from "../command.ts";
import { printJson } from "../options.ts";
import { columns } from "../style.ts";
import { serviceFacts, systemFacts } from "./machines.ts";

function serviceWords({ services }: Decky): string {
  return services
    .map(({ name, port, state }) => `${name}:${port}${state === "listening" ? "" : ` (${state})`}`)
    .join(" ");
}

/** `decnet deckies`: all of the running install, of topologies and of the host driver alike. */
export async function runDeckies(call: CommandCall): Promise<number> {
  const deckies = await apiClient(dataFolder(call.dataDir)).get<Deckies>("/deckies");
  if (call.options["json"]) printJson(call, deckies);
  else if (deckies.data.length === 0) call.terminal.out("no deckies\n");
  else
    call.terminal.out(
      columns(
        deckies.data.map((decky) => [
          decky.name,
          decky.address,
          decky.mac ?? "no MAC of its own",
          decky.state,
          serviceWords(decky),
        ]),
      ),
    );
  return 0;
}

/** `decnet services`: the decoys. */
export async function runServices(call: CommandCall): Promise<number> {
  const facts = serviceFacts();
  if (call.options["json"]) printJson(call, { data: facts });
  else
    call.terminal.out(
      columns(
        facts.map(({ name, port, transport, several_ports, summary, archetypes }) => [
          name,
          `${port}/${transport}${several_ports ? ", several" : ""}`,
          summary,
          archetypes.join(" "),
        ]),
      ),
    );
  return 0;
}

/** `decnet personas`: who the deckies of the running install claim to be; where none runs, the systems there are. */
export async function runPersonas(call: CommandCall): Promise<number> {
  const folder = dataFolder(call.dataDir);
  if (findInstall(folder)) {
    const { data } = await apiClient(folder).get<Deckies>("/deckies");
    const personas = data.map(({ name, address, mac, state, persona }) => ({
      decky: name,
      ...persona,
      address,
      mac,
      state,
    }));
    if (call.options["json"]) printJson(call, { running: true, data: personas });
    else
      call.terminal.out(
        columns(personas.map(({ hostname, archetype, os, address }) => [hostname, archetype, os, address])),
      );
    return 0;
  }
  const systems = systemFacts();
  if (call.options["json"]) printJson(call, { running: false, data: systems });
  else
    call.terminal.out(
      `no decnet runs on ${folder.root}; machines can be:\n${columns(systems.map(({ os, tcp_ip, archetypes }) => [os, `TCP/IP as ${tcp_ip}`, archetypes.join(" ")]))}`,
    );
  return 0;
}
