// decnet up: starts the workers under a supervisor, says where everything is, and ends it all on Ctrl-C.

import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Status } from "../api/types.ts";
import { BUS_FOLDER, busSocketPath } from "../bus/socket-path.ts";
import { systemClock } from "../contract/clock.ts";
import { DecnetError, toError } from "../contract/errors.ts";
import { planDeckies } from "../decoys/personas/plan.ts";
import { loadSecret } from "../decoys/personas/secret.ts";
import type { Config } from "../kit/config.ts";
import { busVariables, settingKeys, variableOf } from "../kit/config.ts";
import type { DataFolder, FolderOwner } from "../kit/data-folder.ts";
import { makeDataFolder } from "../kit/data-folder.ts";
import { busPlace, writeRunFile } from "../kit/install.ts";
import { createLogger } from "../kit/log.ts";
import { openControlSocket } from "../kit/supervisor/control-socket.ts";
import { holdFolder } from "../kit/supervisor/hold-folder.ts";
import type { Supervisor } from "../kit/supervisor/supervisor.ts";
import { createSupervisor } from "../kit/supervisor/supervisor.ts";
import { ownerFor } from "../platform/identity.ts";
import { workers } from "../workers/index.ts";
import { apiClient } from "./api-client.ts";
import type { CommandCall } from "./command.ts";
import { ownWorkers } from "./own-workers.ts";
import { settingsOf } from "./settings.ts";
import { checkBefore } from "./up-checks.ts";
import { announce, tellCrash } from "./up-report.ts";

/** How long workers may take to come up before `up` says that they did not. */
const READY_MS = 20_000;
/** How often `up` looks whether the deckies have reached the store. */
const LOOK_MS = 50;

/** The bus of this install: the default one for the default folder, one of its own for any other. */
function busPathFor(call: CommandCall, folder: DataFolder, owner: FolderOwner | undefined): string {
  if (!call.terminal.env["DECNET_BUS_SOCKET"] && call.dataDirGiven) return folder.busSocket;
  const path = busSocketPath(call.terminal.env);
  // The broker drops root before it makes its socket: its folder must be there, and its own.
  if (owner && dirname(path) === BUS_FOLDER) {
    mkdirSync(BUS_FOLDER, { recursive: true });
    chmodSync(BUS_FOLDER, 0o750);
    chownSync(BUS_FOLDER, owner.uid, owner.gid);
  }
  return path;
}

/** Every setting that does not stand at its default or in the file, as the children's environment. */
function settingsEnv(config: Config): Record<string, string> {
  const given = settingKeys.filter((key) => ["flag", "environment"].includes(config.sourceOf(key)));
  return Object.fromEntries(
    given.map((key) => {
      const value = config.get(key);
      return [variableOf(key), Array.isArray(value) ? value.join(",") : String(value)];
    }),
  );
}

/**
 * Where workers find their files: relative to the folder that they start in, so that one which has dropped root needs
 * no way through the folders above it.
 */
function childPlaces(folder: DataFolder, busSocket: string): Record<string, string> {
  const inside = folder.run === join(folder.root, "run");
  const bus = inside && busSocket === folder.busSocket ? relative(folder.root, busSocket) : busSocket;
  return { DECNET_DATA_DIR: inside ? "." : folder.root, DECNET_BUS_SOCKET: bus };
}

/** The environment that workers start in: nothing that could make the runtime load other code. */
function childEnv(call: CommandCall, config: Config, more: Record<string, string>): Record<string, string> {
  const unwanted = new Set(["BUN_OPTIONS", "BUN_BE_BUN", "NODE_OPTIONS"]);
  const inherited = Object.entries(call.terminal.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !unwanted.has(entry[0]),
  );
  return { ...Object.fromEntries(inherited), ...settingsEnv(config), ...more };
}

/** The command that runs this same program. */
function ownCommand(): readonly string[] {
  return Bun.isStandaloneExecutable ? [process.execPath] : [process.execPath, Bun.main];
}

/** Those who observe end first, so that what they still send is taken; the bus ends last. */
function stopOrder(): readonly (readonly string[])[] {
  const between = workers.map((worker) => worker.name).filter((name) => name !== "decky" && name !== "bus");
  return [["decky"], between, ["bus"]];
}

/** Starts the bus, then everything else; throws when one of them does not come up. */
async function startAll(supervisor: Supervisor, folder: DataFolder, names: readonly string[]): Promise<void> {
  if (names.includes("bus")) {
    supervisor.start("bus");
    await supervisor.ready("bus", READY_MS);
  }
  for (const name of names) supervisor.start(name);
  const outcomes = await Promise.all(
    names.map(async (name) => ({ name, ready: await supervisor.ready(name, READY_MS) })),
  );
  const late = outcomes.filter((outcome) => !outcome.ready).map((outcome) => outcome.name);
  if (late.length > 0) {
    throw new DecnetError(
      "unavailable",
      `not up after ${READY_MS / 1000} s: ${late.join(", ")}; see their logs in ${folder.logs}`,
    );
  }
}

