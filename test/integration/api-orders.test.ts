// Orders that did not come through the API are in its audit trail: heard on the bus, or noted by the command line.

import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuditEntry } from "../../src/api/types.ts";
import type { BusEvent } from "../../src/bus/bus.ts";
import { FakeHub } from "../../src/bus/fake.ts";
import { topics } from "../../src/bus/topics.ts";
import { systemClock } from "../../src/contract/clock.ts";
import { dataFolder, makeDataFolder } from "../../src/kit/data-folder.ts";
import { createLogger } from "../../src/kit/log.ts";
import { findOrderNotes, removeOrderNote, writeOrderNote } from "../../src/kit/order-notes.ts";
import type { Harness, HarnessOptions } from "../support/api-harness.ts";
import { createHarness } from "../support/api-harness.ts";

const parts = { log: createLogger("test", "silent"), clock: systemClock };
const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function open(options: Partial<HarnessOptions> = {}): Promise<Harness> {
  const harness = await createHarness({ transport: "memory", ...options });
  cleanups.push(() => harness.close());
  return harness;
}

async function trail(harness: Harness): Promise<readonly AuditEntry[]> {
  const response = await harness.as("admin", "/api/v1/audit?limit=1000");
  return ((await response.json()) as { data: AuditEntry[] }).data;
}

const stop = (worker: string, requested_by: string, action = "stop"): BusEvent => ({
  id: "x",
  ts: 0,
  type: "systemControl",
  topic: `system.${worker}.control`,
  payload: { action, requested_by, ts: 0 },
});

describe("orders heard on the bus", () => {
  test("a stop that somebody else publishes has an entry, the API's own only the one of its request", async () => {
    const hub = new FakeHub();
    const relay = hub.connect({ name: "api-relay", ...parts });
    const stranger = hub.connect({ name: "cli", ...parts });
    cleanups.push(
      () => relay.close(),
      () => stranger.close(),
    );
    const harness = await open({ bus: relay, relay });
    await harness.as("admin", "/api/v1/workers/collector/stop", { method: "POST" });
    const order = { action: "stop", requested_by: "me\u001b[2J", ts: 0 } as const;
    stranger.publish(topics.systemControl, { worker: "collector" }, order);
    await stranger.flush();
    let entries: readonly AuditEntry[] = [];
    while (entries.length < 2) entries = await trail(harness);
    expect(entries).toMatchObject([
      {
        username: "bus",
        action: "worker.stop",
        target: "collector",
        detail: "requested_by: me\\u{1b}[2J",
        source: "bus",
        outcome: "told on the bus",
      },
      { username: "admin", action: "worker.stop", target: "collector", outcome: "accepted" },
    ]);
  });

  test("what has no effect has no entry, the same order again has one, and a flood is cut short", async () => {
    const harness = await open();
    for (const event of [stop("evil", "me"), stop("collector", "me", "start"), stop("collector", "")])
      await harness.orders.take(event);
    const before = (await trail(harness)).length;
    for (let i = 0; i < 5; i++) await harness.orders.take(stop("collector", "me"));
    expect((await trail(harness)).length).toBe(before + 1);
    for (let i = 0; i < 500; i++) await harness.orders.take(stop("bus", `flood ${i}`));
    const entries = await trail(harness);
    expect(entries.length).toBeLessThanOrEqual(61);
    expect(entries[0]?.detail).toContain("more orders");
  });
});

