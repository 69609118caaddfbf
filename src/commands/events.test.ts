// decnet events and decnet publish over the fake bus.

import { describe, expect, test } from "bun:test";
import { until } from "../../test/support/bus-tools.ts";
import { FakeHub } from "../bus/fake.ts";
import { createNullBus } from "../bus/null.ts";
import { isDecnetError } from "../contract/errors.ts";
import { runEvents } from "./events.ts";
import { runPublish } from "./publish.ts";

const hostile = { text: "\u001b[31mred\u0007 \u202eback \u2028 \ud800", bytes: new Uint8Array([1, 2, 3]) };

async function show(json: boolean): Promise<string[]> {
  const hub = new FakeHub();
  const lines: string[] = [];
  const stop = new AbortController();
  const bus = hub.connect({ name: "cli" });
  const running = runEvents({
    bus,
    pattern: "a.>",
    json,
    signal: stop.signal,
    write: (text) => lines.push(text),
  });
  const writer = hub.connect({ name: "writer" });
  writer.publishTo("b.c", {});
  writer.publishTo("a.b", hostile, { id: "one", type: "odd" });
  await until(() => lines.length === 1, "line");
  stop.abort();
  await running;
  return lines;
}

describe("decnet events", () => {
  test("text: one line an event, nothing in it acts on a terminal", async () => {
    const [line = ""] = await show(false);
    expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z a\.b \{.*\}\n$/);
    expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u);
    expect(line).toContain("AQID");
  });

  test("JSON: stays JSON, holds the envelope, nothing in it acts on a terminal", async () => {
    const [line = ""] = await show(true);
    expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u);
    expect(JSON.parse(line)).toMatchObject({
      topic: "a.b",
      id: "one",
      type: "odd",
      payload: { text: expect.stringContaining("\u001b[31mred\u0007 \u202eback \u2028"), bytes: "AQID" },
    });
  });

  test("a time beyond every calendar is shown all the same", async () => {
    const hub = new FakeHub();
    const lines: string[] = [];
    const bus = hub.connect({ name: "cli" });
    const stop = new AbortController();
    const running = runEvents({
      bus,
      pattern: "a",
      json: false,
      signal: stop.signal,
      write: (text) => lines.push(text),
    });
    const { encode } = await import("@msgpack/msgpack");
    for (const ts of [1e300, -1e300, 0]) hub.publishRaw("a", encode({ ts }));
    await until(() => lines.length === 3, "three lines");
    stop.abort();
    await running;
  });

  test("ends at once when it was aborted before", async () => {
    const bus = new FakeHub().connect({ name: "cli" });
    await runEvents({ bus, pattern: ">", json: false, signal: AbortSignal.abort(), write: () => undefined });
  });
});

describe("decnet publish", () => {
  const codeOf = async (topic: string, json: string, bus = new FakeHub().connect({ name: "cli" })) => {
    const thrown = await runPublish({ bus, topic, json }).catch((error: unknown) => error);
    return isDecnetError(thrown) ? thrown.code : thrown;
  };

  test.each([
    ["a b", "{}"],
    ["a.*", "{}"],
    ["a", "{"],
    ["a", "[]"],
    ["a", "null"],
    ["a", "1"],
    ["system.prober.control", '{"action":"explode"}'],
  ])("%s %s is refused", async (topic, json) => {
    expect(await codeOf(topic, json)).toBe("invalid");
  });

  test("sends, and says when nobody took it", async () => {
    expect(await codeOf("a", '{"x":1}')).toBeUndefined();
    const thrown = await runPublish({ bus: createNullBus("cli"), topic: "a", json: "{}" }).catch(
      (error: unknown) => error,
    );
    expect(isDecnetError(thrown, "unavailable")).toBe(true);
  });
});
