// Every route, asked directly and over a real socket: access, shapes, paging, hostile input, headers.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { z } from "zod";
import { sha256Hex } from "../../src/api/auth.ts";
import * as schemas from "../../src/api/schemas.ts";
import type { WebAssets } from "../../src/api/web-assets.ts";
import { webAssetsFrom } from "../../src/api/web-assets.ts";
import { capture } from "../../src/contract/captured.ts";
import type { Harness, Transport } from "../support/api-harness.ts";
import { createHarness, json, PASSWORD, tokens } from "../support/api-harness.ts";
import * as rows from "../support/api-rows.ts";

const BASE = "/api/v1";
const XSS = `<script>alert("x")</script>\u202e\u0000'); DROP TABLE evidence;--`;
const SECRET = capture("hunter2");
const SECRET_SHA = sha256Hex("hunter2");
const RECORDING = `{"version":2,"width":80,"height":24}\n[0.1,"o","<b>hi</b>"]\n`;
const RECORDING_SHA = sha256Hex(RECORDING);
const MALWARE = new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 255]);
const MALWARE_SHA = sha256Hex("malware");
const ATTACKER = "203.0.113.7";

const assets: WebAssets = webAssetsFrom([
  {
    path: "/index.html",
    type: "text/html; charset=utf-8",
    body: btoa("<!doctype html><title>decnet</title>"),
  },
  { path: "app-1234.js", type: "text/javascript; charset=utf-8", body: btoa("export {};") },
]);

interface Filled {
  readonly harness: Harness;
  readonly session: string;
}

async function fill(transport: Transport): Promise<Filled> {
  const harness = await createHarness({ transport, assets, accepted: 9 });
  const { store } = harness;
  const session = await rows.addSession(store, { recording_sha256: RECORDING_SHA });
  await rows.addSession(store, {
    attacker_ip: "198.51.100.9",
    logged_in: 0,
    ended_at: 1,
    started_at: 1,
    duration_ms: 0,
  });
  const fingerprint = { family: "hassh", hash: "a".repeat(32), raw: capture(XSS) };
  await rows.addEvidence(store, [
    { session },
    { session, kind: "command.executed", data: { command: capture(XSS), via: "shell" } },
    { session, kind: "client.fingerprinted", data: fingerprint },
    { session, kind: "client.identified", data: { via: "banner", software: capture(XSS) } },
    {
      session,
      kind: "file.uploaded",
      data: { name: capture("../../etc/passwd"), sha256: MALWARE_SHA, size: 8, stored: 8, via: "scp" },
    },
    { ip: "198.51.100.9", decky: "decky-02", service: "http", data: { damaged: true } },
  ]);
  await rows.addAttacker(store, ATTACKER);
  await rows.addAttacker(store, "198.51.100.9", 5000, 1);
  await rows.addCredential(store, 2, SECRET, SECRET_SHA);
  await rows.addReuse(store, SECRET_SHA);
  await rows.addDecky(store, "decky-01");
  await rows.addDecky(store, "decky-02", "stopped");
  await rows.addActivity(store, Date.now(), 6);
  await rows.addActivity(store, Date.now(), 3, 1);
  harness.blobs.set(RECORDING_SHA, new Blob([RECORDING]));
  harness.blobs.set(MALWARE_SHA, new Blob([MALWARE]));
  const beat = {
    worker: "collector",
    ts: Date.now() / 1000,
    pid: 1,
    uptime_sec: 2,
    metrics: { records_total: 6, "bad name": 1 },
  };
  harness.registry.record("system.collector.health", beat);
  return { harness, session };
}

async function errorOf(response: Response): Promise<{ code: string; message: string; details?: unknown }> {
  return schemas.errorSchema.parse(await response.json()).error;
}

