// What systemctl's words mean for a worker. Pure.

import type { ServiceState } from "../../contract/service-manager.ts";

/** Automatic restarts after which a unit that is down counts as a crash loop, as for the supervisor. */
const LOOP_AFTER = 5;

const NAME = /^[a-z][a-z0-9-]{0,63}$/;

/** The unit of a worker, or undefined for what can be no worker's name. */
export function unitOf(worker: string): string | undefined {
  return NAME.test(worker) ? `decnet-${worker}.service` : undefined;
}

/** Workers in the output of `list-unit-files 'decnet-*.service' --no-legend`; a masked unit can't be started. */
export function parseUnitFiles(text: string): ReadonlySet<string> {
  const rows = text.split("\n").map((line) => /^decnet-([a-z0-9-]+)\.service\s+(\S+)/.exec(line.trim()));
  return new Set(rows.flatMap((row) => (row?.[1] && !row[2]?.startsWith("masked") ? [row[1]] : [])));
}

/** `Key=value` lines of `systemctl show`. */
function parseShow(text: string): ReadonlyMap<string, string> {
  const pairs = text.split("\n").map((line) => {
    const at = line.indexOf("=");
    return [line.slice(0, Math.max(at, 0)), line.slice(at + 1)] as const;
  });
  return new Map(pairs);
}

function phaseOf(active: string, sub: string, looping: boolean): ServiceState["phase"] {
  if (active === "active" || active === "reloading" || active === "deactivating") return "running";
  if (active === "activating" && sub !== "auto-restart") return "starting";
  if (active === "activating" || active === "failed") return looping ? "crash_loop" : "failed";
  return "stopped";
}

/** How a unit stands; undefined for one that is not loaded. */
export function parseState(text: string): ServiceState | undefined {
  const fields = parseShow(text);
  const of = (key: string): string => fields.get(key) ?? "";
  if (of("LoadState") !== "loaded") return undefined;
  const looping = of("Result") === "start-limit-hit" || Number(of("NRestarts")) >= LOOP_AFTER;
  const phase = phaseOf(of("ActiveState"), of("SubState"), looping);
  const bad = phase === "failed" || phase === "crash_loop";
  const pid = Number(of("MainPID"));
  return {
    phase,
    pid: pid > 0 ? pid : undefined,
    reason: bad ? `${of("Result")}, ${of("NRestarts")} restarts` : undefined,
    lastLines: [],
  };
}
