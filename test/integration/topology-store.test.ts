// Topologies and their changes in the store, under two connections that both want their way.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { createIdSource } from "../../src/contract/ids.ts";
import { newLife } from "../../src/fleet/machine.ts";
import type { Store } from "../../src/store/open.ts";
import { openStore } from "../../src/store/open.ts";
import {
  changeTopologyStatus,
  claimMutation,
  concludeMutation,
  enqueueMutation,
  findTopology,
  insertTopology,
  lastEnded,
  listApplying,
  listMachines,
  listTopologyStates,
  putMachines,
} from "../../src/store/topologies.ts";

const dir = mkdtempSync(join(tmpdir(), "decnet-topology-store-"));
const newId = createIdSource();
let one: Store;
let two: Store;

beforeAll(() => {
  const options = { path: join(dir, "decnet.db"), log: pino({ enabled: false }) };
  one = openStore(options);
  two = openStore(options);
});
afterAll(async () => {
  await one.close();
  await two.close();
  rmSync(dir, { recursive: true });
});

async function topology(name: string): Promise<string> {
  const id = newId();
  const definition = JSON.stringify({ name });
  const times = { created_at: 1, changed_at: 1 };
  await insertTopology(one.db, { id, name, status: "pending", reason: "", version: 1, definition, ...times });
  return id;
}

const change = (topology_id: string, expected_version: number) => ({
  id: newId(),
  topology_id,
  status: "pending",
  reason: "",
  mutation: JSON.stringify({ op: "remove_lan", name: "x" }),
  cause: "request",
  requested_by: "test",
  expected_version,
  enqueued_at: 2,
  claimed_at: null,
  ended_at: null,
});

const machine = (topology_id: string, decky: string, nextAt: number | null = null) => ({
  decky,
  topology_id,
  links: "[]",
  life: JSON.stringify({ ...newLife, nextAt }),
  changed_at: 3,
});

describe("a topology in the store", () => {
  test("moves its status only from what the caller saw", async () => {
    const id = await topology("status");
    const deploy = { from: "pending", to: "deploying", reason: "", now: 5 };
    const outcomes = await Promise.all([one, two].map(({ db }) => changeTopologyStatus(db, id, deploy)));
    expect(outcomes.toSorted()).toEqual([false, true]);
    expect(await findTopology(two.db, "status")).toMatchObject({ id, status: "deploying", changed_at: 5 });
    const states = await listTopologyStates(two.db);
    expect(states.find((state) => state.id === id)).toEqual({
      id,
      status: "deploying",
      version: 1,
      changed_at: 5,
    });
  });

  test("of two changes that saw one version, one is told of the drift and leaves nothing behind", async () => {
    const id = await topology("drift");
    await enqueueMutation(one.db, change(id, 1));
    const refused: unknown = await enqueueMutation(two.db, change(id, 1)).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "conflict", details: { expected_version: 1, version: 2 } });
    expect((await findTopology(one.db, id))?.version).toBe(2);
    const scheduled = enqueueMutation(two.db, change(id, 1), machine(id, "late01", 9));
    expect(scheduled).rejects.toThrow("version 2");
    await scheduled.catch(() => undefined);
    expect(await listMachines(two.db, id)).toEqual([]);
    await enqueueMutation(two.db, change(id, 2), machine(id, "late01", 9));
    expect(await listMachines(one.db, id)).toMatchObject([{ decky: "late01" }]);
  });
});

describe("the queue of changes", () => {
  test("each is claimed once, in its order, and one of a topology at a time", async () => {
    const ids = [await topology("queue-a"), await topology("queue-b")];
    const wanted: string[] = [];
    for (let version = 1; version <= 10; version++) {
      for (const id of ids) {
        const row = change(id, version);
        wanted.push(row.id);
        await enqueueMutation(one.db, row);
      }
    }
    const claimed: string[] = [];
    for (let round = 0; round < 40; round++) {
      const rows = await Promise.all([one, two, one, two].map(({ db }) => claimMutation(db, round)));
      const got = rows.filter((row) => row !== undefined);
      const applying = await listApplying(one.db);
      expect(new Set(applying.map((row) => row.topology_id)).size).toBe(applying.length);
      const mine = got.filter(({ id }) => wanted.includes(id));
      claimed.push(...mine.map(({ id }) => id));
      const end = { status: "applied", reason: "", now: round } as const;
      const ends = got.map((row) => concludeMutation(two.db, row, end));
      expect(await Promise.all(ends)).toEqual(got.map(() => true));
    }
    for (const i of [0, 1]) {
      const own = wanted.filter((_, n) => n % 2 === i);
      expect(claimed.filter((id) => own.includes(id))).toEqual(own);
    }
  });

  test("a change that ends writes all that it changes, and a second end nothing", async () => {
    const id = await topology("conclude");
    await putMachines(one.db, [machine(id, "gone01")]);
    await enqueueMutation(one.db, change(id, 1));
    const row = await claimMutation(one.db, 7);
    if (!row) throw new Error("nothing to claim");
    const done = { status: "applied", reason: "why", now: 8, definition: '{"name":"after"}' } as const;
    const outcome = { ...done, machines: [machine(id, "new01")], gone: ["gone01"] };
    expect(await concludeMutation(two.db, row, outcome)).toBe(true);
    const again = { ...outcome, status: "failed", definition: "{}", machines: [], gone: ["new01"] } as const;
    expect(await concludeMutation(one.db, row, again)).toBe(false);
    expect((await findTopology(one.db, id))?.definition).toBe('{"name":"after"}');
    expect((await listMachines(one.db, id)).map(({ decky }) => decky)).toEqual(["new01"]);
    expect(await lastEnded(one.db, id)).toMatchObject({ id: row.id, status: "applied", reason: "why" });
  });
});
