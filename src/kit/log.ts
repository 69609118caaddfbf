// Logs: pino JSON on stderr with a constant message and fields. Attacker text is evidence and is not logged.

import pino from "pino";
import { systemErrorCode, toError } from "../contract/errors.ts";

/** Most characters of lines that wait while stderr takes none. */
const MAX_WAITING = 1024 * 1024;

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

/** stderr as a place for lines. A disk without room under it delays them, and loses them beyond a bound; it ends no process. */
function standardError(): pino.DestinationStream {
  const stream = pino.destination({ dest: 2, sync: true, maxLength: MAX_WAITING });
  // Without a listener a failed write is an uncaught exception. What waits is tried again with the next line.
  stream.on("error", () => undefined);
  return stream;
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
  return write ? pino(options, { write }) : pino(options, standardError());
}
