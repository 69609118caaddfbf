// Routes under /users: who may log in. For admins; every change is in the audit trail, no password is.

import { createRoute, z } from "@hono/zod-openapi";
import { audited } from "../audited.ts";
import type { ApiDeps } from "../deps.ts";
import { openTo } from "../guard.ts";
import { type ApiRouter, answers, answersCreated, answersNothing, takes } from "../router.ts";
import {
  newPasswordSchema,
  newUserSchema,
  passwordMadeSchema,
  userMadeSchema,
  usersSchema,
} from "../user-schemas.ts";

const TAG = { tags: ["Users"] };
const params = z.object({ name: z.string().max(64).openapi({ example: "alice" }) });

function addListing(router: ApiRouter, { auth, users }: ApiDeps): void {
  const list = createRoute({
    ...TAG,
    ...openTo(auth, "admin"),
    method: "get",
    path: "/users",
    summary: "Who may log in",
    responses: answers(usersSchema, "All users by name"),
  });
  router.openapi(list, async (c) => c.json({ data: await users.list() }, 200));
}

function addAdding(router: ApiRouter, deps: ApiDeps): void {
  const add = createRoute({
    ...TAG,
    ...openTo(deps.auth, "admin", audited(deps, "user.add")),
    method: "post",
    path: "/users",
    summary: "Add a user",
    description: "Without a password one is drawn and told in the answer, this once.",
    request: takes(newUserSchema),
    responses: answersCreated(userMadeSchema, "Added"),
  });
  router.openapi(add, async (c) => {
    const user = c.req.valid("json");
    c.set("target", user.username);
    const made = await deps.users.add(user);
    c.set("outcome", `added as ${made.role}`);
    return c.json(made, 201);
  });
}

function addChanges(router: ApiRouter, deps: ApiDeps): void {
  const remove = createRoute({
    ...TAG,
    ...openTo(deps.auth, "admin", audited(deps, "user.remove")),
    method: "delete",
    path: "/users/{name}",
    summary: "Remove a user",
    description: "All logins end at once. The last admin is never removed: 409.",
    request: { params },
    responses: answersNothing("Removed"),
  });
  router.openapi(remove, async (c) => {
    await deps.users.remove(c.req.valid("param").name);
    return c.body(null, 204);
  });

  const password = createRoute({
    ...TAG,
    ...openTo(deps.auth, "admin", audited(deps, "user.password")),
    method: "post",
    path: "/users/{name}/password",
    summary: "Give a user a new password",
    description: "All logins end at once. Without a password one is drawn and told in the answer, this once.",
    request: { params, ...takes(newPasswordSchema) },
    responses: answers(passwordMadeSchema, "Changed"),
  });
  router.openapi(password, async (c) => {
    const { name } = c.req.valid("param");
    const told = await deps.users.setPassword(name, c.req.valid("json").password);
    return c.json({ username: name, ...told }, 200);
  });
}

/** Adds the routes. */
export function addUserRoutes(router: ApiRouter, deps: ApiDeps): void {
  addListing(router, deps);
  addAdding(router, deps);
  addChanges(router, deps);
}