describe("notes of the command line", () => {
  function makeNotes() {
    const folder = dataFolder(mkdtempSync(join(tmpdir(), "decnet-notes-")));
    makeDataFolder(folder);
    cleanups.push(() => rmSync(folder.root, { recursive: true, force: true }));
    return { folder, notes: { find: () => findOrderNotes(folder), remove: removeOrderNote } };
  }
  const note = {
    ts: 1_700_000_000_000,
    username: "local:alice",
    action: "worker.start",
    target: "api",
    detail: "",
    outcome: "started",
  } as const;

  test("are taken in once, in their order, with their own time, and removed", async () => {
    const { folder, notes } = makeNotes();
    writeOrderNote(folder, note);
    writeOrderNote(folder, { ...note, action: "worker.stop", outcome: "told on the bus" });
    const harness = await open({ notes });
    await harness.orders.takeNotes();
    await harness.orders.takeNotes();
    expect(await trail(harness)).toMatchObject([
      { ...note, action: "worker.stop", outcome: "told on the bus", source: "command line" },
      { ...note, source: "command line" },
    ]);
    expect(readdirSync(folder.run).filter((name) => name.startsWith("order-"))).toEqual([]);
  });

  test("what is none is removed unread, and one that can't be stored waits", async () => {
    const { folder, notes } = makeNotes();
    writeFileSync(join(folder.run, "order-01ARZ3NDEKTSV4RRFFQ69G5FAV.json"), "{".repeat(10));
    writeFileSync(join(folder.run, "order-not-an-id.json"), "{}");
    const harness = await open({ notes });
    await harness.orders.takeNotes();
    expect(readdirSync(folder.run).filter((name) => name.startsWith("order-"))).toEqual([
      "order-not-an-id.json",
    ]);
    writeOrderNote(folder, note);
    await harness.store.db.schema.alterTable("audit").renameTo("away").execute();
    await harness.orders.takeNotes();
    expect(findOrderNotes(folder).length).toBe(1);
    await harness.store.db.schema.alterTable("away").renameTo("audit").execute();
    await harness.orders.takeNotes();
    expect(findOrderNotes(folder)).toEqual([]);
    expect((await trail(harness)).length).toBe(1);
  });
});

describe("a store that takes no entry", () => {
  const order = (harness: Harness, worker: string) =>
    harness.as("admin", `/api/v1/workers/${worker}/start`, { method: "POST" });
  const close = (harness: Harness) => harness.store.db.schema.alterTable("audit").renameTo("away").execute();
  const reopen = (harness: Harness) => harness.store.db.schema.alterTable("away").renameTo("audit").execute();

  test("orders stand, and their entries come once it does, in their order, those of the bus too", async () => {
    const harness = await open();
    await close(harness);
    expect((await order(harness, "collector")).status).toBe(202);
    await harness.trail.retry();
    await harness.orders.take(stop("bus", "me"));
    await reopen(harness);
    // Behind those that wait.
    expect((await order(harness, "api")).status).toBe(202);
    const ended = new AbortController();
    const taking = harness.orders.keepTakingNotes(ended.signal);
    let entries: readonly AuditEntry[] = [];
    while (entries.length < 3) entries = await trail(harness);
    expect(entries.map(({ username, target }) => [username, target])).toEqual([
      ["admin", "api"],
      ["bus", "bus"],
      ["admin", "collector"],
    ]);
    expect((entries[1]?.ts ?? 0) >= (entries[2]?.ts ?? 1)).toBe(true);
    expect(harness.logs.filter((line) => line.includes("waits for the store"))).toHaveLength(1);
    ended.abort();
    await taking;
  });

  test("so many wait and no more; what is lost is in the log", async () => {
    const left: string[] = [];
    const harness = await open({ leave: ({ target }) => left.push(target) });
    await close(harness);
    const entry = { ts: 1, username: "u", action: "worker.stop", detail: "", source: "", outcome: "" };
    for (let i = 0; i < 1002; i++) await harness.trail.enter({ ...entry, target: String(i) });
    await harness.trail.end();
    expect(left).toEqual(Array.from({ length: 1000 }, (_, i) => String(i)));
    expect(harness.logs.filter((line) => line.includes("audit entry is lost"))).toHaveLength(2);
  });
});

test("the command line's own user is believed of the local operator alone, and only as a name", async () => {
  const harness = await open();
  const ask = async (who: "local" | "admin", operator: string) => {
    const headers = { "x-decnet-operator": operator };
    return (await (await harness.as(who, "/api/v1/auth/me", { headers })).json()) as { username: string };
  };
  expect((await ask("local", "alice")).username).toBe("local:alice");
  expect((await ask("local", "a b:c")).username).toBe("local");
  expect((await ask("admin", "alice")).username).toBe("admin");
});