/** The status once the deckies of this start are in the store. */
async function settledStatus(
  folder: DataFolder,
  expected: number,
  since: number,
  signal: AbortSignal,
): Promise<Status> {
  const deadline = systemClock.monotonic() + READY_MS;
  for (;;) {
    const status = await apiClient(folder).get<Status>("/status");
    const fresh = status.deckies.filter((decky) => decky.changed_at >= since);
    const well =
      fresh.length >= expected &&
      status.workers.every(
        ({ status, installed, extra }) => status === "ok" || !installed || extra["reason"] !== undefined,
      );
    if (well || signal.aborted || systemClock.monotonic() > deadline) return status;
    await systemClock.sleep(LOOK_MS, signal);
  }
}

/** Logins of the planned deckies, for the operator's eyes. */
function loginsOf(
  folder: DataFolder,
  config: Config,
): { count: number; logins: ReadonlyMap<string, readonly string[]> } {
  const secret = loadSecret(folder.secretFile, systemClock);
  const plans = planDeckies(secret, {
    services: config.get("decky.services"),
    logins: config.get("decky.logins"),
  });
  const logins = plans.map(({ persona }) => {
    const open = persona.accounts.filter((account) => account.password !== null);
    return [persona.decky, open.map((account) => `${account.name} / ${account.password ?? ""}`)] as const;
  });
  return { count: plans.length, logins: new Map(logins) };
}

/** Makes the folder. Throws DecnetError `config` that names it when it cannot be. */
function makeFolder(folder: DataFolder, owner: FolderOwner | undefined): void {
  try {
    makeDataFolder(folder, owner);
  } catch (error) {
    const reason = toError(error).message;
    throw new DecnetError(
      "config",
      `data folder ${folder.root} cannot be used: ${reason}; name another with --data-dir`,
    );
  }
}

/** Starts all, tells once it is up, and waits for the end. */
async function serve(signal: AbortSignal, start: Promise<void>, tell: () => Promise<void>): Promise<void> {
  const ended = new Promise<void>((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true }),
  );
  // Signals alone do not keep the process alive.
  const alive = setInterval(() => undefined, 2 ** 30);
  try {
    await Promise.race([start, ended]);
    if (!signal.aborted) await tell();
    if (!signal.aborted) await ended;
  } finally {
    clearInterval(alive);
  }
}

/** Runs everything until the signal aborts. */
export async function runUp(call: CommandCall): Promise<number> {
  const { folder, config } = settingsOf(call);
  await checkBefore(folder, config);
  const owner = process.getuid?.() === 0 ? ownerFor(folder.root) : undefined;
  makeFolder(folder, owner);
  const held = holdFolder(folder);
  const { count, logins } = loginsOf(folder, config);
  const startedAt = systemClock.now();
  const bus = busVariables(config);
  const names = ownWorkers(config, call.terminal.env);
  const busSocket = busPathFor(call, folder, owner);
  const token = randomBytes(32).toString("base64url");
  let adminPassword: string | undefined;
  const supervisor = createSupervisor({
    command: ownCommand(),
    env: childEnv(call, config, {
      ...childPlaces(folder, busSocket),
      DECNET_LOCAL_TOKEN: token,
    }),
    cwd: folder.root,
    logDir: folder.logs,
    hangMs: config.get("supervisor.hang_ms"),
    clock: systemClock,
    log: createLogger("supervisor", config.get("log.level"), () => undefined),
    onEvent: (event) => {
      const password =
        event.type === "ready" && event.worker === "api" ? event.info["admin_password"] : undefined;
      if (typeof password === "string") adminPassword = password;
      if (!call.signal.aborted) tellCrash(call, folder, event);
    },
  });
  const control = openControlSocket({
    path: folder.supervisorSocket,
    owner,
    supervisor: { names, state: supervisor.stateOf, start: supervisor.startNow, hold: supervisor.hold },
  });
  rmSync(folder.apiFile, { force: true });
  writeRunFile(folder.installFile, {
    pid: process.pid,
    started_at: startedAt,
    bus_socket: busSocket,
    bus,
    token,
  });
  try {
    await serve(call.signal, startAll(supervisor, folder, names), async () => {
      const status = await settledStatus(folder, count, startedAt, call.signal);
      const place = busPlace(bus, busSocket);
      announce(call, { status, url: apiClient(folder).url, adminPassword, folder, bus: place, logins });
    });
    return 0;
  } finally {
    control.close();
    await supervisor.stop(stopOrder());
    rmSync(folder.installFile, { force: true });
    rmSync(folder.apiFile, { force: true });
    held.release();
  }
}
