// Topologies in the API: kept, ordered up and down, changed through the queue; directly and over a real socket.

import { afterEach, describe, expect, test } from "bun:test";
import type {
  ApiError,
  AuditEntry,
  Mutation,
  Page,
  Topologies,
  TopologyDetail,
  TopologySummary,
} from "../../src/api/types.ts";
import { FakeHub } from "../../src/bus/fake.ts";
import { systemClock } from "../../src/contract/clock.ts";
import { newLife } from "../../src/fleet/machine.ts";
import { createLogger } from "../../src/kit/log.ts";
import { putMachines } from "../../src/store/topologies.ts";
import type { Topology } from "../../src/topology/model.ts";
import type { Harness, HarnessOptions } from "../support/api-harness.ts";
import { createHarness, json } from "../support/api-harness.ts";
import { addDecky } from "../support/api-rows.ts";
import { endNextMutation, moveStatus, office } from "../support/topology-bodies.ts";

const BASE = "/api/v1/topologies";
const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Answer<T> {
  readonly status: number;
  readonly body: T;
  readonly error: ApiError["error"];
}

for (const transport of ["memory", "socket"] as const) {
  const open = async (options: Partial<HarnessOptions> = {}): Promise<Harness> => {
    const harness = await createHarness({ transport, ...options });
    cleanups.push(() => harness.close());
    return harness;
  };
  async function ask<T>(harness: Harness, method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const init = body === undefined ? { method } : json(method, body);
    const response = await harness.as("admin", BASE + path, init);
    const text = await response.text();
    const value = text === "" ? null : JSON.parse(text);
    return { status: response.status, body: value as T, error: (value as ApiError | null)?.error as never };
  }
  const add = async (harness: Harness, topology: Topology = office()): Promise<TopologyDetail> => {
    const { status, body } = await ask<TopologyDetail>(harness, "POST", "", topology);
    expect(status).toBe(201);
    return body;
  };

  describe(`topologies over ${transport}`, () => {
    test("are added, listed, found by id and by name, replaced and forgotten", async () => {
      const harness = await open();
      const made = await add(harness);
      expect(made).toMatchObject({ name: "office", status: "pending", reason: "", version: 1, machines: [] });
      expect(made.definition).toEqual(office());
      const { body: list } = await ask<Topologies>(harness, "GET", "");
      expect(list.data.map(({ name, counts }) => [name, counts])).toEqual([
        ["office", { lans: 2, deckies: 3, machines: 0, serving: 0, waiting: 0 }],
      ]);
      for (const key of [made.id, "office"])
        expect((await ask<TopologyDetail>(harness, "GET", `/${key}`)).body.id).toBe(made.id);
      const other = { ...office("plant"), deckies: office().deckies.slice(0, 2) };
      const replaced = await ask<TopologyDetail>(harness, "PUT", `/${made.id}`, {
        expected_version: 1,
        ...other,
      });
      expect(replaced).toMatchObject({ status: 200, body: { id: made.id, name: "plant", version: 2 } });
      expect(replaced.body.definition).toEqual(other);
      expect((await ask(harness, "GET", "/office")).status).toBe(404);
      expect((await ask(harness, "DELETE", "/plant")).status).toBe(204);
      expect((await ask<Topologies>(harness, "GET", "")).body.data).toEqual([]);
    });

    test("every fault is told, and a body that is none names the place", async () => {
      const harness = await open();
      const faulty = { ...office(), lans: office().lans.map((lan) => ({ ...lan, dmz: false })) };
      const { status, error } = await ask(harness, "POST", "", {
        ...faulty,
        deckies: [...faulty.deckies, { name: "odd", archetype: "toaster" }],
      });
      expect([status, error.code]).toEqual([400, "invalid"]);
      expect(error.details).toMatchObject({
        faults: [{ code: "no_dmz" }, { code: "orphan" }, { code: "unknown_persona" }],
      });
      const shape = await ask(harness, "POST", "", { ...office(), size: 3 });
      expect([shape.status, JSON.stringify(shape.error)]).toEqual([400, expect.stringContaining("size")]);
      expect((await ask(harness, "POST", "", { ...office(), name: "../x" })).status).toBe(400);
    });

    test("no topology and no decky has a name twice, be it defined or on its way", async () => {
      const harness = await open();
      const first = await add(harness);
      const again = await ask(harness, "POST", "", office("office", "b-"));
      expect([again.status, again.error.message]).toEqual([409, 'there is a topology "office" already']);
      const namesake = await ask(harness, "POST", "", { ...office("other") });
      expect([namesake.status, namesake.error.details]).toEqual([
        409,
        { taken: ["gate", "phone", "web"].map((decky) => ({ decky, topology: "office" })) },
      ]);
      const coming = { name: "b-web", archetype: "linux-server", edges: [{ lan: "dmz" }] };
      const queued = await ask(harness, "POST", "/office/deckies?expected_version=1", coming);
      expect(queued.status).toBe(202);
      expect((await ask(harness, "POST", "", office("other", "b-"))).error.details).toEqual({
        taken: [{ decky: "b-web", topology: "office" }],
      });
      const third = await add(harness, office("third", "c-"));
      const taken = await ask(harness, "POST", "/third/mutations", {
        expected_version: 1,
        op: "add_decky",
        decky: { ...coming, name: "web" },
      });
      expect([taken.status, taken.error.code]).toEqual([409, "conflict"]);
      const rename = { expected_version: 1, ...office("office", "c-") };
      expect((await ask(harness, "PUT", `/${third.id}`, rename)).status).toBe(409);
      const own = { expected_version: 1, ...office("third", "c-") };
      expect((await ask(harness, "PUT", `/${third.id}`, own)).status).toBe(200);
      expect(first.version).toBe(1);
    });

    test("a decky of this host's own addresses keeps its name, and what a replaced one was given is forgotten", async () => {
      const harness = await open();
      await addDecky(harness.store, "web");
      await harness.store.db.updateTable("decky").set({ mac: null }).execute();
      const { status, error } = await ask(harness, "POST", "", office());
      expect([status, error.details]).toEqual([409, { taken: [{ decky: "web", topology: null }] }]);
      await harness.store.db.updateTable("decky").set({ mac: "18:66:da:00:00:01" }).execute();
      const { id } = await add(harness);
      const life = JSON.stringify({ bootedAt: null, patches: 0, nextAt: null });
      const row = { topology_id: id, links: "[]", life, changed_at: 1 };
      await putMachines(
        harness.store.db,
        ["web", "phone"].map((decky) => ({ ...row, decky })),
      );
      const fewer = { ...office(), deckies: office().deckies.slice(0, 2) };
      const put = await ask<TopologyDetail>(harness, "PUT", "/office", { expected_version: 1, ...fewer });
      expect(put.body.machines.map(({ decky }) => decky)).toEqual(["web"]);
    });

    test("two requests at once do not both get a name", async () => {
      const harness = await open();
      const both = await Promise.all([
        ask(harness, "POST", "", office("a")),
        ask(harness, "POST", "", office("b")),
        ask(harness, "POST", "", office("a", "x-")),
      ]);
      expect(both.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    });

    test("a decky says whose it is", async () => {
      const harness = await open();
      await add(harness);
      await add(harness, office("plant", "p-"));
      const { body } = await ask<Topologies>(harness, "GET", "?decky=p-gate");
      expect(body.data.map(({ name }) => name)).toEqual(["plant"]);
      expect((await ask<Topologies>(harness, "GET", "?decky=nobody")).body.data).toEqual([]);
    });

    test("2,000 machines fit into a request", async () => {
      const harness = await open();
      const deckies = Array.from({ length: 2000 }, (_, i) => ({
        name: `machine-with-a-long-name-${i}`,
        archetype: "linux-server",
        services: ["ssh", "http", "ftp", "redis", "mysql"],
        edges: [{ lan: "dmz", address: `10.20.${Math.floor(i / 250)}.${2 + (i % 250)}` }],
        schedule: { every: "6h", jitter: 0.2, plans: ["patch", "reboot", "service"] },
      }));
      const lans = [{ name: "dmz", subnet: "10.20.0.0/16", dmz: true }];
      const large = { name: "large", lans, deckies };
      expect(JSON.stringify(large).length).toBeGreaterThan(256 * 1024);
      expect((await ask(harness, "POST", "", large)).status).toBe(201);
      expect((await ask(harness, "POST", "", "x".repeat(3_000_000))).status).toBe(413);
      expect((await harness.as("admin", "/api/v1/drills", json("POST", "x".repeat(300_000)))).status).toBe(
        413,
      );
    });
  });

  describe(`orders over ${transport}`, () => {
    test("deploy and teardown move the status, tell the bus after, and say what is allowed where they may not", async () => {
      const parts = { log: createLogger("test", "silent"), clock: systemClock };
      const fake = new FakeHub();
      const bus = fake.connect({ name: "api", ...parts });
      const ear = fake.connect({ name: "mutator", ...parts });
      cleanups.push(
        () => bus.close(),
        () => ear.close(),
      );
      const heard = ear.subscribe("topology.>");
      await heard.ready;
      await bus.flush();
      const news = heard[Symbol.asyncIterator]();
      const harness = await open({ bus });
      const { id } = await add(harness);
      const order = (word: string) => ask<TopologySummary>(harness, "POST", `/office/${word}`);
      const early = await order("teardown");
      expect([early.status, early.error.details]).toEqual([
        409,
        { from: "pending", to: "tearing_down", allowed: ["deploying"] },
      ]);
      expect(early.error.message).toContain("it may become deploying");
      expect(await order("deploy")).toMatchObject({ status: 202, body: { status: "deploying", id } });
      const event = (await news.next()).value;
      expect([event?.topic, event?.payload]).toEqual([
        `topology.${id}.status`,
        { status: "deploying", previous: "pending", reason: "" },
      ]);
      expect((await order("deploy")).status).toBe(409);
      await moveStatus(harness.store, id, { from: "deploying", to: "active" });
      for (const [method, path, body] of [
        ["PUT", "/office", { expected_version: 1, ...office() }],
        ["DELETE", "/office", undefined],
        ["POST", "/office/deploy", undefined],
      ] as const)
        expect([path, (await ask(harness, method, path, body)).status]).toEqual([path, 409]);
      expect(await order("teardown")).toMatchObject({ status: 202, body: { status: "tearing_down" } });
      expect((await news.next()).value?.payload).toMatchObject({ previous: "active" });
      const late = await ask(harness, "DELETE", "/office/lans/inner?expected_version=1");
      expect([late.status, late.error.message]).toEqual([409, expect.stringContaining("torn down")]);
      await moveStatus(harness.store, id, { from: "tearing_down", to: "torn_down" });
      expect((await order("deploy")).status).toBe(202);
      await moveStatus(harness.store, id, { from: "deploying", to: "failed", reason: "needs root" });
      const { body } = await ask<TopologyDetail>(harness, "GET", "/office");
      expect([body.status, body.reason]).toEqual(["failed", "needs root"]);
      expect((await ask(harness, "DELETE", "/office")).status).toBe(204);
    });

    test("machines and those that serve are counted, with what they were given", async () => {
      const harness = await open();
      const { id } = await add(harness);
      const links = [{ lan: "dmz", address: "10.20.0.10/24", mac: "18:66:da:00:00:01" }];
      const life = newLife;
      const row = { topology_id: id, life: JSON.stringify(life), changed_at: 1 };
      await putMachines(harness.store.db, [
        { ...row, decky: "web", links: JSON.stringify(links) },
        { ...row, decky: "gate", links: "damage" },
      ]);
      await addDecky(harness.store, "web");
      const { body } = await ask<TopologyDetail>(harness, "GET", "/office");
      expect(body.counts).toMatchObject({ machines: 2, serving: 1 });
      expect(body.machines).toEqual([
        { decky: "gate", links: [], life, changed_at: 1 },
        { decky: "web", links, life, changed_at: 1 },
      ]);
      expect((await ask(harness, "GET", "/office/deckies/web")).body).toMatchObject({ name: "web", links });
      expect((await ask(harness, "DELETE", "/office")).status).toBe(204);
      const left = await harness.store.db.selectFrom("machine").selectAll().execute();
      expect(left).toEqual([]);
    });

    test("who asked, for what, and what came of it is in the audit trail", async () => {
      const harness = await open();
      await add(harness);
      await ask(harness, "POST", "/office/teardown");
      await harness.as("viewer", `${BASE}/office/deploy`, { method: "POST" });
      await ask(harness, "POST", "/office/deploy");
      await ask(harness, "DELETE", "/office/deckies/web?expected_version=1");
      const entries = (await (await harness.as("admin", "/api/v1/audit")).json()) as Page<AuditEntry>;
      expect(
        entries.data.map(({ action, target, outcome }) => [action, target, outcome.split(":")[0]]),
      ).toEqual([
        ["topology.mutate", "office/web", "remove_decky accepted"],
        ["topology.deploy", "office", "accepted"],
        ["topology.deploy", "office", "forbidden"],
        ["topology.teardown", "office", "conflict"],
        ["topology.create", "office", "done"],
      ]);
    });
  });

  describe(`changes over ${transport}`, () => {
    const lab = { name: "lab", subnet: "10.20.2.0/24" };

    test("wait in the queue, newest first, page by page, each with its row", async () => {
      const harness = await open();
      await add(harness);
      const ids: string[] = [];
      for (let version = 1; version <= 5; version++) {
        const change = {
          expected_version: version,
          op: "update_decky",
          name: "web",
          changes: { services: ["ssh"] },
        };
        const { status, body } = await ask<Mutation>(harness, "POST", "/office/mutations", change);
        expect([status, body.status, body.op, body.requested_by]).toEqual([
          202,
          "pending",
          "update_decky",
          "admin",
        ]);
        ids.unshift(body.id);
      }
      const first = (await ask<Page<Mutation>>(harness, "GET", "/office/mutations?limit=3")).body;
      const rest = (
        await ask<Page<Mutation>>(harness, "GET", `/office/mutations?limit=3&cursor=${first.next}`)
      ).body;
      expect([...first.data, ...rest.data].map(({ id }) => id)).toEqual(ids);
      expect(rest.next).toBeNull();
      const ended = await endNextMutation(harness.store, "failed", "no room");
      expect(ended).toBe(ids.at(-1) ?? "");
      expect((await ask<Mutation>(harness, "GET", `/office/mutations/${ended}`)).body).toMatchObject({
        id: ended,
        status: "failed",
        reason: "no room",
        mutation: { op: "update_decky", name: "web" },
        cause: "request",
        expected_version: 1,
      });
      expect((await ask(harness, "GET", "/office/mutations/01ARZ3NDEKTSV4RRFFQ69G5FAV")).status).toBe(404);
      expect((await ask(harness, "GET", "/office/mutations/nonsense")).status).toBe(404);
      expect((await ask<TopologyDetail>(harness, "GET", "/office")).body).toMatchObject({
        version: 6,
        counts: { waiting: 4 },
      });
    });

    test("of two who saw the same version one looks again", async () => {
      const harness = await open();
      await add(harness);
      const change = { expected_version: 1, op: "remove_decky", name: "web" };
      const both = await Promise.all([1, 2].map(() => ask(harness, "POST", "/office/mutations", change)));
      expect(both.map(({ status }) => status).toSorted()).toEqual([202, 409]);
      const refused = both.find(({ status }) => status === 409);
      expect(refused?.error.details).toEqual({ expected_version: 1, version: 2 });
      const put = await ask(harness, "PUT", "/office", { expected_version: 2, ...office() });
      expect([put.status, put.error.message]).toEqual([409, expect.stringContaining("wait")]);
      await endNextMutation(harness.store, "applied");
      const drifted = await ask(harness, "PUT", "/office", { expected_version: 1, ...office() });
      expect([drifted.status, drifted.error.details]).toEqual([409, { expected_version: 1, version: 2 }]);
    });

    test("what can't be is refused before it waits", async () => {
      const harness = await open();
      await add(harness);
      const post = (change: object) =>
        ask(harness, "POST", "/office/mutations", { expected_version: 1, ...change });
      for (const [change, status, words] of [
        [{ op: "explode" }, 400, "op"],
        [{ op: "add_lan" }, 400, "lan"],
        [{ op: "remove_decky", name: "UPPER" }, 400, "name"],
        [{ op: "remove_decky", name: "nobody" }, 404, 'no decky \\"nobody'],
        [{ op: "remove_decky", name: "web", force: true }, 400, "force"],
        [{ op: "add_lan", lan: { ...lab, name: "dmz" } }, 409, "already"],
        [
          { op: "update_decky", name: "web", changes: { services: ["telnet"] } },
          400,
          '"code":"contradiction"',
        ],
        [{ op: "remove_decky", name: "gate" }, 400, '"code":"unreachable_lan"'],
        [
          { op: "add_decky", decky: { name: "x", archetype: "toaster", edges: [{ lan: "dmz" }] } },
          400,
          "unknown_persona",
        ],
      ] as const) {
        const answer = await post(change);
        expect([JSON.stringify(change), answer.status]).toEqual([JSON.stringify(change), status]);
        expect(JSON.stringify(answer.error)).toContain(words);
      }
      const { expected_version: _none, ...bare } = { expected_version: 1, op: "remove_decky", name: "web" };
      expect((await ask(harness, "POST", "/office/mutations", bare)).status).toBe(400);
      expect((await ask(harness, "POST", "/nosuch/mutations", { expected_version: 1, ...bare })).status).toBe(
        404,
      );
      expect((await ask<TopologyDetail>(harness, "GET", "/office")).body.version).toBe(1);
    });

    test("a plan is asked for of machines that stand or are about to", async () => {
      const harness = await open();
      const { id } = await add(harness);
      const post = (change: object) =>
        ask<Mutation>(harness, "POST", "/office/mutations", { op: "update_decky", name: "web", ...change });
      const early = await post({ expected_version: 1, plan: "patch" });
      expect([early.status, early.error.details]).toEqual([
        409,
        { status: "pending", allowed: ["deploying", "active", "degraded"] },
      ]);
      await ask(harness, "POST", "/office/deploy");
      await moveStatus(harness.store, id, { from: "deploying", to: "active" });
      for (const [i, plan] of (["patch", "reboot", "service"] as const).entries()) {
        const { status, body } = await post({ expected_version: i + 1, plan });
        expect([status, body]).toMatchObject([
          202,
          {
            op: "update_decky",
            cause: "request",
            requested_by: "admin",
            mutation: { name: "web", changes: {}, plan },
          },
        ]);
      }
      for (const [change, words] of [
        [{}, "no change"],
        [{ plan: "format" }, "plan"],
        [{ plan: "service", changes: { services: ["ssh"] } }, "one or the other"],
        [{ name: "phone", plan: "service" }, "no other service"],
      ] as const) {
        const refused = await post({ expected_version: 4, ...change });
        expect([words, refused.status]).toEqual([words, 400]);
        expect(JSON.stringify(refused.error)).toContain(words);
      }
    });

    test("a part that is written is a change, checked with all that waits before it", async () => {
      const harness = await open();
      await add(harness);
      let version = 1;
      const change = async (method: string, path: string, op: string, body?: object): Promise<void> => {
        const query = body ? path : `${path}?expected_version=${version}`;
        const sent = body && { expected_version: version, ...body };
        const answer = await ask<Mutation>(harness, method, `/office${query}`, sent);
        expect([path, answer.status, answer.body?.op]).toEqual([path, 202, op]);
        version += 1;
      };
      await change("POST", "/lans", "add_lan", lab);
      await change("PATCH", "/lans/lab", "update_lan", { subnet: "10.20.3.0/24" });
      await change("POST", "/deckies/gate/edges", "attach_decky", { lan: "lab", address: "10.20.3.9" });
      await change("POST", "/deckies", "add_decky", {
        name: "db",
        archetype: "linux-server",
        edges: [{ lan: "lab" }],
      });
      await change("PATCH", "/deckies/db", "update_decky", {
        services: ["mysql"],
        schedule: { every: "6h", plans: ["patch"] },
      });
      await change("DELETE", "/deckies/db", "remove_decky");
      await change("DELETE", "/deckies/gate/edges/lab", "detach_decky");
      await change("DELETE", "/lans/lab", "remove_lan");
      const { body } = await ask<TopologyDetail>(harness, "GET", "/office");
      expect(body.counts).toMatchObject({ lans: 2, deckies: 3, waiting: 8 });
      expect(body.version).toBe(9);
      for (const [method, path, status] of [
        ["DELETE", "/lans/lab?expected_version=9", 404],
        ["DELETE", "/lans/inner", 400],
        ["DELETE", "/lans/inner?expected_version=abc", 400],
        ["DELETE", "/lans/inner?expected_version=1", 409],
      ] as const)
        expect([path, (await ask(harness, method, `/office${path}`)).status]).toEqual([path, status]);
      const empty = await ask(harness, "PATCH", "/office/lans/dmz", { expected_version: 9 });
      expect([empty.status, empty.error.message]).toEqual([400, expect.stringContaining("no change")]);
    });

    test("parts are read as they are in force", async () => {
      const harness = await open();
      await add(harness);
      const read = async (path: string) => (await ask<unknown>(harness, "GET", `/office${path}`)).body;
      expect(await read("/lans")).toEqual({ data: office().lans, version: 1 });
      expect(await read("/lans/inner")).toEqual(office().lans[1]);
      expect(await read("/deckies")).toEqual({
        data: office().deckies.map((decky) => ({ ...decky, links: [] })),
        version: 1,
      });
      expect(await read("/deckies/gate/edges")).toEqual({
        data: [{ lan: "dmz" }, { lan: "inner" }],
        version: 1,
      });
      for (const path of ["/lans/nosuch", "/deckies/nosuch", "/deckies/nosuch/edges", "/lans/%2e%2e%2f"])
        expect([path, (await ask(harness, "GET", `/office${path}`)).status]).toEqual([path, 404]);
    });
  });
}
