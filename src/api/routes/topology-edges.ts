// Routes under /topologies/{id}/deckies/{name}/edges: the LANs that a decky stands in. Each write is a change in the queue.

import { createRoute } from "@hono/zod-openapi";
import { answers, takes } from "../router.ts";
import { readDetail } from "../topology-reads.ts";
import { edgeParams, edgesSchema, newEdgeSchema, partParams, versionQuery } from "../topology-schemas.ts";
import type { PartRoutes } from "./topology-writes.ts";
import { changes, named, partOf, reads } from "./topology-writes.ts";

/** Adds the routes. */
export function addTopologyEdgeRoutes({ router, deps, write }: PartRoutes): void {
  const path = "/topologies/{id}/deckies/{name}/edges";
  const list = createRoute({
    ...reads(deps),
    path,
    summary: "Where a decky stands",
    request: { params: partParams },
    responses: answers(edgesSchema, "Edges, and the version of the topology"),
  });
  router.openapi(list, async (c) => {
    const { id, name } = c.req.valid("param");
    const { definition, version } = await readDetail(deps.db, id);
    return c.json({ data: named(definition.deckies, name, "decky").edges, version }, 200);
  });
  const add = createRoute({
    ...changes(deps),
    method: "post",
    path,
    summary: "Have a decky stand in one more LAN",
    request: { params: partParams, query: versionQuery, ...takes(newEdgeSchema) },
  });
  router.openapi(add, async (c) => {
    const { id, name } = c.req.valid("param");
    const given = c.req.valid("json");
    const mutation = { op: "attach_decky", name, edge: partOf(given) } as const;
    return c.json(await write(c, { id, query: c.req.valid("query"), body: given }, mutation), 202);
  });
  const remove = createRoute({
    ...changes(deps),
    method: "delete",
    path: `${path}/{lan}`,
    summary: "Have a decky leave a LAN",
    request: { params: edgeParams, query: versionQuery },
  });
  router.openapi(remove, async (c) => {
    const { id, name, lan } = c.req.valid("param");
    const asked = { id, query: c.req.valid("query") };
    return c.json(await write(c, asked, { op: "detach_decky", name, lan }), 202);
  });
}
