import { expect, test } from "bun:test";
import { TestClock } from "../../contract/clock.ts";
import { createLive, type LiveHandlers } from "./live.ts";

class FakeSource extends EventTarget {
  closed = false;
  close(): void {
    this.closed = true;
  }
  send(name: string, data: unknown): void {
    this.dispatchEvent(
      new MessageEvent(name, { data: typeof data === "string" ? data : JSON.stringify(data) }),
    );
  }
  fail(): void {
    this.dispatchEvent(new Event("error"));
  }
}

function setUp() {
  const clock = new TestClock();
  const sources: FakeSource[] = [];
  const seen: string[] = [];
  const note = (name: string) => () => void seen.push(name);
  const handlers: LiveHandlers = {
    snapshot: note("snapshot"),
    evidence: note("evidence"),
    attacker: note("attacker"),
    session: note("session"),
    worker: note("worker"),
    decky: note("decky"),
    lagged: note("lagged"),
    broken: note("broken"),
  };
  const live = createLive("/stream", handlers, {
    open: () => {
      const source = new FakeSource();
      sources.push(source);
      return source as unknown as EventSource;
    },
    after: (ms, task) => clock.after(ms, task),
    random: () => 0.5,
  });
  return { clock, sources, seen, live, last: () => sources.at(-1) as FakeSource };
}

test("it is live from the snapshot on", () => {
  const { live, last, seen } = setUp();
  live.start();
  expect(live.state.get()).toBe("connecting");
  last().send("snapshot", {});
  last().send("evidence", { seq: 1 });
  expect(live.state.get()).toBe("live");
  expect(seen).toEqual(["snapshot", "evidence"]);
});

test("a loss is told and tried again with growing pauses until it is back", () => {
  const { live, last, sources, clock } = setUp();
  live.start();
  last().send("snapshot", {});
  for (const wait of [500, 1000, 2000, 4000, 5000, 5000]) {
    const before = sources.length;
    last().fail();
    expect(live.state.get()).toBe("lost");
    clock.advance(wait - 1);
    expect(sources.length).toBe(before);
    clock.advance(1);
    expect(sources.length).toBe(before + 1);
  }
  last().send("snapshot", {});
  expect(live.state.get()).toBe("live");
  expect(sources.filter(({ closed }) => !closed).length).toBe(1);
});

test("a client that lagged connects anew", () => {
  const { live, last, sources, clock } = setUp();
  live.start();
  last().send("snapshot", {});
  last().send("lagged", { reason: "slow" });
  clock.advance(500);
  expect(sources.length).toBe(2);
  expect(live.state.get()).toBe("live");
});

test("long silence opens a fresh connection", () => {
  const { live, last, sources, clock } = setUp();
  live.start();
  last().send("snapshot", {});
  clock.advance(75_000);
  expect(sources.length).toBe(2);
  expect(sources[0]?.closed).toBe(true);
});

test("events of a dropped connection and broken JSON are not taken", () => {
  const { live, sources, last, seen } = setUp();
  live.start();
  last().send("evidence", "{");
  live.stop();
  sources[0]?.send("evidence", { seq: 1 });
  expect(seen).toEqual([]);
  expect(live.state.get()).toBe("idle");
});
