// The event stream over real sockets: order, resuming, slow readers, many readers, revocation.

import { afterEach, describe, expect, test } from "bun:test";
import type { EvidenceItem, Snapshot } from "../../src/api/types.ts";
import { capture } from "../../src/contract/captured.ts";
import type { Harness, HarnessOptions } from "../support/api-harness.ts";
import { createHarness, json, PASSWORD, tokens } from "../support/api-harness.ts";
import { addAttacker, addDecky, addEvidence, addSession, setDerived } from "../support/api-rows.ts";
import type { SseClient } from "../support/sse-client.ts";
import { openSse } from "../support/sse-client.ts";

const open: { harness?: Harness; clients: SseClient[] } = { clients: [] };

async function start(options: Partial<HarnessOptions> = {}): Promise<Harness> {
  open.harness = await createHarness({ transport: "socket", feed: true, ...options });
  return open.harness;
}

async function join(harness: Harness, headers: Record<string, string> = {}): Promise<SseClient> {
  const client = await openSse(`${harness.url}/api/v1/stream`, {
    authorization: `Bearer ${tokens.viewer}`,
    ...headers,
  });
  open.clients.push(client);
  return client;
}

/** Resolves once the condition holds; throws after 10 s. */
async function until(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 10_000; !holds(); ) {
    if (Date.now() > deadline) throw new Error("it did not come to hold");
    await Bun.sleep(5);
  }
}

afterEach(async () => {
  for (const client of open.clients.splice(0)) client.close();
  await open.harness?.close();
  delete open.harness;
});

const isEvidence = (seq: number) => (event: { event: string; id: string }) =>
  event.event === "evidence" && event.id === String(seq);
const seqs = (client: SseClient): number[] =>
  client.events
    .filter((event) => event.event === "evidence")
    .map((event) => (JSON.parse(event.data) as EvidenceItem).seq);
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe("order", () => {
  test("a keepalive comment, then the snapshot, then evidence as it is stored, with no bus at all", async () => {
    const harness = await start();
    await addDecky(harness.store, "decky-01");
    const client = await join(harness);
    expect(client.status).toBe(200);
    expect(client.headers.toLowerCase()).toContain("content-type: text/event-stream");
    expect(client.headers.toLowerCase()).toContain("x-content-type-options: nosniff");
    const snapshot = JSON.parse((await client.next((event) => event.event === "snapshot")).data) as Snapshot;
    expect(client.text.startsWith(": keepalive\n\n")).toBe(true);
    expect(snapshot.deckies.map((decky) => decky.name)).toEqual(["decky-01"]);
    expect(snapshot).toMatchObject({ seq: 0, missed: 0, bus_connected: false });
    const hostile = '</script>\n\ndata: {"forged":1}\r\nevent: lagged';
    await addEvidence(harness.store, [
      { kind: "command.executed", data: { command: capture(hostile), via: "shell" } },
    ]);
    const event = await client.next(isEvidence(1));
    expect(JSON.parse(event.data)).toMatchObject({ seq: 1, data: { command: { val: hostile } } });
    expect(client.events.some((other) => other.event === "lagged")).toBe(false);
  });

  test("attackers, sessions and deckies follow once the correlator has derived them", async () => {
    const harness = await start();
    const client = await join(harness);
    await client.next((event) => event.event === "snapshot");
    const session = await addSession(harness.store);
    const seq = await addEvidence(harness.store, [{ session }, { kind: "decky.changed" }]);
    await client.next(isEvidence(seq));
    await addAttacker(harness.store, "203.0.113.7");
    await addDecky(harness.store, "decky-01");
    await setDerived(harness.store, seq);
    harness.wake.hint();
    expect(JSON.parse((await client.next((event) => event.event === "attacker")).data).ip).toBe(
      "203.0.113.7",
    );
    expect(JSON.parse((await client.next((event) => event.event === "session")).data).id).toBe(session);
    const decky = await client.next((event) => event.event === "decky");
    expect(JSON.parse(decky.data).name).toBe("decky-01");
    expect(decky.id).toBe(String(seq));
  });

  test("a heartbeat becomes a worker event", async () => {
    const harness = await start();
    const client = await join(harness);
    await client.next((event) => event.event === "snapshot");
    const row = harness.registry.record("system.collector.health", {
      worker: "collector",
      ts: Date.now() / 1000,
      pid: 5,
      uptime_sec: 1,
    });
    if (!row) throw new Error("the beat did not count");
    harness.hub.broadcast([harness.hub.frame("worker", row)]);
    // Rows change for another reason as well: what the service manager says of them comes when it comes.
    const isOwn = (event: { event?: string | undefined; data: string }): boolean =>
      event.event === "worker" && event.data.includes('"collector"') && event.data.includes('"ok"');
    expect(JSON.parse((await client.next(isOwn)).data)).toMatchObject({
      name: "collector",
      status: "ok",
    });
  });
});

