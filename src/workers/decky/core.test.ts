import { describe, expect, test } from "bun:test";
import type { ServiceState } from "../../contract/evidence.ts";
import { createRefusalTally, phaseOf, portsToTry } from "./core.ts";

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

describe("the ports of a decoy", () => {
  const unprivileged = (port: number): boolean => port >= 1024;

  test("are shifted only where they must be", () => {
    expect(portsToTry(22, "auto", unprivileged)).toEqual([20_022]);
    expect(portsToTry(6379, "auto", unprivileged)).toEqual([6379, 26_379]);
    expect(portsToTry(22, "auto", () => true)).toEqual([22, 20_022]);
  });

  test("are shifted all alike by an offset that was asked for", () => {
    expect(portsToTry(6379, 1000, unprivileged)).toEqual([7379]);
    expect(portsToTry(22, 0, unprivileged)).toEqual([22]);
  });
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
