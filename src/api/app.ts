// The whole HTTP face as one Hono app: protection, every route, the docs, the dashboard's files.
// Owns no socket and reads no environment: what it needs is handed in.

import type { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { DecnetError } from "../contract/errors.ts";
import type { ApiDeps } from "./deps.ts";
import { addDocs } from "./docs.ts";
import type { ApiEnv } from "./env.ts";
import { createErrorHandler } from "./errors.ts";
import { checkHost, checkOrigin, secureHeaders } from "./protect.ts";
import { createRouter } from "./router.ts";
import { addAttackerRoutes } from "./routes/attackers.ts";
import { addAuditRoutes } from "./routes/audit.ts";
import { addAuthRoutes } from "./routes/auth.ts";
import { addBlobRoutes } from "./routes/blobs.ts";
import { addCredentialRoutes } from "./routes/credentials.ts";
import { addDeckyRoutes } from "./routes/deckies.ts";
import { addDrillRoutes } from "./routes/drills.ts";
import { addEvidenceRoutes } from "./routes/evidence.ts";
import { addMetricsRoutes } from "./routes/metrics.ts";
import { addSessionRoutes } from "./routes/sessions.ts";
import { addStatsRoutes } from "./routes/stats.ts";
import { addStatusRoutes } from "./routes/status.ts";
import { addStreamRoutes } from "./routes/stream.ts";
import { addTopologyRoutes } from "./routes/topologies.ts";
import { addUserRoutes } from "./routes/users.ts";
import { addWorkerRoutes } from "./routes/workers.ts";
import type { KnownRoutes } from "./routes-known.ts";
import { checkQuery, readRoutes, refuseUnknown } from "./routes-known.ts";
import { serveWeb } from "./web-assets.ts";

/** Where the API lives. */
const BASE = "/api/v1";

/** Most bytes of a request's body. A topology may have thousands of machines. */
const BODY_BYTES = 256 * 1024;
const TOPOLOGY_BYTES = 2 * 1024 * 1024;

const addRoutes = [
  addAuthRoutes,
  addStatusRoutes,
  addWorkerRoutes,
  addStatsRoutes,
  addDeckyRoutes,
  addAttackerRoutes,
  addSessionRoutes,
  addCredentialRoutes,
  addEvidenceRoutes,
  addBlobRoutes,
  addStreamRoutes,
  addTopologyRoutes,
  addDrillRoutes,
  addUserRoutes,
  addAuditRoutes,
  addMetricsRoutes,
];

/** Reads the routes at the first request, when all are there. */
function routesOf(app: OpenAPIHono<ApiEnv>): () => KnownRoutes {
  let known: KnownRoutes | undefined;
  return () => {
    known ??= readRoutes(app);
    return known;
  };
}

function limitBody(): MiddlewareHandler<ApiEnv> {
  const onError = (): never => {
    throw new DecnetError("too_large", "the request body is too large");
  };
  const usual = bodyLimit({ maxSize: BODY_BYTES, onError });
  const large = bodyLimit({ maxSize: TOPOLOGY_BYTES, onError });
  return (c, next) => (c.req.path.startsWith(`${BASE}/topologies`) ? large : usual)(c, next);
}

/** Makes the app. */
export function createApp(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = createRouter();
  const routes = routesOf(app);
  app.onError(createErrorHandler(deps.log));
  app.use(secureHeaders());
  app.use(checkHost(deps.boundTo));
  app.use(`${BASE}/*`, checkOrigin());
  app.use(`${BASE}/*`, limitBody());
  app.use(`${BASE}/*`, checkQuery(routes));
  const api = createRouter();
  for (const add of addRoutes) add(api, deps);
  app.route(BASE, api);
  addDocs(app, { base: BASE, version: deps.version });
  app.all("/api/*", (c) => refuseUnknown(routes, c.req.method, c.req.path));
  app.get("*", serveWeb(deps.assets));
  app.notFound(() => {
    throw new DecnetError("not_found", "no such resource");
  });
  return app;
}
