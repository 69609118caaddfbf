// Who is asking, and whether they may: what every route declares itself open to.
// The same declaration enforces access and writes it into the OpenAPI page.

import type { Context, MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import { DecnetError } from "../contract/errors.ts";
import type { Auth } from "./auth.ts";
import type { ApiEnv, Principal } from "./env.ts";

/** Name of the session cookie. */
export const COOKIE = "decnet_session";

/** Least role that a route wants. */
export type Access = "viewer" | "admin";

const BEARER = /^Bearer ([A-Za-z0-9._~+/=-]{1,512})$/i;

async function identify(auth: Auth, c: Context<ApiEnv>): Promise<Principal | undefined> {
  const header = c.req.header("authorization");
  if (header !== undefined) {
    const token = BEARER.exec(header)?.[1];
    return token === undefined ? undefined : auth.verify(token, "bearer");
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
