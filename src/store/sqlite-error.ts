// What an SQLite error means for the caller: wait for a lock, wait for room, or give up.

/** Primary result codes, from sqlite.org/rescode.html. */
const codes = { BUSY: 5, LOCKED: 6, IOERR: 10, FULL: 13, CANTOPEN: 14 } as const;

/** The primary result code of an SQLite error, or undefined for any other error. */
function sqliteErrorCode(error: unknown): number | undefined {
  const fields = error as { name?: unknown; errno?: unknown } | null;
  if (fields?.name !== "SQLiteError" || typeof fields.errno !== "number") return undefined;
  return fields.errno & 0xff;
}

/** Another connection holds the lock: the same transaction may succeed later. */
export function isBusy(error: unknown): boolean {
  const code = sqliteErrorCode(error);
  return code === codes.BUSY || code === codes.LOCKED;
}

/** The disk is full or failing: the same transaction may succeed once there is room. */
export function isDiskTrouble(error: unknown): boolean {
  const code = sqliteErrorCode(error);
  return code === codes.FULL || code === codes.IOERR || code === codes.CANTOPEN;
}
