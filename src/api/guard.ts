// Who is asking, and whether they may: what every route declares itself open to.
// The same declaration enforces access and writes it into the OpenAPI page.

import type { Context, MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import { DecnetError } from "../contract/errors.ts";
import type { Auth } from "./auth.ts";
import type { ApiEnv, Principal } from "./env.ts";
import { OPERATOR_HEADER } from "./operator-header.ts";

/** Name of the session cookie. */
export const COOKIE = "decnet_session";

/** Least role that a route wants. */
export type Access = "viewer" | "admin";

const OPERATOR = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$/;

/** The local operator with a name: `local:alice`. Nobody else is given one. */
function named(principal: Principal | undefined, operator: string | undefined): Principal | undefined {
  const isLocal = principal?.tokenSha256 === null;
  if (!isLocal || operator === undefined || !OPERATOR.test(operator)) return principal;
  return { ...principal, username: `${principal.username}:${operator}` };
}

const BEARER = /^Bearer ([A-Za-z0-9._~+/=-]{1,512})$/i;

async function identify(auth: Auth, c: Context<ApiEnv>): Promise<Principal | undefined> {
  const header = c.req.header("authorization");
  if (header !== undefined) {
    const token = BEARER.exec(header)?.[1];
    if (token === undefined) return undefined;
    return named(await auth.verify(token, "bearer"), c.req.header(OPERATOR_HEADER));
  }
  const cookie = getCookie(c, COOKIE);
  return cookie === undefined ? undefined : auth.verify(cookie, "cookie");
}

/** Lets through who has the role; an admin has every role. */
function requireRole(auth: Auth, access: Access): MiddlewareHandler<ApiEnv> {
  return async function requireRole(c, next) {
    const principal = await identify(auth, c);
    if (!principal) throw new DecnetError("unauthorized", "log in first");
    // First: a refusal is noted with who was refused.
    c.set("principal", principal);
    if (access === "admin" && principal.role !== "admin")
      throw new DecnetError("forbidden", "this takes an admin");
    await next();
  };
}

/** The part of a route's definition that says who may use it. `before` runs first, and sees what the guard refuses. */
export function openTo(auth: Auth, access: Access, ...before: readonly MiddlewareHandler<ApiEnv>[]) {
  return {
    middleware: [...before, requireRole(auth, access)],
    security: [{ bearer: [] }, { cookie: [] }],
    "x-role": access,
  };
}

/** As {@link openTo}, for the few routes that anybody may use. */
export const openToAll = { security: [], "x-role": "anybody" };
