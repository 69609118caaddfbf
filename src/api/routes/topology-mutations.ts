// Routes under /topologies/{id}/mutations and /events: the queue of changes, and everything as it happens.

import { createRoute, z } from "@hono/zod-openapi";
import { DecnetError } from "../../contract/errors.ts";
import { listMutations } from "../../store/topologies.ts";
import { findMutation } from "../../store/topology-reads.ts";
import { mutationSchema } from "../../topology/mutation.ts";
import { audited } from "../audited.ts";
import type { ApiDeps } from "../deps.ts";
import { sendEvents } from "../event-stream.ts";
import { openTo } from "../guard.ts";
import { defined } from "../optional.ts";
import { type ApiRouter, answers, answersAccepted, answersBytes, paging, takes } from "../router.ts";
import { pageOf } from "../schemas.ts";
import type { TopologyDesk } from "../topology-desk.ts";
import { requireTopology } from "../topology-reads.ts";
import { toMutation } from "../topology-rows.ts";
import {
  mutationParams,
  mutationViewSchema,
  newMutationSchema,
  topologyParams,
} from "../topology-schemas.ts";

const TAG = { tags: ["Topologies"] };

function addReads(router: ApiRouter, { auth, db }: ApiDeps): void {
  const list = createRoute({
    ...TAG,
    ...openTo(auth, "viewer"),
    method: "get",
    path: "/topologies/{id}/mutations",
    summary: "Changes of a topology, newest first",
    request: { params: topologyParams, query: z.object(paging) },
    responses: answers(pageOf(mutationViewSchema), "A page of changes"),
  });
  router.openapi(list, async (c) => {
    const { id } = await requireTopology(db, c.req.valid("param").id);
    const { limit, cursor } = c.req.valid("query");
    const page = await listMutations(db, id, { limit, ...defined({ cursor }) });
    return c.json({ data: page.rows.map(toMutation), next: page.next }, 200);
  });

  const one = createRoute({
    ...TAG,
    ...openTo(auth, "viewer"),
    method: "get",
    path: "/topologies/{id}/mutations/{mid}",
    summary: "One change of a topology",
    request: { params: mutationParams },
    responses: answers(mutationViewSchema, "The change"),
  });
  router.openapi(one, async (c) => {
    const { id, mid } = c.req.valid("param");
    const topology = await requireTopology(db, id);
    const row = await findMutation(db, topology.id, mid);
    if (!row) throw new DecnetError("not_found", "there is no such change");
    return c.json(toMutation(row), 200);
  });
}

function addEnqueue(router: ApiRouter, deps: ApiDeps, desk: TopologyDesk): void {
  const enqueue = createRoute({
    ...TAG,
    ...openTo(deps.auth, "admin", audited(deps, "topology.mutate")),
    method: "post",
    path: "/topologies/{id}/mutations",
    summary: "Ask for a change of a topology",
    description:
      "It is checked against what the topology will be once all that waits is in force, and waits for the mutator. 409 with `details.version` when the topology is at another version.",
    request: { params: topologyParams, ...takes(newMutationSchema) },
    responses: answersAccepted(mutationViewSchema, "It waits"),
  });
  router.openapi(enqueue, async (c) => {
    const { expected_version: expected, ...change } = c.req.valid("json");
    const mutation = mutationSchema.parse(change);
    const requestedBy = c.get("principal").username;
    const row = await desk.enqueue(c.req.valid("param").id, { mutation, expected, requestedBy });
    c.set("outcome", `${mutation.op} accepted`);
    return c.json(toMutation(row), 202);
  });
}

function addEvents(router: ApiRouter, { auth, db, topologyStreams }: ApiDeps): void {
  const events = createRoute({
    ...TAG,
    ...openTo(auth, "viewer"),
    method: "get",
    path: "/topologies/{id}/events",
    summary: "A topology's events, live",
    description:
      "`snapshot` first, then `mutation.enqueued`, `mutation.applying`, `mutation.applied`, `mutation.failed`, `status`, `decky.state` and `attacker` " +
      "(somebody touched one of its deckies). Whoever comes back begins with a snapshot. Without a bus there is the snapshot and keepalives.",
    request: { params: topologyParams },
    responses: answersBytes("text/event-stream", "Events until either side closes"),
  });
  router.openapi(events, async (c) => {
    const { id } = await requireTopology(db, c.req.valid("param").id);
    return sendEvents(c, () => topologyStreams.open(id, c.get("principal")));
  });
}

/** Adds the routes. */
export function addTopologyMutationRoutes(router: ApiRouter, deps: ApiDeps, desk: TopologyDesk): void {
  addReads(router, deps);
  addEnqueue(router, deps, desk);
  addEvents(router, deps);
}
