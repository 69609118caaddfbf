// decnet status: what runs, from the running install's own API, or as far as it can be told without it.

import type { Decky, Status, Worker } from "../api/types.ts";
import { printable } from "../contract/captured.ts";
import { DecnetError } from "../contract/errors.ts";
import { dataFolder } from "../kit/data-folder.ts";
import { busPlace, findApiUrl, findInstall } from "../kit/install.ts";
import { apiClient } from "./api-client.ts";
import type { CommandCall } from "./command.ts";
import { managerOf } from "./direct-orders.ts";
import { tellWithoutApi } from "./status-without-api.ts";
import type { Paint } from "./style.ts";
import { columns, paint } from "./style.ts";

/** Lines of one decky and its services. */
export function deckyLines(decky: Decky, colours: Paint): string {
  const rows = decky.services.map((service) => [
    service.name,
    `${decky.address}:${service.port}`,
    `${service.state}${service.detail ? ` (${service.detail})` : ""}`,
  ]);
  const title = `${colours.bold(decky.name)}  ${decky.persona.os}  ${colours.dim(decky.persona.archetype)}  ${decky.state}`;
  return `\n  ${title}\n${columns(rows.map((row) => ["  ", ...row]))}`;
}

function workerLines(status: Status, colours: Paint): string {
  const mark = { ok: colours.good, stale: colours.warn, unknown: colours.bad } as const;
  const rows = status.workers.map((worker) => [
    worker.name.padEnd(10),
    // A beat of a moment ago says nothing of a worker that was stopped since.
    worker.service
      ? colours.warn(worker.service.phase.replace("_", " ").padEnd(10))
      : mark[worker.status](worker.status.padEnd(10)),
    worker.seconds_since === null ? "never seen" : `${worker.seconds_since.toFixed(0)} s ago`,
    worker.pid === null ? "" : `pid ${worker.pid}`,
  ]);
  const lines = rows.map((row) => `  ${row.join("  ")}`.trimEnd());
  return status.workers.map((worker, i) => `${lines[i]}\n${whyLines(worker, colours)}`).join("");
}

/** Why a worker does not run or can't be heard, below its row: with its service manager's words, and the end of its log. */
function whyLines({ service, status, extra }: Worker, colours: Paint): string {
  const unseen = status === "unknown" && typeof extra["reason"] === "string" ? [extra["reason"]] : [];
  const told = service && service.phase !== "stopped" ? service : undefined;
  const why = [...unseen, ...(told?.reason ? [told.reason] : []), ...(told?.last_lines.slice(-5) ?? [])];
  return why.map((line) => `      ${colours.dim(printable(line, 300))}\n`).join("");
}

/** Prints it; exit status 0 when all is well, 1 when a worker is not ok or the bus is away, 69 when nothing runs. */
export async function runStatus(call: CommandCall): Promise<number> {
  const folder = dataFolder(call.dataDir);
  const install = findInstall(folder);
  if (findApiUrl(folder) === undefined) {
    const manager = await managerOf(folder);
    if (manager.kind !== "none") return tellWithoutApi(call, manager);
  }
  if (!install && call.options["json"]) {
    call.terminal.out(`${JSON.stringify({ running: false, data_dir: folder.root })}\n`);
    throw new DecnetError("unavailable", `no decnet runs on ${folder.root}`);
  }
  const place = install && busPlace(install.bus, install.bus_socket);
  const client = apiClient(folder);
  const status = await client.get<Status>("/status");
  const well =
    status.bus_connected &&
    status.workers.every((worker) => (worker.status === "ok" && !worker.service) || !worker.installed);
  if (call.options["json"]) {
    const where = {
      running: true,
      data_dir: folder.root,
      url: client.url,
      ...place,
      pid: install?.pid,
    };
    call.terminal.out(`${JSON.stringify({ ...where, ...status }, null, 2)}\n`);
    return well ? 0 : 1;
  }
  const colours = paint(call.terminal.colours);
  const { accepted, spooled, ingested } = status.evidence;
  call.terminal.out(
    [
      `${colours.bold("decnet")} ${status.version}  ${client.url}  ${colours.dim(folder.root)}\n\n`,
      `  bus ${status.bus_connected ? colours.good("connected") : colours.bad("OFFLINE")}  ${colours.dim(place?.bus_socket ?? (place ? `over ${place.bus_type}` : ""))}\n`,
      `  evidence: ${accepted} accepted, ${spooled} in the spool, ${ingested} in the store\n\n`,
      workerLines(status, colours),
      ...status.deckies.map((decky) => deckyLines(decky, colours)),
    ].join(""),
  );
  return well ? 0 : 1;
}
