// Routes under /topologies: the topologies themselves, and the orders to put them up and take them down.

import { createRoute, z } from "@hono/zod-openapi";
import { audited } from "../audited.ts";
import type { ApiDeps } from "../deps.ts";
import { openTo } from "../guard.ts";
import { defined } from "../optional.ts";
import {
  type ApiRouter,
  answers,
  answersAccepted,
  answersCreated,
  answersNothing,
  takes,
} from "../router.ts";
import { TopologyDesk } from "../topology-desk.ts";
import { readDetail, readSummaries, readSummary } from "../topology-reads.ts";
import {
  topologiesSchema,
  topologyBodySchema,
  topologyDetailSchema,
  topologyParams,
  topologyReplaceSchema,
  topologySummarySchema,
} from "../topology-schemas.ts";
import { addTopologyDeckyRoutes } from "./topology-deckies.ts";
import { addTopologyEdgeRoutes } from "./topology-edges.ts";
import { addTopologyLanRoutes } from "./topology-lans.ts";
import { addTopologyMutationRoutes } from "./topology-mutations.ts";
import { createPartRoutes } from "./topology-writes.ts";

const TAG = { tags: ["Topologies"] };

function addReads(router: ApiRouter, { auth, db }: ApiDeps): void {
  const list = createRoute({
    ...TAG,
    ...openTo(auth, "viewer"),
    method: "get",
    path: "/topologies",
    summary: "Every topology with its status",
    request: {
      query: z.object({
        id: z.string().min(1).max(64).optional().openapi({ description: "only the one of this id or name" }),
        decky: z
          .string()
          .min(1)
          .max(64)
          .optional()
          .openapi({ description: "only the one that has this decky" }),
      }),
    },
    responses: answers(topologiesSchema, "Topologies by name"),
  });
  router.openapi(list, async (c) =>
    c.json({ data: await readSummaries(db, defined(c.req.valid("query"))) }, 200),
  );

  const detail = createRoute({
    ...TAG,
    ...openTo(auth, "viewer"),
    method: "get",
    path: "/topologies/{id}",
    summary: "One topology: definition, status, and what its machines were given",
    request: { params: topologyParams },
    responses: answers(topologyDetailSchema, "The topology"),
  });
  router.openapi(detail, async (c) => c.json(await readDetail(db, c.req.valid("param").id), 200));
}

function addWrites(router: ApiRouter, deps: ApiDeps, desk: TopologyDesk): void {
  const { auth, db } = deps;
  const create = createRoute({
    ...TAG,
    ...openTo(auth, "admin", audited(deps, "topology.create")),
    method: "post",
    path: "/topologies",
    summary: "Add a topology",
    description:
      "It waits until it is deployed. 400 with every fault in `details.faults`; 409 for a name that is taken, be it the topology's or a decky's.",
    request: takes(topologyBodySchema),
    responses: answersCreated(topologyDetailSchema, "Added"),
  });
  router.openapi(create, async (c) => {
    const topology = c.req.valid("json");
    c.set("target", topology.name);
    return c.json(await readDetail(db, await desk.create(topology)), 201);
  });

  const replace = createRoute({
    ...TAG,
    ...openTo(auth, "admin", audited(deps, "topology.replace")),
    method: "put",
    path: "/topologies/{id}",
    summary: "Replace a topology of which nothing stands",
    description: "Only while it is pending, failed or torn_down; 409 otherwise, and on another version.",
    request: { params: topologyParams, ...takes(topologyReplaceSchema) },
    responses: answers(topologyDetailSchema, "Replaced"),
  });
  router.openapi(replace, async (c) => {
    const { expected_version, ...topology } = c.req.valid("json");
    const id = await desk.replace(c.req.valid("param").id, expected_version, topology);
    return c.json(await readDetail(db, id), 200);
  });

  const remove = createRoute({
    ...TAG,
    ...openTo(auth, "admin", audited(deps, "topology.remove")),
    method: "delete",
    path: "/topologies/{id}",
    summary: "Forget a topology of which nothing stands",
    description: "Only while it is pending, failed or torn_down; 409 otherwise.",
    request: { params: topologyParams },
    responses: answersNothing("Forgotten"),
  });
  router.openapi(remove, async (c) => {
    await desk.remove(c.req.valid("param").id);
    return c.body(null, 204);
  });
}

function addOrders(router: ApiRouter, deps: ApiDeps, desk: TopologyDesk): void {
  const orders = [
    ["deploy", "deploying", "Have a topology put on the network"],
    ["teardown", "tearing_down", "Have a topology taken off the network"],
  ] as const;
  for (const [word, status, summary] of orders) {
    const order = createRoute({
      ...TAG,
      ...openTo(deps.auth, "admin", audited(deps, `topology.${word}`)),
      method: "post",
      path: `/topologies/{id}/${word}`,
      summary,
      description:
        "Its status is the order; what comes of it shows there and in its events. Where the status does not allow it, 409 with `details.allowed`.",
      request: { params: topologyParams },
      responses: answersAccepted(topologySummarySchema, "Ordered"),
    });
    router.openapi(order, async (c) => {
      const id = await desk.order(c.req.valid("param").id, status);
      c.set("outcome", "accepted");
      return c.json(await readSummary(deps.db, id), 202);
    });
  }
}

/** Adds the routes. */
export function addTopologyRoutes(router: ApiRouter, deps: ApiDeps): void {
  const desk = new TopologyDesk(deps);
  addReads(router, deps);
  addWrites(router, deps, desk);
  addOrders(router, deps, desk);
  const parts = createPartRoutes(router, deps, desk);
  addTopologyLanRoutes(parts);
  addTopologyDeckyRoutes(parts);
  addTopologyEdgeRoutes(parts);
  addTopologyMutationRoutes(router, deps, desk);
}
