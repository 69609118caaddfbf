// Routes under /topologies/{id}/lans. Reads show the definition in force; each write is a change in the queue.

import { createRoute } from "@hono/zod-openapi";
import { answers, takes } from "../router.ts";
import { readDetail } from "../topology-reads.ts";
import {
  lanPatchSchema,
  lansSchema,
  lanViewSchema,
  newLanSchema,
  partParams,
  topologyParams,
  versionQuery,
} from "../topology-schemas.ts";
import type { PartRoutes } from "./topology-writes.ts";
import { changes, named, partOf, reads } from "./topology-writes.ts";

function addLanReads({ router, deps }: PartRoutes): void {
  const path = "/topologies/{id}/lans";
  const list = createRoute({
    ...reads(deps),
    path,
    summary: "The LANs of a topology",
    request: { params: topologyParams },
    responses: answers(lansSchema, "LANs, and the version of the topology"),
  });
  router.openapi(list, async (c) => {
    const { definition, version } = await readDetail(deps.db, c.req.valid("param").id);
    return c.json({ data: definition.lans, version }, 200);
  });
  const one = createRoute({
    ...reads(deps),
    path: `${path}/{name}`,
    summary: "One LAN",
    request: { params: partParams },
    responses: answers(lanViewSchema, "The LAN"),
  });
  router.openapi(one, async (c) => {
    const { id, name } = c.req.valid("param");
    return c.json(named((await readDetail(deps.db, id)).definition.lans, name, "LAN"), 200);
  });
}

function addLanWrites({ router, deps, write }: PartRoutes): void {
  const path = "/topologies/{id}/lans";
  const add = createRoute({
    ...changes(deps),
    method: "post",
    path,
    summary: "Add a LAN",
    request: { params: topologyParams, query: versionQuery, ...takes(newLanSchema) },
  });
  router.openapi(add, async (c) => {
    const given = c.req.valid("json");
    const asked = { id: c.req.valid("param").id, query: c.req.valid("query"), body: given };
    return c.json(await write(c, asked, { op: "add_lan", lan: partOf(given) }), 202);
  });
  const patch = createRoute({
    ...changes(deps),
    method: "patch",
    path: `${path}/{name}`,
    summary: "Change a LAN; null takes its gateway away",
    request: { params: partParams, query: versionQuery, ...takes(lanPatchSchema) },
  });
  router.openapi(patch, async (c) => {
    const { id, name } = c.req.valid("param");
    const given = c.req.valid("json");
    const mutation = { op: "update_lan", name, changes: partOf(given) } as const;
    return c.json(await write(c, { id, query: c.req.valid("query"), body: given }, mutation), 202);
  });
  const remove = createRoute({
    ...changes(deps),
    method: "delete",
    path: `${path}/{name}`,
    summary: "Remove a LAN",
    request: { params: partParams, query: versionQuery },
  });
  router.openapi(remove, async (c) => {
    const { id, name } = c.req.valid("param");
    return c.json(await write(c, { id, query: c.req.valid("query") }, { op: "remove_lan", name }), 202);
  });
}

/** Adds the routes. */
export function addTopologyLanRoutes(parts: PartRoutes): void {
  addLanReads(parts);
  addLanWrites(parts);
}
