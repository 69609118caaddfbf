// Routes under /workers: who lives, by heartbeat, and orders to stop and start them.

import { createRoute, z } from "@hono/zod-openapi";
import { audited } from "../audited.ts";
import type { ApiDeps } from "../deps.ts";
import { openTo } from "../guard.ts";
import { type ApiRouter, answers, answersAccepted } from "../router.ts";
import { startedAllSchema, workerActionSchema, workersSchema } from "../schemas.ts";
import { WorkerOrders } from "../worker-orders.ts";

const TAG = { tags: ["Workers"] };
const params = z.object({ name: z.string().max(64).openapi({ example: "collector" }) });

function addList(router: ApiRouter, { auth, registry, serviceView, clock, busConnected }: ApiDeps): void {
  const list = createRoute({
    ...TAG,
    ...openTo(auth, "viewer"),
    method: "get",
    path: "/workers",
    summary: "Every worker and its last heartbeat",
    responses: answers(workersSchema, "One row for each worker that decnet has, in a fixed order"),
  });
  router.openapi(list, async (c) => {
    await serviceView.refresh();
    return c.json(
      { workers: registry.rows(), generated_at: clock.now() / 1000, bus_connected: busConnected() },
      200,
    );
  });
}

function addStop(router: ApiRouter, deps: ApiDeps, orders: WorkerOrders): void {
  const stop = createRoute({
    ...TAG,
    ...openTo(deps.auth, "admin", audited(deps, "worker.stop")),
    method: "post",
    path: "/workers/{name}/stop",
    summary: "Tell a worker to stop",
    description:
      "The order goes over the bus; its end shows in the rows. A worker that does not run is told as well (one run by hand " +
      "hears it); one that goes on failing hears nothing, and its service manager keeps it down. The API and the bus are " +
      "told after the answer.",
    request: { params },
    responses: answersAccepted(workerActionSchema, "The order went out"),
  });
  router.openapi(stop, async (c) => {
    const { name } = c.req.valid("param");
    const { afterwards } = await orders.stop(name, c.get("principal").username);
    c.set("outcome", "accepted");
    if (afterwards) c.set("afterwards", afterwards);
    return c.json({ accepted: true, worker: name, action: "stop" } as const, 202);
  });
}

function addStart(router: ApiRouter, deps: ApiDeps, orders: WorkerOrders): void {
  const start = createRoute({
    ...TAG,
    ...openTo(deps.auth, "admin", audited(deps, "worker.start")),
    method: "post",
    path: "/workers/{name}/start",
    summary: "Have a worker started",
    description:
      "By the host's service manager, whose refusal is a 502 in its own words. One that runs is left alone.",
    request: { params },
    responses: answersAccepted(workerActionSchema, "The service manager took it"),
  });
  router.openapi(start, async (c) => {
    const { name } = c.req.valid("param");
    c.set("outcome", await orders.start(name));
    return c.json({ accepted: true, worker: name, action: "start" } as const, 202);
  });

  const all = createRoute({
    ...TAG,
    ...openTo(deps.auth, "admin", audited(deps, "worker.start-all", "all")),
    method: "post",
    path: "/workers/start-all",
    summary: "Have every installed worker started",
    description: "One after the other: the bus, the API, then the others.",
    responses: answers(startedAllSchema, "What came of each"),
  });
  router.openapi(all, async (c) => {
    const outcome = await orders.startAll();
    c.set("outcome", JSON.stringify(outcome).slice(0, 2000));
    return c.json(outcome, 200);
  });
}

/** Adds the routes. */
export function addWorkerRoutes(router: ApiRouter, deps: ApiDeps): void {
  const orders = new WorkerOrders(deps);
  addList(router, deps);
  addStop(router, deps, orders);
  addStart(router, deps, orders);
}
