import { describe, expect, test } from "bun:test";
import { TestClock } from "../../contract/clock.ts";
import { isDecnetError } from "../../contract/errors.ts";
import type { Principal } from "../env.ts";
import type { StreamClient } from "./client.ts";
import { CLIENT_QUEUE_BYTES } from "./client.ts";
import { encodeFrame } from "./frames.ts";
import { MAX_REPLAY, StreamHub, type StreamSource } from "./hub.ts";

const principal: Principal = {
  username: "ann",
  role: "viewer",
  expiresAt: null,
  tokenSha256: "a",
  via: "bearer",
};
const evidence = (seq: number, json = "{}") => ({ seq, bytes: encodeFrame("evidence", seq, json) });

function make(source: Partial<StreamSource> = {}, maxClients = 10) {
  const clock = new TestClock();
  const errors: Error[] = [];
  let snapshots = 0;
  const replayed: number[][] = [];
  const hub = new StreamHub({
    clock,
    maxClients,
    onJoin: () => undefined,
    onError: (error) => errors.push(error),
    source: {
      lastSeq: async () => 1_000_000,
      async snapshot() {
        snapshots += 1;
        return '"stats":{}}';
      },
      async evidence(after, upTo, limit) {
        replayed.push([after, upTo]);
        return Array.from({ length: Math.min(limit, upTo - after) }, (_, i) => evidence(after + 1 + i));
      },
      ...source,
    },
  });
  return { hub, clock, errors, replayed, snapshots: () => snapshots };
}

/** Reads until `text` has come. */
async function readUntil(client: StreamClient, text: string): Promise<string> {
  const reader = client.body.getReader();
  let all = "";
  while (!all.includes(text)) {
    const { done, value } = await reader.read();
    if (done) break;
    all += new TextDecoder().decode(value);
  }
  reader.releaseLock();
  return all;
}

const ids = (text: string): number[] =>
  [...text.matchAll(/id: (\d+)\nevent: evidence/g)].map((match) => Number(match[1]));

describe("joining", () => {
  test("keepalive, snapshot, then what is broadcast", async () => {
    const { hub } = make();
    hub.skipTo(41);
    const client = hub.open(principal, undefined);
    const start = await readUntil(client, "snapshot");
    expect(start).toStartWith(": keepalive\n\nretry: 2000\nid: 41\nevent: snapshot\n");
    hub.broadcast([evidence(42)]);
    expect(ids(await readUntil(client, "id: 42"))).toEqual([42]);
    hub.broadcast([hub.frame("decky", { name: "d" } as never)]);
    expect(await readUntil(client, "decky")).toBe('id: 42\nevent: decky\ndata: {"name":"d"}\n\n');
    hub.close();
  });

  test("what is broadcast while the snapshot is read comes after it, once", async () => {
    const gate = Promise.withResolvers<void>();
    const { hub } = make({ snapshot: () => gate.promise.then(() => "}") });
    const client = hub.open(principal, undefined);
    hub.broadcast([evidence(1), evidence(2)]);
    gate.resolve();
    const text = await readUntil(client, "id: 2");
    hub.broadcast([evidence(3)]);
    expect(ids(text + (await readUntil(client, "id: 3")))).toEqual([1, 2, 3]);
    expect(text.indexOf("snapshot")).toBeLessThan(text.indexOf("evidence"));
  });

  test("a snapshot larger than what may wait makes nobody slow", async () => {
    const { hub } = make({ snapshot: async () => `"x":"${"y".repeat(2 * CLIENT_QUEUE_BYTES)}"}` });
    const client = hub.open(principal, undefined);
    for (const seq of [1, 2, 3]) {
      await new Promise((resolve) => setImmediate(resolve));
      hub.broadcast([evidence(seq)]);
    }
    const text = await readUntil(client, "id: 3\nevent: evidence");
    expect([ids(text), hub.lagged]).toEqual([[1, 2, 3], 0]);
  });

  test("one snapshot serves all who join within a second", async () => {
    const { hub, clock, snapshots } = make();
    const first = hub.open(principal, undefined);
    await readUntil(first, "snapshot");
    hub.broadcast([evidence(1)]);
    const second = await readUntil(hub.open(principal, undefined), "id: 1\n");
    expect(ids(second)).toEqual([1]);
    expect(snapshots()).toBe(1);
    clock.advance(1000);
    await readUntil(hub.open(principal, undefined), "snapshot");
    expect(snapshots()).toBe(2);
  });

  test("a resuming client gets what it missed from the store, and a count of what is too old", async () => {
    const { hub, replayed } = make();
    hub.skipTo(10_000);
    const text = await readUntil(hub.open(principal, 100), "id: 10000\nevent: evidence");
    const from = 10_000 - MAX_REPLAY;
    expect(text).toContain(`"seq":${from},"missed":${from - 100}`);
    expect(ids(text)).toEqual(Array.from({ length: MAX_REPLAY }, (_, i) => from + 1 + i));
    expect(replayed[0]).toEqual([from, 10_000]);
  });

  test("an id beyond the store's is one of another store: no resume", async () => {
    const { hub, replayed } = make({ lastSeq: async () => 5 });
    hub.skipTo(5);
    expect(await readUntil(hub.open(principal, 999), "snapshot")).toContain('"seq":5,"missed":0');
    expect(replayed).toEqual([]);
  });

  test("a store that fails closes the stream and is told", async () => {
    const { hub, errors } = make({ snapshot: () => Promise.reject(new Error("no store")) });
    const client = hub.open(principal, undefined);
    await readUntil(client, "never");
    expect(errors.map((error) => error.message)).toEqual(["no store"]);
    expect(hub.clients).toBe(0);
  });
});

