// Routes under /topologies/{id}/deckies. Reads show the definition in force; each write is a change in the queue.

import { createRoute } from "@hono/zod-openapi";
import type { TopologyDecky } from "../../topology/model.ts";
import { answers, takes } from "../router.ts";
import { readDetail } from "../topology-reads.ts";
import {
  deckiesInSchema,
  deckyPatchSchema,
  deckyViewSchema,
  newDeckySchema,
  partParams,
  topologyParams,
  versionQuery,
} from "../topology-schemas.ts";
import type { TopologyDetail } from "../types.ts";
import type { PartRoutes } from "./topology-writes.ts";
import { changes, named, partOf, reads } from "./topology-writes.ts";

function withLinks({ machines }: TopologyDetail, decky: TopologyDecky) {
  return { ...decky, links: machines.find((machine) => machine.decky === decky.name)?.links ?? [] };
}

function addDeckyReads({ router, deps }: PartRoutes): void {
  const path = "/topologies/{id}/deckies";
  const list = createRoute({
    ...reads(deps),
    path,
    summary: "The deckies of a topology",
    request: { params: topologyParams },
    responses: answers(deckiesInSchema, "Deckies, and the version of the topology"),
  });
  router.openapi(list, async (c) => {
    const detail = await readDetail(deps.db, c.req.valid("param").id);
    const data = detail.definition.deckies.map((decky) => withLinks(detail, decky));
    return c.json({ data, version: detail.version }, 200);
  });
  const one = createRoute({
    ...reads(deps),
    path: `${path}/{name}`,
    summary: "One decky",
    request: { params: partParams },
    responses: answers(deckyViewSchema, "The decky"),
  });
  router.openapi(one, async (c) => {
    const { id, name } = c.req.valid("param");
    const detail = await readDetail(deps.db, id);
    return c.json(withLinks(detail, named(detail.definition.deckies, name, "decky")), 200);
  });
}

function addDeckyWrites({ router, deps, write }: PartRoutes): void {
  const path = "/topologies/{id}/deckies";
  const add = createRoute({
    ...changes(deps),
    method: "post",
    path,
    summary: "Add a decky",
    request: { params: topologyParams, query: versionQuery, ...takes(newDeckySchema) },
  });
  router.openapi(add, async (c) => {
    const given = c.req.valid("json");
    const asked = { id: c.req.valid("param").id, query: c.req.valid("query"), body: given };
    return c.json(await write(c, asked, { op: "add_decky", decky: partOf(given) }), 202);
  });
  const patch = createRoute({
    ...changes(deps),
    method: "patch",
    path: `${path}/{name}`,
    summary: "Change a decky; null takes its schedule away",
    request: { params: partParams, query: versionQuery, ...takes(deckyPatchSchema) },
  });
  router.openapi(patch, async (c) => {
    const { id, name } = c.req.valid("param");
    const given = c.req.valid("json");
    const mutation = { op: "update_decky", name, changes: partOf(given) } as const;
    return c.json(await write(c, { id, query: c.req.valid("query"), body: given }, mutation), 202);
  });
  const remove = createRoute({
    ...changes(deps),
    method: "delete",
    path: `${path}/{name}`,
    summary: "Remove a decky",
    request: { params: partParams, query: versionQuery },
  });
  router.openapi(remove, async (c) => {
    const { id, name } = c.req.valid("param");
    return c.json(await write(c, { id, query: c.req.valid("query") }, { op: "remove_decky", name }), 202);
  });
}

/** Adds the routes. */
export function addTopologyDeckyRoutes(parts: PartRoutes): void {
  addDeckyReads(parts);
  addDeckyWrites(parts);
}
