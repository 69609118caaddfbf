// A topology's events over real sockets: the snapshot, what the bus tells, whose deckies are meant, bounds and access.

import { afterEach, describe, expect, test } from "bun:test";
import type { TopologyDetail, TopologyEvents } from "../../src/api/types.ts";
import type { Bus } from "../../src/bus/bus.ts";
import { FakeHub } from "../../src/bus/fake.ts";
import type { TopicPayload } from "../../src/bus/topics.ts";
import { topics } from "../../src/bus/topics.ts";
import { systemClock } from "../../src/contract/clock.ts";
import { createLogger } from "../../src/kit/log.ts";
import type { Harness } from "../support/api-harness.ts";
import { createHarness, json, tokens } from "../support/api-harness.ts";
import type { SseClient } from "../support/sse-client.ts";
import { openSse } from "../support/sse-client.ts";
import { endNextMutation, office } from "../support/topology-bodies.ts";

const BASE = "/api/v1/topologies";
const parts = { log: createLogger("test", "silent"), clock: systemClock };
const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Stage {
  readonly harness: Harness;
  /** The mutator's and everybody else's connection. */
  readonly bus: Bus;
  add(name?: string, prefix?: string): Promise<TopologyDetail>;
}

async function start(options: { readonly bus?: boolean; readonly maxClients?: number } = {}): Promise<Stage> {
  const hub = new FakeHub();
  const bus = hub.connect({ name: "mutator", ...parts });
  const own = hub.connect({ name: "api-relay", ...parts });
  cleanups.push(
    () => bus.close(),
    () => own.close(),
  );
  await own.flush();
  const connected = options.bus === false ? {} : { bus: own, relay: own };
  const { maxClients = 1000 } = options;
  const harness = await createHarness({ transport: "socket", maxClients, ...connected });
  cleanups.push(() => harness.close());
  await bus.flush();
  return {
    harness,
    bus,
    add: async (name = "office", prefix = "") => {
      const response = await harness.as("admin", BASE, json("POST", office(name, prefix)));
      return (await response.json()) as TopologyDetail;
    },
  };
}

async function watch({ harness }: Stage, name = "office"): Promise<SseClient> {
  const headers = { authorization: `Bearer ${tokens.viewer}` };
  const client = await openSse(`${harness.url}${BASE}/${name}/events`, headers);
  cleanups.push(() => client.close());
  return client;
}

async function next<E extends keyof TopologyEvents>(
  client: SseClient,
  event: E,
  fits: (data: TopologyEvents[E]) => boolean = () => true,
): Promise<TopologyEvents[E]> {
  const found = await client.next((one) => one.event === event && fits(JSON.parse(one.data)));
  return JSON.parse(found.data) as TopologyEvents[E];
}

const names = (client: SseClient): string[] => client.events.map(({ event }) => event).filter(Boolean);
const contact = { attacker_ip: "203.0.113.7", service: "ssh" };

