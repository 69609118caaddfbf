// decnet status while the API is away: what the service manager and the bus can tell.

import { busSocketPath } from "../bus/socket-path.ts";
import { printable } from "../contract/captured.ts";
import type { ServiceManager, ServiceState } from "../contract/service-manager.ts";
import { busVariables } from "../kit/config.ts";
import { busPlace, findInstall } from "../kit/install.ts";
import { workers } from "../workers/index.ts";
import type { CommandCall } from "./command.ts";
import { openBus } from "./open-bus.ts";
import { settingsOf } from "./settings.ts";
import type { Paint } from "./style.ts";
import { paint } from "./style.ts";

const FLUSH_MS = 1000;
const LINES = 5;

type Row = readonly [name: string, state: ServiceState | undefined];

async function busAnswers(call: CommandCall): Promise<boolean> {
  const bus = openBus(call);
  try {
    return await bus.flush(FLUSH_MS);
  } finally {
    await bus.close();
  }
}

function rowLines([name, state]: Row, colours: Paint): string {
  const phase = state?.phase ?? "unknown";
  const shown = phase.replace("_", " ").padEnd(10);
  const pid = state?.pid === undefined ? "" : `  pid ${state.pid}`;
  const bad = phase === "failed" || phase === "crash_loop";
  const why = bad ? [state?.reason ?? "", ...(state?.lastLines.slice(-LINES) ?? [])] : [];
  const below = why
    .filter((line) => line !== "")
    .map((line) => `      ${colours.dim(printable(line, 300))}\n`);
  return `  ${name.padEnd(10)}  ${phase === "running" ? colours.good(shown) : colours.warn(shown)}${pid}\n${below.join("")}`;
}

/** Prints it; exit status 1, for the API is part of what has to run. */
export async function tellWithoutApi(call: CommandCall, manager: ServiceManager): Promise<number> {
  const { folder, config } = settingsOf(call);
  const install = findInstall(folder);
  const env = call.terminal.env;
  const variables = install?.bus ?? busVariables(config);
  const place = busPlace(variables, install?.bus_socket ?? busSocketPath(env));
  const installed = await manager.installed();
  const names = workers.map(({ name }) => name).filter((name) => installed.has(name));
  const rows: readonly Row[] = await Promise.all(
    names.map(async (name) => [name, await manager.state(name)] as const),
  );
  const bus_connected = await busAnswers(call);
  if (call.options["json"]) {
    const states = rows.map(([name, state]) => ({
      name,
      phase: state?.phase ?? null,
      pid: state?.pid ?? null,
      reason: state?.reason ?? null,
    }));
    const where = { running: true, data_dir: folder.root, url: null, ...place, pid: install?.pid ?? null };
    call.terminal.out(`${JSON.stringify({ ...where, bus_connected, workers: states }, null, 2)}\n`);
    return 1;
  }
  const colours = paint(call.terminal.colours);
  const bus = bus_connected ? colours.good("connected") : colours.bad("OFFLINE");
  call.terminal.out(
    [
      `${colours.bold("decnet")}  ${colours.bad("the API is down")}: start it with "decnet start api"  ${colours.dim(folder.root)}\n\n`,
      `  bus ${bus}  ${colours.dim(place.bus_socket ?? `over ${place.bus_type}`)}\n\n`,
      ...rows.map((row) => rowLines(row, colours)),
    ].join(""),
  );
  return 1;
}
