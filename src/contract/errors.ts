// The one error class of the project and the one table of its codes.
// Holds no logging and no formatting for a screen: who catches decides how it is shown.

/**
 * Every error code. `http` is the response status, `exit` the exit status of a command
 * (BSD sysexits where one fits), `retry` says whether the same call may succeed later.
 */
export const errorCodes = {
  usage: { http: 400, exit: 64, retry: false },
  invalid: { http: 400, exit: 65, retry: false },
  protocol: { http: 400, exit: 76, retry: false },
  unauthorized: { http: 401, exit: 77, retry: false },
  forbidden: { http: 403, exit: 77, retry: false },
  not_found: { http: 404, exit: 66, retry: false },
  method_not_allowed: { http: 405, exit: 64, retry: false },
  conflict: { http: 409, exit: 73, retry: false },
  too_large: { http: 413, exit: 65, retry: false },
  too_many: { http: 429, exit: 75, retry: true },
  internal: { http: 500, exit: 70, retry: false },
  refused: { http: 502, exit: 69, retry: true },
  unavailable: { http: 503, exit: 69, retry: true },
  timeout: { http: 504, exit: 75, retry: true },
  no_space: { http: 507, exit: 74, retry: true },
  config: { http: 500, exit: 78, retry: false },
} as const satisfies Record<string, { http: number; exit: number; retry: boolean }>;

/** A key of {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes;

/** What an error may carry besides its message. `details` is shown to users: no secrets. */
export interface ErrorOptions {
  readonly cause?: unknown;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An expected failure with a code. Anything else that is thrown is a bug. */
export class DecnetError extends Error {
  override readonly name = "DecnetError";
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
  }
}

/** True for a {@link DecnetError}, optionally of one code. */
export function isDecnetError(error: unknown, code?: ErrorCode): error is DecnetError {
  return error instanceof DecnetError && (code === undefined || error.code === code);
}

/** Turns whatever was thrown into an Error. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** The `code` of a Node system error (`ECONNREFUSED`, `ENOENT` …), or undefined. */
export function systemErrorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}
