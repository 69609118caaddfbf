import { describe, expect, test } from "bun:test";
import { createSeededRandom } from "../../contract/random.ts";
import { findDecoy } from "../../decoys/index.ts";
import type { Catalogue, TopologyDecky } from "../../topology/model.ts";
import { deckySchema } from "../../topology/model.ts";
import { planOf } from "../../topology/plan.ts";
import { reasonOf, statusFor } from "./core.ts";
import { whyHelpless } from "./io.ts";
import { dueChange, nextAfter } from "./schedule.ts";

const decky = (schedule: object): TopologyDecky =>
  deckySchema.parse({ name: "web01", archetype: "linux-server", schedule });

describe("a status", () => {
  test("follows from how many are not well", () => {
    expect([statusFor(4, 0), statusFor(4, 1), statusFor(4, 4)]).toEqual(["active", "degraded", "failed"]);
  });

  test("names three of those who are not, and counts the rest", () => {
    const problems = new Map(Array.from({ length: 5 }, (_, i) => [`d${i}`, "no room"]));
    expect(reasonOf(problems)).toBe("d0: no room; d1: no room; d2: no room; and 2 more");
    expect(reasonOf(new Map([["d", "x".repeat(5000)]])).length).toBeLessThanOrEqual(500);
  });
});

describe("a schedule", () => {
  const schedule = decky({ every: "6h", jitter: 0.5, plans: ["service"] }).schedule;
  const HOUR = 3_600_000;

  test("waits around its mean time, within its jitter, the same for the same words", () => {
    if (!schedule) throw new Error("no schedule");
    const waits = Array.from(
      { length: 300 },
      (_, i) => nextAfter(schedule, 1000, createSeededRandom(`${i}`)) - 1000,
    );
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(3 * HOUR);
    expect(Math.max(...waits)).toBeLessThanOrEqual(9 * HOUR);
    const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
    expect(Math.abs(mean / (6 * HOUR) - 1)).toBeLessThan(0.05);
    expect(nextAfter(schedule, 7, createSeededRandom("x"))).toBe(
      nextAfter(schedule, 7, createSeededRandom("x")),
    );
  });

  test("brings one of its plans; who has no choice of services is rebooted", () => {
    const catalogue: Catalogue = {
      archetypes: new Map([["linux-server", ["ssh", "http"]]]),
      services: ["ssh", "http"].flatMap((name) => findDecoy(name) ?? []),
    };
    const plans = ["patch", "service"];
    const drawn = Array.from({ length: 40 }, (_, i) =>
      planOf(dueChange(decky({ every: "1h", plans }), catalogue, createSeededRandom(`${i}`))),
    );
    expect(new Set(drawn)).toEqual(new Set(["patch", "service"]));
    const poor = { ...catalogue, archetypes: new Map([["linux-server", ["ssh"]]]) };
    const one = decky({ every: "1h", plans: ["service"] });
    expect(dueChange(one, poor, createSeededRandom("x"))).toEqual({
      op: "update_decky",
      name: "web01",
      changes: {},
      plan: "reboot",
    });
  });
});

test("without the two capabilities that it takes, the remedy is named", () => {
  expect(whyHelpless("CapEff:\t0000000000203000\n")).toBeUndefined();
  for (const caps of ["0000000000000000", "0000000000001000", "0000000000200000"]) {
    expect(whyHelpless(`CapEff:\t${caps}\n`)).toContain("run decnet as root");
  }
});
