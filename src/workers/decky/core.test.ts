import { describe, expect, test } from "bun:test";
import type { ServiceState } from "../../contract/evidence.ts";
import { createRefusalTally, offsetOf, phaseOf } from "./core.ts";

const service = (state: ServiceState["state"]): ServiceState => ({
  name: "ssh",
  port: 22,
  transport: "tcp",
  state,
});

describe("phaseOf", () => {
  test("all, some and none listening", () => {
    expect(phaseOf([service("listening"), service("listening")])).toBe("running");
    expect(phaseOf([service("listening"), service("skipped")])).toBe("degraded");
    expect(phaseOf([service("failed")])).toBe("stopped");
    expect(phaseOf([])).toBe("stopped");
  });
});

test("ports are the real ones for who may have them, shifted for others, and as asked for", () => {
  expect([offsetOf("auto", true), offsetOf("auto", false)]).toEqual([0, 20_000]);
  expect([offsetOf(1000, true), offsetOf(0, false)]).toEqual([1000, 0]);
});

describe("refusal tally", () => {
  test("adds up by source and bound, is bounded, and begins anew after a drain", () => {
    const tally = createRefusalTally();
    const key = { source: "a", decky: "d", service: "ssh", port: 22, bound: "source" } as const;
    tally.note(key);
    tally.note(key);
    tally.note({ ...key, bound: "total" });
    expect(tally.drain().map((row) => row.count)).toEqual([2, 1]);
    for (let i = 0; i < 5000; i++) tally.note({ ...key, source: String(i) });
    expect(tally.drain()).toHaveLength(1024);
    expect(tally.drain()).toEqual([]);
  });
});
