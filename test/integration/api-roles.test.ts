// Who may do what, on every route there is: walked off the OpenAPI document, directly and over a real socket.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createApp } from "../../src/api/app.ts";
import type { ApiDeps } from "../../src/api/deps.ts";
import { errorSchema } from "../../src/api/schemas.ts";
import type { Harness } from "../support/api-harness.ts";
import { createHarness } from "../support/api-harness.ts";

const BASE = "/api/v1";
/** Reads that hand out live malware or tell who did what: for admins. */
const ADMIN_READS = ["/audit", "/blobs/{sha256}", "/users"];
/** What everybody who is logged in does for themselves. */
const OWN_WRITES = ["/auth/logout", "/auth/password"];
const OPEN = ["POST /auth/login", "GET /health"];

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly role: string;
}

async function operations(harness: Harness): Promise<Operation[]> {
  const document = (await (await harness.request(`${BASE}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { "x-role": string }>>;
  };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: path.slice(BASE.length),
      role: operation["x-role"],
    })),
  );
}

/** A name that can be one and is none. */
const filled = (path: string): string =>
  BASE +
  path
    .replace("{sha256}", "0".repeat(64))
    .replace(/\{m?id\}/g, "01ARZ3NDEKTSV4RRFFQ69G5FAV")
    .replace(/\{(name|lan)\}/g, "nosuch");

for (const transport of ["memory", "socket"] as const) {
  describe(`over ${transport}`, () => {
    let harness: Harness;
    let all: Operation[];
    beforeAll(async () => {
      harness = await createHarness({ transport });
      all = (await operations(harness)).filter(({ method, path }) => !OPEN.includes(`${method} ${path}`));
    });
    afterAll(() => harness.close());

    test("the document is there and its writes are those that are known", () => {
      expect(all.length).toBeGreaterThan(20);
      const writes = all
        .filter(({ method }) => method !== "GET")
        .map(({ method, path }) => `${method} ${path}`);
      for (const write of [
        "POST /workers/{name}/stop",
        "POST /workers/{name}/start",
        "POST /workers/start-all",
      ])
        expect(writes).toContain(write);
    });

    test("without a token, or with a dead one, 401", async () => {
      for (const { method, path } of all) {
        for (const response of [
          await harness.request(filled(path), { method }),
          await harness.as("expired", filled(path), { method }),
        ]) {
          expect([method, path, response.status]).toEqual([method, path, 401]);
          expect(errorSchema.parse(await response.json()).error.code).toBe("unauthorized");
        }
      }
    });

    test("a viewer reads: 200, or 404 for what is not there", async () => {
      for (const { method, path } of all.filter((operation) => operation.method === "GET")) {
        const response = await harness.as("viewer", filled(path), { method });
        const expected = ADMIN_READS.includes(path) ? 403 : path.includes("{") ? 404 : 200;
        expect([path, response.status]).toEqual([path, expected]);
        await response.body?.cancel();
      }
    });

    test("a viewer writes nothing: 403", async () => {
      for (const { method, path } of all.filter((operation) => operation.method !== "GET")) {
        if (OWN_WRITES.includes(path)) continue;
        const response = await harness.as("viewer", filled(path), { method });
        expect([method, path, response.status]).toEqual([method, path, 403]);
        expect(errorSchema.parse(await response.json()).error.code).toBe("forbidden");
      }
    });

    test("an admin is refused by no guard", async () => {
      for (const { method, path } of all) {
        if (path === "/auth/logout" || path === "/stream") continue;
        const { status } = await harness.as("admin", filled(path), { method });
        expect([path, [401, 403].includes(status)]).toEqual([path, false]);
      }
    });
  });
}

test("the document covers every route that is registered, but itself and its page", async () => {
  const harness = await createHarness({ transport: "memory" });
  const documented = (await operations(harness)).map(({ method, path }) => `${method} ${path}`);
  await harness.close();
  // Routes are declared without touching what they will use.
  const nothing = new Proxy({}, { get: () => undefined }) as ApiDeps;
  const app = createApp({ ...nothing, boundTo: "127.0.0.1", version: "0" });
  const registered = app.routes
    .filter(({ method, path }) => method !== "ALL" && path.startsWith(BASE))
    .map(({ method, path }) => `${method} ${path.slice(BASE.length).replace(/:(\w+)/g, "{$1}")}`);
  const own = ["GET /openapi.json", "GET /docs", "GET /docs.css"];
  expect([...new Set(registered)].filter((route) => !own.includes(route)).sort()).toEqual(documented.sort());
});
