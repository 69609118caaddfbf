// decnet <worker>: runs one worker in the foreground, or as a child of the supervisor.

import { writeFileSync } from "node:fs";
import { getBus } from "../bus/get-bus.ts";
import { busSocketPath } from "../bus/socket-path.ts";
import { systemClock } from "../contract/clock.ts";
import { errorCodes, isDecnetError } from "../contract/errors.ts";
import type { Config } from "../kit/config.ts";
import { busVariables, loadConfig, settingKeys } from "../kit/config.ts";
import type { DataFolder } from "../kit/data-folder.ts";
import { makeDataFolder } from "../kit/data-folder.ts";
import { busEnvironment } from "../kit/install.ts";
import type { Logger } from "../kit/log.ts";
import { createLogger } from "../kit/log.ts";
import { runWorker } from "../kit/run-worker.ts";
import type { ParentLink } from "../kit/supervisor/child-side.ts";
import { beatEvery, tellSupervisor } from "../kit/supervisor/child-side.ts";
import type { PrepareContext, PrepareWorker, WorkerContext, WorkerDefinition } from "../kit/worker.ts";
import { arrive, depart } from "../platform/fence/stage.ts";
import { becomeUser, ownerOf } from "../platform/identity.ts";
import { takeWatch, tellAlive } from "../platform/systemd/watchdog.ts";
import type { CommandCall } from "./command.ts";
import { settingsOf } from "./settings.ts";

/** Aborts when the supervisor's end of our standard input closes: it is gone, so are we. */
function followSupervisor(): AbortSignal {
  const gone = new AbortController();
  process.stdin.on("end", () => gone.abort());
  process.stdin.on("error", () => gone.abort());
  process.stdin.resume();
  return gone.signal;
}

/** What must not be lost of a worker without a supervisor goes to a file: standard output may be a journal. */
function keepPassword(folder: DataFolder, log: Logger): ParentLink {
  let told = false;
  return {
    ready(info = {}) {
      if (told || typeof info["admin_password"] !== "string") return;
      told = true;
      writeFileSync(folder.passwordFile, `${info["admin_password"]}\n`, { mode: 0o600 });
      log.warn({ file: folder.passwordFile }, "first admin's password written, read it and remove the file");
    },
    ending: () => undefined,
  };
}

/** Shows a service manager that kills what hangs that this process does not; nobody that it starts speaks for it. */
function tellServiceManager(log: Logger): void {
  const watch = takeWatch(process.env, process.pid);
  if (!watch) return;
  tellAlive(watch, {
    everyMs: beatEvery(watch.limitMs),
    clock: systemClock,
    onTrouble: (error) => log.debug({ err: error }, "the service manager can't be told of life"),
  });
}

/** The environment with the bus that the flags or the running install name. */
function busEnv(call: CommandCall, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { socket, group } = call.options;
  return {
    ...env,
    ...(typeof socket === "string" ? { DECNET_BUS_SOCKET: socket } : {}),
    ...(typeof group === "string" ? { DECNET_BUS_GROUP: group } : {}),
  };
}

/** What the image of before handed to this one: settings and places, which this one's user might not be able to read. */
interface Inheritance {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly folder: DataFolder;
  readonly luggage: unknown;
}

/** Variables that the next image is given; the settings come to it another way. */
const PASSED =
  /^(PATH|TMPDIR|TZ|LANG|LC_[A-Z]+|NOTIFY_SOCKET|WATCHDOG_(USEC|PID)|DECNET_(SUPERVISED|BUS_[A-Z]+|NATS_[A-Z]+))$/;

