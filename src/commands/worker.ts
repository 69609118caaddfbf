// decnet <worker>: runs one worker in the foreground, or as a child of the supervisor.

import { writeFileSync } from "node:fs";
import { getBus } from "../bus/get-bus.ts";
import { systemClock } from "../contract/clock.ts";
import { errorCodes, isDecnetError } from "../contract/errors.ts";
import { busVariables } from "../kit/config.ts";
import type { DataFolder } from "../kit/data-folder.ts";
import { makeDataFolder } from "../kit/data-folder.ts";
import { busEnvironment } from "../kit/install.ts";
import type { Logger } from "../kit/log.ts";
import { createLogger } from "../kit/log.ts";
import { runWorker } from "../kit/run-worker.ts";
import type { ParentLink } from "../kit/supervisor/child-side.ts";
import { tellSupervisor } from "../kit/supervisor/child-side.ts";
import type { WorkerDefinition } from "../kit/worker.ts";
import { becomeUser, ownerOf } from "../platform/identity.ts";
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

/** The environment with the bus that the flags or the running install name. */
function busEnv(call: CommandCall, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { socket, group } = call.options;
  return {
    ...env,
    ...(typeof socket === "string" ? { DECNET_BUS_SOCKET: socket } : {}),
    ...(typeof group === "string" ? { DECNET_BUS_GROUP: group } : {}),
  };
}

/** Runs the worker until it ends by itself, by a signal, by a stop on the bus, or with its supervisor. */
export async function runWorkerCommand(worker: WorkerDefinition, call: CommandCall): Promise<number> {
  const supervised = call.terminal.env["DECNET_SUPERVISED"] === "1";
  const { folder, config } = settingsOf(call);
  if (supervised && worker.privileges.length === 0) becomeUser(ownerOf(folder.root));
  // A worker that reads no settings keeps nothing either.
  if (!supervised && worker.config.length > 0) makeDataFolder(folder);
  const log = createLogger(worker.name, config.get("log.level"));
  const signal = supervised ? AbortSignal.any([call.signal, followSupervisor()]) : call.signal;
  // Workers read the socket's path where the bus library does: in the environment.
  Object.assign(
    process.env,
    busEnv(call, busEnvironment(folder, { ...call.terminal.env, ...busVariables(config) })),
  );
  const parent = supervised
    ? tellSupervisor({ hangMs: config.get("supervisor.hang_ms"), clock: systemClock })
    : keepPassword(folder, log);
  const bus = getBus({ name: worker.name, log, clock: systemClock, env: process.env });
  try {
    await runWorker(worker, {
      bus,
      config,
      folder,
      log,
      clock: systemClock,
      signal,
      onReady: parent.ready,
      onStopOrdered: parent.ending,
    });
    return 0;
  } catch (error) {
    // An expected failure of a worker in the foreground is for its user, who reads sentences.
    if (!supervised && isDecnetError(error)) throw error;
    log.fatal({ err: error }, "worker failed");
    return isDecnetError(error) ? errorCodes[error.code].exit : errorCodes.internal.exit;
  } finally {
    await bus.close();
  }
}