for (const transport of ["memory", "socket"] as const) {
  describe(`over ${transport}`, () => {
    let harness: Harness;
    let session: string;
    beforeAll(async () => {
      ({ harness, session } = await fill(transport));
    });
    afterAll(() => harness.close());

    async function read<S extends z.ZodType>(schema: S, path: string): Promise<z.output<S>> {
      const response = await harness.as("viewer", BASE + path);
      const text = await response.text();
      expect(`${response.status} ${response.status === 200 ? "" : text}`).toBe("200 ");
      expect(response.headers.get("content-type")).toBe("application/json");
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      expect(response.headers.get("cache-control")).toBe("no-store");
      return schema.parse(JSON.parse(text));
    }

    describe("reads", () => {
      test("/health says only that it answers, to anybody", async () => {
        const response = await harness.request(`${BASE}/health`);
        expect(await response.json()).toEqual({ status: "ok" });
      });

      test("/auth/me", async () => {
        expect(await read(schemas.meSchema, "/auth/me")).toMatchObject({
          username: "viewer",
          role: "viewer",
        });
        const local = await harness.as("local", `${BASE}/auth/me`);
        expect(await local.json()).toEqual({ username: "local", role: "admin", expires_at: null });
      });

      test("/workers", async () => {
        const { workers, bus_connected, generated_at } = await read(schemas.workersSchema, "/workers");
        expect(workers.map((row) => [row.name, row.status])).toEqual([
          ["bus", "unknown"],
          ["api", "unknown"],
          ["collector", "ok"],
        ]);
        expect(workers[2]?.extra).toMatchObject({ pid: 1, uptime_sec: 2 });
        expect(bus_connected).toBe(false);
        expect(Math.abs(generated_at - Date.now() / 1000)).toBeLessThan(60);
      });

      test("/deckies", async () => {
        const { data } = await read(schemas.deckiesSchema, "/deckies");
        expect(data.map((decky) => [decky.name, decky.state])).toEqual([
          ["decky-01", "running"],
          ["decky-02", "stopped"],
        ]);
        expect(data[0]?.services).toEqual([{ name: "ssh", port: 22, transport: "tcp", state: "listening" }]);
      });

      test("/attackers: sorted, searched, filtered", async () => {
        const page = schemas.pageOf(schemas.attackerSchema);
        const ips = async (query: string) =>
          (await read(page, `/attackers?${query}`)).data.map((row) => row.ip);
        expect(await ips("")).toEqual([ATTACKER, "198.51.100.9"]);
        expect(await ips("q=198.51")).toEqual(["198.51.100.9"]);
        expect(await ips("q=%25")).toEqual([]);
        expect(await ips("drill=true")).toEqual(["198.51.100.9"]);
        expect(await ips("decky=decky-09")).toEqual([]);
        expect(await ips("sort=first_seen&limit=1")).toEqual([ATTACKER]);
      });

      test("/attackers/{id}: everything about one source", async () => {
        const detail = await read(schemas.attackerDetailSchema, `/attackers/${ATTACKER}`);
        expect(detail.totals).toEqual({ sessions: 1, evidence: 4, credentials: 1, commands: 1, files: 1 });
        expect(detail.sessions.map((row) => row.id)).toEqual([session]);
        expect(detail.credentials[0]?.secret).toEqual(SECRET);
        expect(detail.commands[0]?.command.val).toBe(XSS);
        expect(detail.files[0]).toMatchObject({ sha256: MALWARE_SHA, via: "scp" });
        expect(detail.fingerprints[0]).toMatchObject({ family: "hassh", raw: capture(XSS) });
        expect(detail.clients[0]?.software.val).toBe(XSS);
      });

      test("/sessions and one with its transcript", async () => {
        const all = await read(schemas.pageOf(schemas.sessionSchema), "/sessions");
        expect(all.data.map((row) => row.attacker_ip)).toEqual([ATTACKER, "198.51.100.9"]);
        expect(
          (await read(schemas.pageOf(schemas.sessionSchema), "/sessions?open=true&logged_in=true")).data
            .length,
        ).toBe(1);
        const detail = await read(schemas.sessionDetailSchema, `/sessions/${session}`);
        expect(detail.transcript.map((item) => item.seq)).toEqual([1, 2, 3, 4, 5]);
        expect(detail.transcript_complete).toBe(true);
      });

      test("/credentials and their reuse", async () => {
        const page = await read(schemas.pageOf(schemas.credentialSchema), "/credentials");
        expect(page.data[0]).toMatchObject({
          username: capture("root"),
          secret: SECRET,
          secret_sha256: SECRET_SHA,
        });
        const reuse = await read(schemas.pageOf(schemas.credentialReuseSchema), "/credentials/reuse");
        expect(reuse.data[0]).toMatchObject({ secret: SECRET, deckies: ["decky-01", "decky-02"] });
      });

      test("/evidence: newest first, oldest first with since, filtered", async () => {
        const page = schemas.pageOf(schemas.evidenceSchema);
        const seqs = async (query: string) =>
          (await read(page, `/evidence?${query}`)).data.map((row) => row.seq);
        expect(await seqs("")).toEqual([6, 5, 4, 3, 2, 1]);
        expect(await seqs("since=0")).toEqual([1, 2, 3, 4, 5, 6]);
        expect(await seqs("since=2&limit=2")).toEqual([3, 4]);
        expect(await seqs("before=3")).toEqual([2, 1]);
        expect(await seqs("kind=command.executed")).toEqual([2]);
        expect(await seqs("attacker=198.51.100.9")).toEqual([6]);
        expect(await seqs("decky=decky-02&service=http")).toEqual([6]);
        expect(await seqs(`session=${session}&order=asc`)).toEqual([1, 2, 3, 4, 5]);
        expect(await seqs("q=alert(")).toEqual([4, 3, 2]);
      });

      test("/stats counts no drills unless told to", async () => {
        const stats = await read(schemas.statsSchema, "/stats");
        expect(stats).toMatchObject({
          evidence: 6,
          attackers: 1,
          sessions_open: 1,
          deckies: 2,
          deckies_running: 1,
        });
        expect(stats.by_service).toEqual([{ name: "ssh", count: 6 }]);
        expect(stats.hourly.length).toBe(24);
        expect(stats.hourly.at(-1)?.evidence).toBe(6);
        expect(await read(schemas.statsSchema, "/stats?drills=true")).toMatchObject({
          evidence: 9,
          attackers: 2,
        });
      });

      test("/status: what is spooled is what was accepted and is not ingested", async () => {
        const status = await read(schemas.statusSchema, "/status");
        expect(status.evidence).toEqual({ accepted: 9, ingested: 6, spooled: 3 });
        expect(status.workers.length).toBe(3);
      });

      test("/metrics holds plain names only", async () => {
        const response = await harness.as("viewer", `${BASE}/metrics`);
        expect(response.headers.get("content-type")).toContain("text/plain; version=0.0.4");
        const text = await response.text();
        const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1] ?? "");
        const foreign = "decnet_collector_records_total";
        for (const name of names.filter((own) => own !== foreign)) expect(text).toContain(`# HELP ${name} `);
        expect(text).toContain('decnet_worker_up{worker="collector"} 1\n');
        expect(text).toContain(
          "# TYPE decnet_collector_records_total counter\ndecnet_collector_records_total 6\n",
        );
        expect(text).toContain("decnet_evidence_spooled 3\n");
        expect(text).not.toContain("bad name");
        for (const line of text.trimEnd().split("\n")) {
          expect(line).toMatch(
            /^(# HELP [a-z0-9_]+ [^\\]+|# TYPE [a-z0-9_]+ (counter|gauge)|[a-z0-9_]+(\{[a-z]+="[A-Za-z0-9._+-]+"\})? -?[0-9.e+-]+)$/,
          );
        }
      });

      test("what is not there is 404", async () => {
        for (const path of [
          "/attackers/192.0.2.250",
          "/attackers/__proto__",
          `/sessions/${"0".repeat(26)}`,
          "/nosuch",
          "/",
        ]) {
          const response = await harness.as("admin", BASE + path);
          expect([path, response.status, (await errorOf(response)).code]).toEqual([path, 404, "not_found"]);
        }
      });
    });

    describe("downloads are attachments that no browser opens", () => {
      test("a recording", async () => {
        const response = await harness.as("viewer", `${BASE}/sessions/${session}/recording`);
        expect(await response.text()).toBe(RECORDING);
        expect(response.headers.get("content-disposition")).toBe(`attachment; filename="${session}.cast"`);
        expect(response.headers.get("x-content-type-options")).toBe("nosniff");
        expect(response.headers.get("content-security-policy")).toContain("sandbox");
      });

      test("a blob, for admins, noted in the audit", async () => {
        const response = await harness.as("admin", `${BASE}/blobs/${MALWARE_SHA}`);
        expect(new Uint8Array(await response.arrayBuffer())).toEqual(MALWARE);
        expect(response.headers.get("content-type")).toBe("application/octet-stream");
        expect(response.headers.get("content-disposition")).toBe(`attachment; filename="${MALWARE_SHA}.bin"`);
        const audit = await harness.as("admin", `${BASE}/audit`);
        const entries = schemas.pageOf(schemas.auditSchema).parse(await audit.json()).data;
        expect(entries.some((entry) => entry.action === "blob.read" && entry.target === MALWARE_SHA)).toBe(
          true,
        );
      });

      test("a name that is no hash reaches no disk", async () => {
        for (const name of ["..%2f..%2fetc%2fpasswd", "A".repeat(64), "0".repeat(63), "%00"]) {
          expect((await harness.as("admin", `${BASE}/blobs/${name}`)).status).toBe(404);
        }
        expect((await harness.as("admin", `${BASE}/blobs/${"0".repeat(64)}`)).status).toBe(404);
      });
    });

    describe("drills", () => {
      test("are registered in the spelling of evidence and forgotten as one", async () => {
        const body = {
          ips: ["198.51.100.9", "2001:DB8:0:0:0:0:0:1", "::ffff:192.0.2.5", "198.51.100.9"],
          run: "test-1",
        };
        const added = await harness.as("admin", `${BASE}/drills`, json("POST", body));
        expect(await added.json()).toEqual({
          run: "test-1",
          ips: ["198.51.100.9", "2001:db8::1", "192.0.2.5"],
        });
        const list = (await (await harness.as("viewer", `${BASE}/drills`)).json()) as { data: unknown[] };
        expect(list.data.length).toBe(3);
        const page = schemas.pageOf(schemas.evidenceSchema);
        const read = async (query: string) =>
          page.parse(await (await harness.as("viewer", `${BASE}/evidence?${query}`)).json()).data;
        expect((await read("drill=true")).map((row) => [row.src.ip, row.drill])).toEqual([
          ["198.51.100.9", true],
        ]);
        expect((await read("drill=false")).every((row) => !row.drill && row.src.ip !== "198.51.100.9")).toBe(
          true,
        );
        const gone = await harness.as("admin", `${BASE}/drills`, { method: "DELETE" });
        const { removed } = schemas.drillRemovedSchema.parse(await gone.json());
        expect(removed).toMatchObject({ evidence: 1, attackers: 1, sessions: 1, blobs: 0 });
        expect((await harness.as("viewer", `${BASE}/attackers/198.51.100.9`)).status).toBe(404);
      });

      test("refuse what is no address", async () => {
        for (const ips of [
          [],
          ["nonsense"],
          ["1.2.3.4/8"],
          "1.2.3.4",
          [null],
          Array.from({ length: 4097 }, () => "192.0.2.1"),
        ]) {
          const response = await harness.as("admin", `${BASE}/drills`, json("POST", { ips }));
          expect((await errorOf(response)).code).toBe("invalid");
        }
      });
    });

    describe("access", () => {
      interface Operation {
        readonly "x-role": string;
      }

      async function operations(): Promise<{ method: string; path: string; role: string }[]> {
        const document = (await (await harness.request(`${BASE}/openapi.json`)).json()) as {
          paths: Record<string, Record<string, Operation>>;
        };
        return Object.entries(document.paths).flatMap(([path, methods]) =>
          Object.entries(methods).map(([method, operation]) => ({
            method: method.toUpperCase(),
            path,
            role: operation["x-role"],
          })),
        );
      }

      test("every operation of the OpenAPI page but login and health wants a token, and admin ones an admin", async () => {
        const all = await operations();
        expect(all.filter(({ role }) => role === "anybody").map(({ path }) => path)).toEqual([
          `${BASE}/auth/login`,
          `${BASE}/health`,
        ]);
        expect(all.length).toBeGreaterThan(20);
        for (const { method, path, role } of all.filter((operation) => operation.role !== "anybody")) {
          const url = path.replace(/\{[a-z0-9]+\}/, "0".repeat(64));
          for (const who of [undefined, "expired"] as const) {
            const response = await (who
              ? harness.as(who, url, { method })
              : harness.request(url, { method }));
            expect([method, path, response.status]).toEqual([method, path, 401]);
            expect(response.headers.get("www-authenticate")).toBe("Bearer");
            expect((await errorOf(response)).code).toBe("unauthorized");
          }
          if (role === "admin") expect((await harness.as("viewer", url, { method })).status).toBe(403);
        }
      });

      test("nonsense in the header is no token, and a header outweighs a cookie", async () => {
        for (const authorization of [
          "",
          "Bearer",
          "Bearer  ",
          "Basic YTpi",
          `Bearer ${"a".repeat(600)}`,
          "Bearer a b",
          `bearer x${tokens.admin}`,
        ]) {
          expect((await harness.request(`${BASE}/auth/me`, { headers: { authorization } })).status).toBe(401);
        }
        const headers = { authorization: "Bearer wrong", cookie: `decnet_session=${tokens.admin}` };
        expect((await harness.request(`${BASE}/auth/me`, { headers })).status).toBe(401);
      });

      test("the local token is a header only", async () => {
        expect(
          (
            await harness.request(`${BASE}/auth/me`, {
              headers: { cookie: `decnet_session=${tokens.local}` },
            })
          ).status,
        ).toBe(401);
      });

      test("a cookie does not write for another origin", async () => {
        const attempt = (headers: Record<string, string>) =>
          harness.request(`${BASE}/drills`, {
            method: "DELETE",
            headers: { cookie: `decnet_session=${tokens.admin}`, ...headers },
          });
        const own = transport === "socket" ? harness.url : "http://localhost";
        expect((await attempt({ origin: "http://evil.example" })).status).toBe(403);
        expect((await attempt({ origin: "null" })).status).toBe(403);
        expect((await attempt({ origin: "http://127.0.0.1:1" })).status).toBe(403);
        expect((await attempt({ "sec-fetch-site": "cross-site" })).status).toBe(403);
        expect((await attempt({ "sec-fetch-site": "same-site", origin: own })).status).toBe(403);
        expect((await attempt({ "sec-fetch-site": "same-origin", origin: own })).status).toBe(200);
        expect((await attempt({ origin: own })).status).toBe(200);
      });

      test("a name that is not loopback's is not served: DNS rebinding", async () => {
        for (const host of [
          "evil.example",
          "evil.example:8000",
          "127.0.0.1.evil.example",
          "localhost.evil.example",
          "[::1].evil",
        ]) {
          const response = await harness.request(`${BASE}/health`, { headers: { host } });
          expect([host, response.status]).toEqual([host, 403]);
        }
        for (const host of ["localhost:9", "127.0.0.1", "[::1]:8000", "127.9.9.9:1"]) {
          expect((await harness.request(`${BASE}/health`, { headers: { host } })).status).toBe(200);
        }
      });

      test("no answer opens the API to other origins", async () => {
        const response = await harness.as("viewer", `${BASE}/stats`, {
          headers: { origin: "http://evil.example" },
        });
        expect(response.headers.get("access-control-allow-origin")).toBeNull();
      });
    });

    describe("logins", () => {
      const login = (body: unknown, init: RequestInit = {}) =>
        harness.request(`${BASE}/auth/login`, { ...json("POST", body), ...init });

      test("give a token and a cookie that scripts and other sites do not get", async () => {
        const response = await login({ username: "admin", password: PASSWORD });
        const body = schemas.loggedInSchema.parse(await response.json());
        expect(body.role).toBe("admin");
        expect(body.token).toMatch(/^[A-Za-z0-9_-]{43}$/);
        const cookie = response.headers.get("set-cookie") ?? "";
        expect(cookie).toContain("HttpOnly");
        expect(cookie).toContain("SameSite=Strict");
        const stored = await harness.store.db.selectFrom("token").selectAll().execute();
        expect(JSON.stringify(stored)).not.toContain(body.token);
        const headers = { cookie: cookie.split(";")[0] ?? "" };
        expect((await harness.request(`${BASE}/auth/me`, { headers })).status).toBe(200);
        expect((await harness.request(`${BASE}/auth/logout`, { method: "POST", headers })).status).toBe(204);
        expect((await harness.request(`${BASE}/auth/me`, { headers })).status).toBe(401);
      });

      test("tell a wrong name from a wrong password by nothing", async () => {
        const wrongName = await login({ username: "nobody", password: PASSWORD });
        const wrongPassword = await login({ username: "viewer", password: "wrong" });
        expect(wrongName.status).toBe(401);
        expect(await wrongName.text()).toBe(await wrongPassword.text());
      });

      test("refuse what does not fit", async () => {
        const bodies = [
          {},
          [],
          null,
          "x",
          { username: "a" },
          { username: 1, password: "x" },
          { username: "a".repeat(65), password: "x" },
        ];
        for (const body of bodies) expect((await errorOf(await login(body))).code).toBe("invalid");
        const type = { headers: { "content-type": "text/plain" } };
        expect((await login({ username: "admin", password: PASSWORD }, type)).status).toBe(400);
        const broken = { body: '{"username":', headers: { "content-type": "application/json" } };
        expect((await errorOf(await login({}, broken))).code).toBe("invalid");
        const large = await login({ username: "admin", password: "x".repeat(300_000) });
        expect((await errorOf(large)).code).toBe("too_large");
      });

      test("a new password ends the other logins and not this one", async () => {
        const token = async (password: string) =>
          schemas.loggedInSchema.parse(await (await login({ username: "viewer", password })).json()).token;
        const [mine, other] = [await token(PASSWORD), await token(PASSWORD)];
        const change = (body: unknown) => {
          const request = json("POST", body);
          const headers = { "content-type": "application/json", authorization: `Bearer ${mine}` };
          return harness.request(`${BASE}/auth/password`, { ...request, headers });
        };
        expect((await change({ current: PASSWORD, next: "short" })).status).toBe(400);
        expect((await change({ current: "wrong", next: "a much longer one" })).status).toBe(403);
        expect((await change({ current: PASSWORD, next: "a much longer one" })).status).toBe(204);
        const me = (bearer: string) =>
          harness.request(`${BASE}/auth/me`, { headers: { authorization: `Bearer ${bearer}` } });
        expect((await me(mine)).status).toBe(200);
        expect((await me(other)).status).toBe(401);
        expect((await harness.as("viewer", `${BASE}/auth/me`)).status).toBe(401);
        expect((await login({ username: "viewer", password: PASSWORD })).status).toBe(401);
      });

      test("guessing is slowed down, for the right password too", async () => {
        const statuses: number[] = [];
        for (let i = 0; i < 12; i++)
          statuses.push((await login({ username: `guessed${i}`, password: "x" })).status);
        expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(10);
        expect(statuses.slice(-2)).toEqual([429, 429]);
        const response = await login({ username: "admin", password: PASSWORD });
        expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
        expect((await errorOf(response)).code).toBe("too_many");
      });
    });

    describe("the dashboard's files", () => {
      const page = { headers: { accept: "text/html,application/xhtml+xml" } };

      test("come with a policy that allows no inline script", async () => {
        for (const path of ["/", "/attackers/203.0.113.7", "/index.html"]) {
          const response = await harness.request(path, page);
          expect(response.status).toBe(200);
          expect(response.headers.get("content-type")).toContain("text/html");
          const policy = response.headers.get("content-security-policy") ?? "";
          expect(policy).toContain("script-src 'self'");
          expect(policy).toContain("frame-ancestors 'none'");
          expect(policy).not.toContain("unsafe");
        }
      });

      test("are revalidated by their hash", async () => {
        const first = await harness.request("/app-1234.js");
        const etag = first.headers.get("etag") ?? "";
        expect(first.headers.get("content-type")).toContain("text/javascript");
        const second = await harness.request("/app-1234.js", { headers: { "if-none-match": etag } });
        expect(second.status).toBe(304);
      });

      test("what is not there is 404 for whoever wants no page", async () => {
        expect((await harness.request("/nosuch.js", { headers: { accept: "*/*" } })).status).toBe(404);
        expect((await harness.request("/api/v2/stats", page)).status).toBe(404);
        expect(
          (await harness.request("/..%2f..%2fetc%2fpasswd", { headers: { accept: "*/*" } })).status,
        ).toBe(404);
        expect((await harness.request("/", { method: "POST" })).status).toBe(404);
      });
    });

    describe("the docs", () => {
      test("OpenAPI 3.1 and a page without script that asks nobody else", async () => {
        const document = (await (await harness.request(`${BASE}/openapi.json`)).json()) as {
          openapi: string;
          components: { schemas: object };
        };
        expect(document.openapi).toBe("3.1.0");
        const names = Object.keys(document.components.schemas);
        for (const name of ["Worker", "Decky", "Attacker", "Session", "Evidence", "Stats", "Error"])
          expect(names).toContain(name);
        const response = await harness.request(`${BASE}/docs`);
        const html = await response.text();
        expect(html).toContain("/api/v1/evidence");
        expect(html).not.toMatch(/<script|https?:\/\/|\son[a-z]+=/i);
        expect(response.headers.get("content-security-policy")).toContain("style-src 'self'");
        const style = await harness.request(`${BASE}/docs.css`);
        expect(style.headers.get("content-type")).toContain("text/css");
      });
    });

    describe("hostile queries", () => {
      const queries = [
        "limit=0",
        "limit=-1",
        "limit=1001",
        "limit=1e9",
        "limit=NaN",
        "limit=1&limit=2",
        "limit=",
        "limit=0x10.5",
        "cursor=%00",
        "cursor=' OR 1=1--",
        `cursor=${"A".repeat(600)}`,
        "cursor=AAAA",
        "cursor=__proto__",
      ];
      test("are refused as invalid, never as a failure of ours", async () => {
        for (const path of ["/attackers", "/sessions", "/credentials", "/credentials/reuse", "/audit"]) {
          for (const query of queries) {
            const response = await harness.as("admin", `${BASE}${path}?${query}`);
            expect([path, query, response.status]).toEqual([path, query, 400]);
            expect((await errorOf(response)).code).toBe("invalid");
          }
        }
        for (const query of [
          "since=",
          "before=",
          "since=%20",
          "since=0x10",
          "since=-1",
          "since=1.5",
          "since=x",
          "before=1e400",
          "order=up",
          "kind=",
          `q=${"a".repeat(201)}`,
          "session=",
        ]) {
          const response = await harness.as("admin", `${BASE}/evidence?${query}`);
          expect([query, response.status]).toEqual([query, 400]);
        }
      });

      test("text is text to the store", async () => {
        const hostile = [
          "' OR '1'='1",
          "%",
          "_",
          "\\",
          "\u0000",
          '"',
          "{}",
          "\ud800",
          "日本",
          "__proto__",
          "x".repeat(64),
        ];
        for (const text of hostile.map(encodeURIComponentLoosely)) {
          for (const name of ["q", "decky", "service", "attacker"]) {
            const response = await harness.as("admin", `${BASE}/evidence?${name}=${text}`);
            expect([name, text, response.status]).toEqual([name, text, 200]);
          }
        }
        const none = await harness.as("admin", `${BASE}/evidence?decky=${encodeURIComponent("' OR '1'='1")}`);
        expect(((await none.json()) as { data: unknown[] }).data).toEqual([]);
      });

      test("evidence is data: JSON, not sniffed, byte for byte", async () => {
        const response = await harness.as("admin", `${BASE}/evidence?kind=command.executed`, {
          headers: { accept: "text/html" },
        });
        expect(response.headers.get("content-type")).toBe("application/json");
        expect(response.headers.get("x-content-type-options")).toBe("nosniff");
        expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
        const { data } = schemas.pageOf(schemas.evidenceSchema).parse(await response.json());
        expect(data[0]?.data).toEqual({ command: capture(XSS), via: "shell" });
      });
    });

    test("nothing of the above was a failure of ours", () => {
      expect(harness.logs.filter((line) => /"level":(50|60)/.test(line))).toEqual([]);
    });
  });
}

