// What the routes of a topology's parts share: a write becomes a change in the queue.
// Decides nothing about the change: the desk does.

import type { Context } from "hono";
import { DecnetError } from "../../contract/errors.ts";
import type { Mutation } from "../../topology/mutation.ts";
import { audited } from "../audited.ts";
import type { ApiDeps } from "../deps.ts";
import type { ApiEnv } from "../env.ts";
import { openTo } from "../guard.ts";
import { type ApiRouter, answersAccepted } from "../router.ts";
import type { TopologyDesk } from "../topology-desk.ts";
import { toMutation } from "../topology-rows.ts";
import { mutationViewSchema } from "../topology-schemas.ts";

/** What a write is asked with: the version in its query or its body. */
interface Asked {
  readonly id: string;
  readonly query: { readonly expected_version?: number | undefined };
  readonly body?: { readonly expected_version?: number | undefined };
}

/** Puts a change into the queue. */
function createWriter(desk: TopologyDesk) {
  return async (c: Context<ApiEnv>, { id, query, body }: Asked, mutation: Mutation) => {
    const expected = body?.expected_version ?? query.expected_version;
    if (expected === undefined)
      throw new DecnetError(
        "invalid",
        "expected_version is missing: the version of the topology that this was decided on",
      );
    const row = await desk.enqueue(id, { mutation, expected, requestedBy: c.get("principal").username });
    c.set("outcome", `${mutation.op} accepted`);
    return toMutation(row);
  };
}

/** What the routes are declared with. */
export interface PartRoutes {
  readonly router: ApiRouter;
  readonly deps: ApiDeps;
  readonly write: ReturnType<typeof createWriter>;
}

/** Makes it. */
export function createPartRoutes(router: ApiRouter, deps: ApiDeps, desk: TopologyDesk): PartRoutes {
  return { router, deps, write: createWriter(desk) };
}

/** The part of a route that reads. */
export function reads({ auth }: ApiDeps) {
  return { tags: ["Topologies"], ...openTo(auth, "viewer"), method: "get" as const };
}

/** The part of a route that becomes a change. */
export function changes(deps: ApiDeps) {
  return {
    tags: ["Topologies"],
    ...openTo(deps.auth, "admin", audited(deps, "topology.mutate")),
    responses: answersAccepted(mutationViewSchema, "The change that it became; it waits"),
  };
}

/** What of a body is the part itself. */
export function partOf<T extends { expected_version?: number | undefined }>(
  body: T,
): Omit<T, "expected_version"> {
  const { expected_version: _seen, ...rest } = body;
  return rest;
}

/** The part of that name; throws DecnetError `not_found`. */
export function named<T extends { readonly name: string }>(
  list: readonly T[],
  name: string,
  kind: string,
): T {
  const found = list.find((entry) => entry.name === name);
  if (!found) throw new DecnetError("not_found", `there is no ${kind} "${name}"`);
  return found;
}
