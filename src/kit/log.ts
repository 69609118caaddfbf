// Logs: pino JSON on stderr with a constant message and fields. Attacker text is evidence and is not logged.

import pino from "pino";
import { systemErrorCode, toError } from "../contract/errors.ts";

/** A logger. */
export type Logger = pino.Logger;

/** Levels that `log.level` takes. */
export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

/** An error as fields: whatever else hangs on it (sockets, requests) stays out. */
function errorFields(thrown: unknown): Record<string, unknown> {
  const error = toError(thrown);
  const cause = error.cause === undefined ? {} : { cause: toError(error.cause).message };
  return {
    type: error.name,
    message: error.message,
    code: systemErrorCode(error),
    stack: error.stack,
    ...cause,
  };
}

/** Makes a process's logger. `write` takes whole lines; the default is stderr. */
export function createLogger(name: string, level: string, write?: (line: string) => void): Logger {
  const options: pino.LoggerOptions = {
    name,
    level,
    base: { name, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: errorFields },
  };
  return write ? pino(options, { write }) : pino(options, pino.destination({ dest: 2, sync: true }));
}
