// Turns whatever went wrong into `{error: {code, message, details?}}`.
// An error that nobody raised on purpose is logged and tells the client nothing.

import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ErrorCode } from "../contract/errors.ts";
import { DecnetError, errorCodes, isDecnetError, toError } from "../contract/errors.ts";
import type { Logger } from "../kit/log.ts";
import { isBusy } from "../store/sqlite-error.ts";

const HIDDEN: readonly ErrorCode[] = ["internal", "config"];
const MAX_ISSUES = 10;

interface ValidationResult {
  readonly success: boolean;
  /** Which part of the request did not fit. */
  readonly target?: string;
  readonly error?: {
    readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
  };
}

/** Raised by the schemas of a route: which field, and what is wrong with it. A name in the path that can't be one names nothing. */
export function rejectInvalid(result: ValidationResult): undefined {
  if (result.success) return undefined;
  if (result.target === "param") throw new DecnetError("not_found", "no such resource");
  const issues = (result.error?.issues ?? []).slice(0, MAX_ISSUES);
  throw new DecnetError("invalid", "the request does not fit", {
    details: {
      issues: issues.map((issue) => ({
        path: issue.path.map(String).join(".").slice(0, 100),
        message: issue.message.slice(0, 200),
      })),
    },
  });
}

function fromHttpException(error: HTTPException): DecnetError {
  if (error.status === 413)
    return new DecnetError("too_large", "the request body is too large", { cause: error });
  if (error.status >= 500) return new DecnetError("internal", "internal error", { cause: error });
  return new DecnetError("invalid", "the request cannot be read", { cause: error });
}

/** The body and status of an error. */
function errorResponse(c: Context, error: DecnetError): Response {
  const { code, message, details } = error;
  const body = HIDDEN.includes(code)
    ? { code, message: "internal error" }
    : { code, message, ...(details && { details }) };
  const wait = details?.["retry_after_s"];
  if (typeof wait === "number") c.header("Retry-After", String(wait));
  const allow = details?.["allow"];
  if (Array.isArray(allow)) c.header("Allow", allow.join(", "));
  if (code === "unauthorized") c.header("WWW-Authenticate", "Bearer");
  return c.json({ error: body }, errorCodes[code].http as ContentfulStatusCode);
}

/** The app's error handler. */
export function createErrorHandler(log: Logger): (thrown: unknown, c: Context) => Response {
  return (thrown, c) => {
    if (isDecnetError(thrown) && !HIDDEN.includes(thrown.code)) return errorResponse(c, thrown);
    if (thrown instanceof HTTPException && thrown.status < 500)
      return errorResponse(c, fromHttpException(thrown));
    if (isBusy(thrown)) {
      return errorResponse(
        c,
        new DecnetError("unavailable", "the store is busy; try again", { cause: thrown }),
      );
    }
    log.error({ err: toError(thrown), method: c.req.method, route: c.req.routePath }, "request failed");
    return errorResponse(c, new DecnetError("internal", "internal error", { cause: thrown }));
  };
}