describe("bounds", () => {
  test("full means full", () => {
    const { hub } = make({}, 1);
    const first = hub.open(principal, undefined);
    const attempt = (): string => {
      try {
        hub.open(principal, undefined);
        return "opened";
      } catch (error) {
        return isDecnetError(error) ? error.code : "bug";
      }
    };
    expect(attempt()).toBe("too_many");
    first.close();
    expect(attempt()).toBe("opened");
    hub.close();
    expect(attempt()).toBe("unavailable");
  });

  test("a client that reads nothing is queued for up to a bound, then lagged; the others get everything", async () => {
    const { hub } = make();
    const [slow, quick] = [hub.open(principal, undefined), hub.open(principal, undefined)];
    await readUntil(quick, "snapshot");
    await readUntil(slow, "snapshot");
    const big = `"${"x".repeat(100_000)}"`;
    for (let seq = 1; seq <= 30; seq++) {
      hub.broadcast([evidence(seq, big)]);
      await readUntil(quick, `id: ${seq}\n`);
    }
    expect([slow.isOpen, quick.isOpen, hub.lagged, hub.clients]).toEqual([false, true, 1, 1]);
    const text = await readUntil(slow, "event: lagged");
    expect(text.length).toBeLessThan(CLIENT_QUEUE_BYTES + 200_000);
    expect(ids(text)).toEqual(Array.from({ length: ids(text).length }, (_, i) => i + 1));
    expect(text).toEndWith('event: lagged\ndata: {"reason":"slow"}\n\n');
  });
});

describe("time", () => {
  test("a keepalive every 15 s", async () => {
    const { hub, clock } = make();
    const client = hub.open(principal, undefined);
    await readUntil(client, "snapshot");
    for (let i = 0; i < 3; i++) {
      clock.advance(15_000);
      expect(await readUntil(client, "keepalive")).toBe(": keepalive\n\n");
    }
  });

  test("a stream ends with the login that opened it", async () => {
    const { hub, clock } = make();
    const client = hub.open({ ...principal, expiresAt: clock.now() + 20_000 }, undefined);
    clock.advance(15_000);
    expect(client.isOpen).toBe(true);
    clock.advance(15_000);
    expect(client.isOpen).toBe(false);
  });
});