describe("resuming", () => {
  test("Last-Event-ID brings what was missed, each once and in order, then what is new", async () => {
    const harness = await start();
    await addEvidence(
      harness.store,
      Array.from({ length: 700 }, () => ({})),
    );
    const client = await join(harness, { "last-event-id": "100" });
    await client.next(isEvidence(700));
    await addEvidence(harness.store, [{}, {}]);
    await client.next(isEvidence(702));
    expect(seqs(client)).toEqual(range(101, 702));
  });

  test("the query parameter does the same, and nonsense is no resume", async () => {
    const harness = await start();
    await addEvidence(harness.store, [{}, {}, {}]);
    const first = await openSse(`${harness.url}/api/v1/stream?last_event_id=2`, {
      authorization: `Bearer ${tokens.viewer}`,
    });
    open.clients.push(first);
    await first.next(isEvidence(3));
    expect(seqs(first)).toEqual([3]);
    for (const id of ["abc", "-1", "1e3", "99999999999999999999"]) {
      const other = await join(harness, { "last-event-id": id });
      await other.next((event) => event.event === "snapshot");
      expect(seqs(other)).toEqual([]);
    }
  });

  test("who comes back at once is not sent again what came after the snapshot that others still share", async () => {
    const harness = await start();
    const first = await join(harness);
    await first.next((event) => event.event === "snapshot");
    await addEvidence(harness.store, [{}, {}, {}]);
    harness.wake.hint();
    await first.next(isEvidence(3));
    const again = await join(harness, { "last-event-id": "3" });
    await again.next((event) => event.event === "snapshot");
    await addEvidence(harness.store, [{}]);
    harness.wake.hint();
    await again.next(isEvidence(4));
    expect(seqs(again)).toEqual([4]);
  });

  test("evidence that is stored while a client joins is neither skipped nor repeated", async () => {
    const harness = await start();
    await addEvidence(
      harness.store,
      Array.from({ length: 50 }, () => ({})),
    );
    let last = 50;
    const clients: SseClient[] = [];
    for (let round = 0; round < 20; round++) {
      const joining = join(harness, { "last-event-id": "10" });
      last = await addEvidence(harness.store, [{}, {}, {}]);
      harness.wake.hint();
      clients.push(await joining);
    }
    for (const client of clients) {
      await client.next(isEvidence(last));
      expect(seqs(client)).toEqual(range(11, last));
    }
  });
});

describe("bounds", () => {
  test("a client that does not read is closed with `lagged`, resumes, and nobody else waits for it", async () => {
    const harness = await start();
    const slow = await join(harness);
    const quick = await join(harness);
    await slow.next((event) => event.event === "snapshot");
    await quick.next((event) => event.event === "snapshot");
    slow.pause();
    const data = { command: capture("x".repeat(60_000), 60_000), via: "shell" };
    let seq = 0;
    for (let round = 0; round < 40 && harness.hub.lagged === 0; round++) {
      seq = await addEvidence(
        harness.store,
        Array.from({ length: 10 }, () => ({ kind: "command.executed", data })),
      );
      harness.wake.hint();
      await quick.next(isEvidence(seq));
    }
    expect(harness.hub.lagged).toBe(1);
    expect(harness.hub.clients).toBe(1);
    slow.resume();
    const end = await slow.next((event) => event.event === "lagged");
    const got = seqs(slow);
    const resumed = await join(harness, { "last-event-id": String(got.at(-1)) });
    await resumed.next(isEvidence(seq));
    expect([...got, ...seqs(resumed)]).toEqual(range(1, seq));
    expect(Number(end.id)).toBeGreaterThanOrEqual(got.at(-1) ?? 0);
  });

  test("no more streams than allowed; a closed one makes room", async () => {
    const harness = await start({ maxClients: 2 });
    const first = await join(harness);
    await join(harness);
    const third = await join(harness);
    expect(third.status).toBe(429);
    first.close();
    await until(() => harness.hub.clients === 1);
    const fourth = await join(harness);
    expect(fourth.status).toBe(200);
  });

  test("500 clients get 100 events a second, all of them", async () => {
    const harness = await start();
    const clients = await Promise.all(Array.from({ length: 500 }, () => join(harness)));
    await Promise.all(clients.map((client) => client.next((event) => event.event === "snapshot")));
    let seq = 0;
    for (let batch = 0; batch < 20; batch++) {
      seq = await addEvidence(
        harness.store,
        Array.from({ length: 10 }, () => ({})),
      );
      harness.wake.hint();
      await Bun.sleep(100);
    }
    await Promise.all(clients.map((client) => client.next(isEvidence(seq), 20_000)));
    for (const client of clients) expect(seqs(client)).toEqual(range(1, seq));
    expect(harness.hub.lagged).toBe(0);
  }, 60_000);
});

describe("access", () => {
  test("nobody reads without a token; a cookie does too", async () => {
    const harness = await start();
    const nobody = await openSse(`${harness.url}/api/v1/stream`, {});
    open.clients.push(nobody);
    expect(nobody.status).toBe(401);
    const cookie = await openSse(`${harness.url}/api/v1/stream`, {
      cookie: `decnet_session=${tokens.viewer}`,
    });
    open.clients.push(cookie);
    expect(cookie.status).toBe(200);
  });

  test("HEAD opens no stream", async () => {
    const harness = await start();
    const response = await harness.as("viewer", "/api/v1/stream", { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(harness.hub.clients).toBe(0);
  });

  test("logging out ends the streams of that login, and of no other", async () => {
    const harness = await start();
    const login = await harness.request(
      "/api/v1/auth/login",
      json("POST", { username: "viewer", password: PASSWORD }),
    );
    const { token } = (await login.json()) as { token: string };
    const mine = await join(harness, { authorization: `Bearer ${token}` });
    const other = await join(harness);
    await mine.next((event) => event.event === "snapshot");
    await harness.request("/api/v1/auth/logout", {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
    });
    await expect(mine.next((event) => event.event === "never", 5000)).rejects.toThrow("ended first");
    expect(other.ended).toBe(false);
  });
});
