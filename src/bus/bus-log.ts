// What the bus needs of a logger, so that it depends on none: the project's pino logger fits.

/** A constant message and fields. */
export interface BusLog {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** Says nothing. */
export const silentLog: BusLog = Object.freeze({
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
});
