// GET /metrics: the whole install for Prometheus.

import { createRoute } from "@hono/zod-openapi";
import type { ApiDeps } from "../deps.ts";
import { openTo } from "../guard.ts";
import { formatMetrics, type Sample, workerSamples } from "../metrics-text.ts";
import { readDeckies, readIngested, readNow } from "../reads.ts";
import { type ApiRouter, answersBytes } from "../router.ts";

async function ownSamples(deps: ApiDeps): Promise<Sample[]> {
  const { db, hub, registry } = deps;
  const ingested = await readIngested(db);
  const accepted = Math.max(ingested, await deps.acceptedPosition());
  const now = await readNow(db, false);
  const deckies = await readDeckies(db);
  return [
    { name: "decnet_build_info", value: 1, labels: { version: deps.version } },
    { name: "decnet_bus_connected", value: deps.busConnected() ? 1 : 0 },
    { name: "decnet_evidence_accepted_total", value: accepted },
    { name: "decnet_evidence_ingested_total", value: ingested },
    { name: "decnet_evidence_spooled", value: accepted - ingested },
    { name: "decnet_store_sessions_open", value: now.sessions_open },
    { name: "decnet_store_credentials_reused", value: now.credentials_reused },
    { name: "decnet_store_deckies", value: deckies.length },
    {
      name: "decnet_store_deckies_running",
      value: deckies.filter((decky) => decky.state === "running").length,
    },
    { name: "decnet_stream_clients", value: hub.clients },
    { name: "decnet_stream_lagged_total", value: hub.lagged },
    { name: "decnet_heartbeats_ignored_total", value: registry.ignored },
  ];
}

/** Adds the route. */
export function addMetricsRoutes(router: ApiRouter, deps: ApiDeps): void {
  const get = createRoute({
    ...openTo(deps.auth, "viewer"),
    tags: ["Install"],
    method: "get",
    path: "/metrics",
    summary: "Figures for Prometheus",
    description: "The workers' own metrics, as of their last heartbeat, are named decnet_<worker>_<metric>.",
    responses: answersBytes("text/plain", "Prometheus text format"),
  });
  router.openapi(get, async (c) => {
    const samples = [...(await ownSamples(deps)), ...deps.registry.rows().flatMap(workerSamples)];
    return c.body(formatMetrics(samples), 200, {
      "Content-Type": "text/plain; version=0.0.4; charset=utf-8",
    });
  });
}
