// Sites in front of which nginx stands: a storage box that sends visitors to its own port, an image registry.

import type { Persona } from "../../personas/persona.ts";
import type { Content, WebSite } from "../products/product.ts";
import type { HeaderLine } from "../reply.ts";
import { admitted, utf8 } from "./parts.ts";

/** The web port of a DSM without Web Station: everybody is sent to its desktop's port. */
export function diskStationSite(): WebSite {
  return {
    answer: ({ path, host }) =>
      path === "/" ? { status: 302, location: `http://${host.replace(/:\d+$/, "")}:5000/` } : undefined,
  };
}

const VERSION: HeaderLine = ["Docker-Distribution-Api-Version", "registry/2.0"];

function json(value: unknown, status = 200, extra: readonly HeaderLine[] = []): Content {
  return {
    status,
    type: "application/json; charset=utf-8",
    body: utf8(`${JSON.stringify(value)}\n`),
    extra: [VERSION, ...extra],
  };
}

function failure(status: number, code: string, message: string, extra: readonly HeaderLine[] = []): Content {
  return json({ errors: [{ code, message, detail: null }] }, status, extra);
}

/** A registry of container images (OCI distribution specification), behind HTTP Basic. */
export function registrySite(persona: Persona): WebSite {
  const random = persona.random("http-registry");
  const names = ["api", "web", "worker", "cron", "migrate"].slice(0, 2 + random.below(4));
  const project = random.pick(["shop", "portal", "billing", "intranet", "crm"]);
  const repositories = names.map((name) => `${project}/${name}`);
  return {
    answer(request) {
      if (!/^\/v2(\/|$)/.test(request.path)) return undefined;
      if (!request.basic || !admitted(persona, request.basic)) {
        const asks: HeaderLine = ["Www-Authenticate", 'Basic realm="Registry Realm"'];
        const tried = request.basic ? { accepted: false } : {};
        return { ...failure(401, "UNAUTHORIZED", "authentication required", [asks]), ...tried };
      }
      return { ...inside(request.path, repositories), accepted: true };
    },
  };
}

function inside(path: string, repositories: readonly string[]): Content {
  if (path === "/v2/" || path === "/v2") return json({});
  if (path === "/v2/_catalog") return json({ repositories });
  const match = /^\/v2\/(.+)\/tags\/list$/.exec(path);
  if (match && repositories.includes(match[1] ?? ""))
    return json({ name: match[1], tags: ["latest", "stable"] });
  return failure(404, "NAME_UNKNOWN", "repository name not known to registry");
}
