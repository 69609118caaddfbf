// What the API does not know it refuses, in one shape: methods, names in paths, empty values, keys of a query.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { errorSchema } from "../../src/api/schemas.ts";
import { errorCodes } from "../../src/contract/errors.ts";
import type { Harness } from "../support/api-harness.ts";
import { createHarness, json } from "../support/api-harness.ts";

const BASE = "/api/v1";

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

for (const transport of ["memory", "socket"] as const) {
  describe(`over ${transport}`, () => {
    let harness: Harness;
    beforeAll(async () => {
      harness = await createHarness({ transport });
    });
    afterAll(() => harness.close());

    /** The error of an answer, which must have the one shape and the status of its code. */
    async function refusal(path: string, init: RequestInit = {}) {
      const response = await harness.as("admin", path, init);
      expect(response.headers.get("content-type"), path).toBe("application/json");
      const { error } = errorSchema.strict().parse(await response.json());
      expect(response.status, path).toBe(errorCodes[error.code].http);
      return { status: response.status, ...error, allow: response.headers.get("allow") };
    }

    test("a known path with another method is 405 and lists its own, an unknown path 404", async () => {
      const document = (await (await harness.request(`${BASE}/openapi.json`)).json()) as Document;
      for (const [path, operations] of Object.entries(document.paths)) {
        const own = Object.keys(operations).map((method) => method.toUpperCase());
        const allow = [...own, ...(own.includes("GET") ? ["HEAD"] : [])].sort().join(", ");
        for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
          if (own.includes(method)) continue;
          const refused = await refusal(path.replace(/\{\w+\}/, "x"), { method });
          expect(refused, `${method} ${path}`).toMatchObject({ code: "method_not_allowed", allow });
        }
      }
      for (const path of ["/docs", "/docs.css", "/openapi.json"]) {
        expect(await refusal(BASE + path, { method: "POST" })).toMatchObject({
          status: 405,
          allow: "GET, HEAD",
        });
      }
      for (const path of [
        `${BASE}/nosuch`,
        `${BASE}/sessions/`,
        `${BASE}/sessions/a/b/c`,
        "/api/v2/stats",
        BASE,
      ]) {
        expect(await refusal(path, { method: "PUT" })).toMatchObject({ status: 404, allow: null });
      }
    });

    test("a name in a path that can't be one is as unknown as any other", async () => {
      const paths = [
        "/sessions/not-a-ulid",
        "/sessions/not-a-ulid/recording",
        `/sessions/${"0".repeat(26)}`,
        "/sessions/%00",
        "/sessions/%ff",
        `/attackers/${"a".repeat(5000)}`,
        "/attackers/nobody",
        "/blobs/..%2f..%2fetc%2fpasswd",
        `/blobs/${"0".repeat(64)}`,
      ];
      for (const path of paths) expect((await refusal(BASE + path)).status, path).toBe(404);
    });

    test("an empty or malformed value is refused, not read as none or zero", async () => {
      const queries = ["since=", "before=", "limit=", "attacker=", "decky=", "service=", "session=", "kind="];
      for (const query of queries)
        expect(await refusal(`${BASE}/evidence?${query}`), query).toMatchObject({ code: "invalid" });
      expect(await refusal(`${BASE}/stats?hours=`)).toMatchObject({ code: "invalid" });
      expect(await refusal(`${BASE}/stream?last_event_id=`)).toMatchObject({ code: "invalid" });
    });

    test("an unknown key of a query is refused with the nearest known one", async () => {
      const near = async (query: string) => (await refusal(`${BASE}${query}`)).message;
      expect(await near("/evidence?sinc=3")).toBe('unknown query parameter "sinc". Did you mean "since"?');
      expect(await near("/sessions?logged-in=true")).toContain('Did you mean "logged_in"?');
      expect(await near("/attackers?cursor=&limitt=2")).toContain('Did you mean "limit"?');
      expect(await near("/workers?zzzzzz")).toBe('unknown query parameter "zzzzzz".');
      expect(await near("/deckies?%0d%0a%1b=1")).toContain("\\u{d}\\u{a}\\u{1b}");
      expect(await near(`/deckies?${"k".repeat(3000)}=1`)).toHaveLength(68);
      expect(await near("/drills?__proto__=1")).toContain("__proto__");
      const head = await harness.as("admin", `${BASE}/stats?hour=3`, { method: "HEAD" });
      expect(head.status).toBe(400);
    });

    test("a body that is too large or no JSON is refused in the same shape", async () => {
      const large = { ips: ["192.0.2.1"], run: "x".repeat(600_000) };
      expect(await refusal(`${BASE}/drills`, json("POST", large))).toMatchObject({ code: "too_large" });
      const broken = { method: "POST", body: "{", headers: { "content-type": "application/json" } };
      expect(await refusal(`${BASE}/drills`, broken)).toMatchObject({ code: "invalid" });
    });
  });
}
