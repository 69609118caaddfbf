// GET /metrics: the whole install for Prometheus.

import { createRoute } from "@hono/zod-openapi";
import type { ApiDeps } from "../deps.ts";
import { openTo } from "../guard.ts";
import { formatMetrics, type Sample, workerSamples } from "../metrics-text.ts";
import { readDeckies, readIngested, readNow } from "../reads.ts";
import { type ApiRouter, answersBytes } from "../router.ts";

function own(name: string, value: number, help: string): Sample {
  return { name, value, help };
}

async function ownSamples(deps: ApiDeps): Promise<Sample[]> {
  const { db, hub, registry } = deps;
  const ingested = await readIngested(db);
  const accepted = Math.max(ingested, await deps.acceptedPosition());
  const now = await readNow(db, false);
  const deckies = await readDeckies(db);
  const running = deckies.filter((decky) => decky.state === "running").length;
  const labels = { version: deps.version };
  return [
    { name: "decnet_build_info", value: 1, labels, help: "Always 1; the release is its label." },
    own("decnet_bus_connected", deps.busConnected() ? 1 : 0, "1 while the API is on the bus."),
    own("decnet_evidence_accepted_total", accepted, "Records that are on disk, ever."),
    own("decnet_evidence_ingested_total", ingested, "Records of the spool that are in the store, ever."),
    own("decnet_evidence_spooled", accepted - ingested, "Records that are on disk and not yet in the store."),
    own("decnet_store_sessions_open", now.sessions_open, "Conversations that go on, drills left out."),
    own("decnet_store_credentials_reused", now.credentials_reused, "Reused secrets, drills left out."),
    own("decnet_store_deckies", deckies.length, "Deckies that are known."),
    own("decnet_store_deckies_running", running, "Deckies that run."),
    own("decnet_stream_clients", hub.clients, "Open event streams."),
    own("decnet_stream_lagged_total", hub.lagged, "Event streams closed because their reader was slow."),
    own("decnet_heartbeats_ignored_total", registry.ignored, "Heartbeats that could not be believed."),
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
