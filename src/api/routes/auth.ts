// Routes under /auth: logging in and out, the own password, who one is.

import { createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";
import type { ApiDeps } from "../deps.ts";
import type { ApiEnv } from "../env.ts";
import { COOKIE, openTo, openToAll } from "../guard.ts";
import { type ApiRouter, answers, answersNothing, takes } from "../router.ts";
import { loggedInSchema, loginSchema, meSchema, passwordSchema } from "../schemas.ts";

/** Browsers keep no cookie longer than 400 days. */
const COOKIE_MAX_MS = 399 * 24 * 3_600_000;

const TAG = { tags: ["Auth"] };

function cookieOptions(c: Context<ApiEnv>) {
  const secure = new URL(c.req.url).protocol === "https:";
  return { path: "/", httpOnly: true, sameSite: "Strict", secure } as const;
}

/** Adds the routes. */
export function addAuthRoutes(router: ApiRouter, { auth, clock }: ApiDeps): void {
  const login = createRoute({
    ...TAG,
    ...openToAll,
    method: "post",
    path: "/auth/login",
    summary: "Log in",
    description:
      "The token goes into an Authorization header; browsers get it as an HttpOnly cookie as well.",
    request: takes(loginSchema),
    responses: answers(loggedInSchema, "Logged in"),
  });
  router.openapi(login, async (c) => {
    const { username, password } = c.req.valid("json");
    const result = await auth.login(username, password, c.env?.source ?? "unknown");
    const expires = new Date(Math.min(result.expires_at, clock.now() + COOKIE_MAX_MS));
    setCookie(c, COOKIE, result.token, { ...cookieOptions(c), expires });
    return c.json(result, 200);
  });

  const logout = createRoute({
    ...TAG,
    ...openTo(auth, "viewer"),
    method: "post",
    path: "/auth/logout",
    summary: "End this login",
    responses: answersNothing("Logged out"),
  });
  router.openapi(logout, async (c) => {
    await auth.logout(c.get("principal"));
    deleteCookie(c, COOKIE, cookieOptions(c));
    return c.body(null, 204);
  });

  const password = createRoute({
    ...TAG,
    ...openTo(auth, "viewer"),
    method: "post",
    path: "/auth/password",
    summary: "Change the own password",
    description: "At least 12 characters. Ends the user's other logins.",
    request: takes(passwordSchema),
    responses: answersNothing("Changed"),
  });
  router.openapi(password, async (c) => {
    const { current, next } = c.req.valid("json");
    await auth.changePassword(c.get("principal"), current, next);
    return c.body(null, 204);
  });

  const me = createRoute({
    ...TAG,
    ...openTo(auth, "viewer"),
    method: "get",
    path: "/auth/me",
    summary: "Who one is",
    responses: answers(meSchema, "The caller"),
  });
  router.openapi(me, (c) => {
    const { username, role, expiresAt } = c.get("principal");
    return c.json({ username, role, expires_at: expiresAt }, 200);
  });
}