describe("a topology's events", () => {
  test("a keepalive, the snapshot, then a change from its enqueuing to its end, with growing ids", async () => {
    const stage = await start();
    const { id } = await stage.add();
    const client = await watch(stage);
    expect(client.status).toBe(200);
    const snapshot = await next(client, "snapshot");
    expect(client.text.startsWith(": keepalive\n\n")).toBe(true);
    expect(snapshot).toMatchObject({ topology: { id, status: "pending" }, machines: [], mutations: [] });
    expect(snapshot.topology.definition).toEqual(office());
    const change = { expected_version: 1, op: "remove_decky", name: "web" };
    await stage.harness.as("admin", `${BASE}/office/mutations`, json("POST", change));
    const enqueued = await next(client, "mutation.enqueued");
    expect(enqueued.mutation).toMatchObject({ status: "pending", mutation: { op: "remove_decky" } });
    const told = { mutation_id: enqueued.mutation_id, op: "remove_decky" };
    await endNextMutation(stage.harness.store, "failed", "the kernel would not");
    stage.bus.publish(topics.topologyMutationApplying, { id }, told);
    stage.bus.publish(topics.topologyMutationFailed, { id }, { ...told, reason: "the kernel would not" });
    const failed = await next(client, "mutation.failed");
    expect(failed).toMatchObject({ ...told, reason: "the kernel would not", mutation: { status: "failed" } });
    stage.bus.publish(topics.topologyStatus, { id }, { status: "degraded", previous: "active", reason: "x" });
    expect(await next(client, "status")).toEqual({ status: "degraded", previous: "active", reason: "x" });
    expect(names(client)).toEqual([
      "snapshot",
      "mutation.enqueued",
      "mutation.applying",
      "mutation.failed",
      "status",
    ]);
    const ids = client.events.filter(({ event }) => event !== "").map((event) => Number(event.id));
    expect(ids).toEqual([0, 1, 2, 3, 4]);
    const late = await watch(stage);
    expect((await next(late, "snapshot")).mutations.map(({ status }) => status)).toEqual(["failed"]);
  });

  test("an order of this process is told once, though the bus does not bring it back", async () => {
    const stage = await start();
    await stage.add();
    const client = await watch(stage);
    await next(client, "snapshot");
    await stage.harness.as("admin", `${BASE}/office/deploy`, { method: "POST" });
    expect(await next(client, "status")).toEqual({ status: "deploying", previous: "pending", reason: "" });
    await stage.harness.topologyStreams.settled();
    expect(names(client)).toEqual(["snapshot", "status"]);
  });

  test("states and touches are those of its own deckies, new ones included", async () => {
    const stage = await start();
    const { id } = await stage.add();
    await stage.add("plant", "p-");
    const client = await watch(stage);
    await next(client, "snapshot");
    const state: TopicPayload<"deckyState"> = {
      state: "running",
      previous: "starting",
      address: "10.20.0.10",
      services: [{ name: "ssh", port: 22, transport: "tcp", state: "listening" }],
    };
    for (const decky of ["p-web", "stranger", "web"])
      stage.bus.publish(topics.deckyState, { id: decky }, state);
    expect(await next(client, "decky.state")).toEqual({ decky: "web", ...state });
    stage.bus.publish(topics.attackerObserved, {}, { ...contact, decky: "p-gate", first_seen: 1 });
    stage.bus.publish(topics.attackerObserved, {}, { ...contact, decky: "gate", first_seen: 1 });
    stage.bus.publish(topics.attackerSessionStarted, {}, { ...contact, decky: "gate", session_id: "s1" });
    const started = await next(client, "attacker", ({ event }) => event === "session.started");
    expect(started).toEqual({ event: "session.started", ...contact, decky: "gate", session_id: "s1" });
    const coming = { name: "db", archetype: "linux-server", edges: [{ lan: "dmz" }] };
    await stage.harness.as("admin", `${BASE}/office/deckies?expected_version=1`, json("POST", coming));
    const definition = JSON.stringify({ ...office(), deckies: [...office().deckies, coming] });
    await stage.harness.store.db.updateTable("topology").set({ definition }).where("id", "=", id).execute();
    stage.bus.publish(topics.deckyState, { id: "db" }, state);
    const mutation_id = await endNextMutation(stage.harness.store, "applied");
    stage.bus.publish(topics.topologyMutationApplied, { id }, { mutation_id, op: "add_decky" });
    stage.bus.publish(topics.deckyState, { id: "db" }, state);
    await next(client, "decky.state", ({ decky }) => decky === "db");
    expect(client.text).not.toContain("p-");
    expect(client.text).not.toContain("stranger");
    expect(names(client).filter((name) => name === "decky.state").length).toBe(2);
  });

  test("nothing of one topology reaches those who watch another", async () => {
    const stage = await start();
    const { id } = await stage.add();
    await stage.add("plant", "p-");
    const [mine, other] = [await watch(stage), await watch(stage, "plant")];
    await Promise.all([next(mine, "snapshot"), next(other, "snapshot")]);
    stage.bus.publish(topics.topologyStatus, { id }, { status: "active", previous: "deploying" });
    expect(await next(mine, "status")).toEqual({ status: "active", previous: "deploying", reason: "" });
    await stage.harness.topologyStreams.settled();
    expect(names(other)).toEqual(["snapshot"]);
    expect(stage.harness.topologyStreams.watched).toBe(2);
  });

  test("with no bus there is the snapshot and nothing else", async () => {
    const stage = await start({ bus: false });
    await stage.add();
    const client = await watch(stage);
    expect((await next(client, "snapshot")).bus_connected).toBe(false);
    await stage.harness.as("admin", `${BASE}/office/deploy`, { method: "POST" });
    await stage.harness.topologyStreams.settled();
    expect(names(client)).toEqual(["snapshot"]);
  });
});

describe("bounds", () => {
  test("who does not read is closed with `lagged` and keeps nobody waiting", async () => {
    const stage = await start();
    const { id } = await stage.add();
    const [slow, quick] = [await watch(stage), await watch(stage)];
    await Promise.all([next(slow, "snapshot"), next(quick, "snapshot")]);
    slow.pause();
    const reason = "x".repeat(500);
    let round = 0;
    for (; round < 400 && stage.harness.topologyStreams.lagged === 0; round++) {
      for (let i = 0; i < 100; i++)
        stage.bus.publish(
          topics.topologyStatus,
          { id },
          { status: `s${round}-${i}`, previous: null, reason },
        );
      await next(quick, "status", ({ status }) => status === `s${round}-99`);
    }
    expect(stage.harness.topologyStreams.lagged).toBe(1);
    slow.resume();
    await next(slow, "lagged");
    expect(quick.ended).toBe(false);
  }, 30_000);

  test("nobody without a login, none beyond the number that there may be, none of a topology that is gone", async () => {
    const stage = await start({ maxClients: 1 });
    const { id } = await stage.add();
    const url = `${stage.harness.url}${BASE}/office/events`;
    const stranger = await openSse(url, {});
    cleanups.push(() => stranger.close());
    expect(stranger.status).toBe(401);
    const client = await watch(stage);
    await next(client, "snapshot");
    const second = await watch(stage);
    expect(second.status).toBe(429);
    const everything = await openSse(`${stage.harness.url}/api/v1/stream`, {
      authorization: `Bearer ${tokens.viewer}`,
    });
    cleanups.push(() => everything.close());
    expect(everything.status).toBe(429);
    await stage.harness.as("admin", `${BASE}/${id}`, { method: "DELETE" });
    await expect(client.next(({ event }) => event === "never")).rejects.toThrow("ended first");
    expect(stage.harness.topologyStreams.watched).toBe(0);
    expect((await watch(stage)).status).toBe(404);
    expect((await stage.harness.as("viewer", `${BASE}/office/events`, { method: "HEAD" })).status).toBe(404);
  });

  test("a login that ends takes its streams with it", async () => {
    const stage = await start();
    await stage.add();
    const client = await watch(stage);
    await next(client, "snapshot");
    await stage.harness.as("viewer", "/api/v1/auth/logout", { method: "POST" });
    await expect(client.next(({ event }) => event === "never")).rejects.toThrow("ended first");
  });
});