function passedEnv(env: NodeJS.ProcessEnv, folder: DataFolder): Record<string, string> {
  const passed = Object.entries(env).filter(
    (entry): entry is [string, string] => PASSED.test(entry[0]) && entry[1] !== undefined,
  );
  // A default that hangs on the user must not change with it.
  const socket = env["DECNET_BUS_TYPE"] ? {} : { DECNET_BUS_SOCKET: busSocketPath(env) };
  // Without a home the runtime would look for one in the list of users, which may be closed to it by then.
  return { HOME: "/", ...Object.fromEntries(passed), ...socket, DECNET_DATA_DIR: folder.root };
}

/** What a worker is run with, however this process came to be. */
interface Circumstances {
  readonly folder: DataFolder;
  readonly config: Config;
  readonly prepared: WorkerContext["prepared"] | undefined;
}

function circumstances(call: CommandCall): Circumstances {
  const arrived = arrive(process.env);
  if (!arrived) return { ...settingsOf(call), prepared: undefined };
  const { settings, folder, luggage } = arrived.luggage as Inheritance;
  return { folder, config: loadConfig({ flags: settings }), prepared: { fence: arrived.fence, luggage } };
}

/** Opens what takes rights, then starts this process anew without them. Returns only when it was told to stop. */
async function becomeLess(
  prepare: PrepareWorker,
  context: PrepareContext,
  signal: AbortSignal,
): Promise<void> {
  const { config, folder } = context;
  const departure = await prepare(context);
  if (signal.aborted) return;
  const settings = Object.fromEntries(settingKeys.map((key) => [key, config.get(key)]));
  const luggage: Inheritance = { settings, folder, luggage: departure.luggage };
  depart({ ...departure, luggage, env: passedEnv(process.env, folder) });
}

/** Runs the worker until it ends by itself, by a signal, by a stop on the bus, or with its supervisor. */
export async function runWorkerCommand(worker: WorkerDefinition, call: CommandCall): Promise<number> {
  const supervised = call.terminal.env["DECNET_SUPERVISED"] === "1";
  const { folder, config, prepared } = circumstances(call);
  if (supervised && worker.privileges.length === 0) becomeUser(ownerOf(folder.root));
  // A worker that reads no settings keeps nothing either.
  if (!supervised && !prepared && worker.config.length > 0) makeDataFolder(folder);
  const log = createLogger(worker.name, config.get("log.level"));
  // Workers read the socket's path where the bus library does: in the environment.
  if (!prepared)
    Object.assign(
      process.env,
      busEnv(call, busEnvironment(folder, { ...call.terminal.env, ...busVariables(config) })),
    );
  try {
    if (worker.prepare && !prepared) {
      await becomeLess(await worker.prepare(), { config, folder, log, clock: systemClock }, call.signal);
      return 0;
    }
    return await runHere(worker, call, { folder, config, prepared, log, supervised });
  } catch (error) {
    // An expected failure of a worker in the foreground is for its user, who reads sentences.
    if (!supervised && isDecnetError(error)) throw error;
    log.fatal({ err: error }, "worker failed");
    return isDecnetError(error) ? errorCodes[error.code].exit : errorCodes.internal.exit;
  }
}

async function runHere(
  worker: WorkerDefinition,
  call: CommandCall,
  { folder, config, prepared, log, supervised }: Circumstances & { log: Logger; supervised: boolean },
): Promise<number> {
  if (!supervised) tellServiceManager(log);
  const signal = supervised ? AbortSignal.any([call.signal, followSupervisor()]) : call.signal;
  const parent = supervised
    ? tellSupervisor({ hangMs: config.get("supervisor.hang_ms"), clock: systemClock })
    : keepPassword(folder, log);
  const { name, firstBusRetryMs: firstRetryMs } = worker;
  const bus = getBus({ name, log, clock: systemClock, env: process.env, firstRetryMs });
  try {
    await runWorker(worker, {
      bus,
      config,
      folder,
      log,
      clock: systemClock,
      signal,
      ...(prepared ? { prepared } : {}),
      onReady: parent.ready,
      onStopOrdered: parent.ending,
    });
    return 0;
  } finally {
    await bus.close();
  }
}