/** Percent-encodes, lone surrogates as their three bytes. */
function encodeURIComponentLoosely(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : "%ED%A0%80";
}

describe("paging under inserts", () => {
  test("evidence: every row once in both directions while rows are added", async () => {
    const harness = await createHarness({ transport: "memory" });
    await rows.addEvidence(
      harness.store,
      Array.from({ length: 95 }, () => ({})),
    );
    const page = async (query: string) =>
      schemas
        .pageOf(schemas.evidenceSchema)
        .parse(await (await harness.as("viewer", `${BASE}/evidence?${query}`)).json());
    const down: number[] = [];
    for (let next: string | null = "96"; next !== null; ) {
      const { data, next: following } = await page(`before=${next}&limit=10`);
      down.push(...data.map((row) => row.seq));
      next = following;
      await rows.addEvidence(harness.store, [{}, {}]);
    }
    expect(down).toEqual(Array.from({ length: 95 }, (_, i) => 95 - i));
    const up: number[] = [];
    for (let next: string | null = "0"; next !== null; ) {
      const { data, next: following } = await page(`since=${next}&limit=20`);
      up.push(...data.map((row) => row.seq));
      next = following;
      if (up.length < 200) await rows.addEvidence(harness.store, [{}]);
    }
    expect(up).toEqual(Array.from({ length: up.length }, (_, i) => i + 1));
    await harness.close();
  });

  test("attackers and sessions: those there at the start, each once", async () => {
    const harness = await createHarness({ transport: "memory" });
    const ips = Array.from({ length: 35 }, (_, i) => `198.51.100.${i + 1}`);
    // Equal sort values: the id decides.
    for (const ip of ips) await rows.addAttacker(harness.store, ip, 1000);
    const ids: string[] = [];
    for (let i = 0; i < 35; i++) ids.push(await rows.addSession(harness.store, { started_at: 1000 }));
    const walk = async (path: string, add: (i: number) => Promise<unknown>): Promise<string[]> => {
      const found: string[] = [];
      let cursor = "";
      for (let i = 0; ; i++) {
        const response = await harness.as("viewer", `${BASE}${path}?limit=10${cursor}`);
        const { data, next } = (await response.json()) as { data: { id: string }[]; next: string | null };
        found.push(...data.map((row) => row.id));
        if (next === null) return found;
        cursor = `&cursor=${next}`;
        await add(i);
      }
    };
    const attackers = await walk("/attackers", (i) => rows.addAttacker(harness.store, `192.0.2.${i}`, 2000));
    expect(attackers.toSorted()).toEqual(ips.toSorted());
    const sessions = await walk("/sessions", () => rows.addSession(harness.store, { started_at: 2000 }));
    expect(sessions.toSorted()).toEqual(ids.toSorted());
    await harness.close();
  });
});

describe("failures of ours", () => {
  test("reveal nothing and are logged", async () => {
    const harness = await createHarness({ transport: "memory" });
    await harness.store.db.schema.dropTable("attacker").execute();
    const response = await harness.as("viewer", `${BASE}/attackers`);
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ error: { code: "internal", message: "internal error" } });
    expect(
      harness.logs.some((line) => line.includes("request failed") && line.includes("no such table")),
    ).toBe(true);
    await harness.close();
  });
});
