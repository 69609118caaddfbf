import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createSeededRandom } from "../../contract/random.ts";
import { newLife } from "../../fleet/machine.ts";
import type { TopologyDecky } from "../../topology/model.ts";
import { deckySchema } from "../../topology/model.ts";
import { mutationSchema } from "../../topology/mutation.ts";
import { explain, lifeAfter, planOf, reasonOf, statusFor } from "./core.ts";
import { whyHelpless } from "./io.ts";
import { dueChange, nextAfter } from "./schedule.ts";

const decky = (schedule: object, services?: string[]): TopologyDecky =>
  deckySchema.parse({
    name: "web01",
    archetype: "linux-server",
    ...(services ? { services } : {}),
    schedule,
  });

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

describe("a life", () => {
  const life = { ...newLife, bootedAt: 5, patches: 2 };

  test("versions move forward on a patch night, uptime begins anew with a reboot only", () => {
    expect(lifeAfter(life, "patch", 99)).toEqual({ ...life, bootedAt: 99, patches: 3 });
    expect(lifeAfter(life, "reboot", 99)).toEqual({ ...life, bootedAt: 99 });
    expect(lifeAfter(life, "service", 99)).toBe(life);
    expect(lifeAfter(life, planOf("request"), 99)).toBe(life);
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

  test("a service more or fewer stays within what the archetype offers, and one always stays", () => {
    const offered = ["ssh", "http", "ftp"];
    const some = fc.uniqueArray(fc.constantFrom(...offered), { minLength: 1 });
    fc.assert(
      fc.property(some, fc.string(), (services, seed) => {
        const one = decky({ every: "1h", plans: ["service"] }, services);
        const { plan, mutation } = dueChange(one, offered, createSeededRandom(seed));
        mutationSchema.parse(mutation);
        if (mutation.op !== "update_decky") throw new Error(mutation.op);
        const after = mutation.changes.services ?? [];
        expect(plan).toBe("service");
        expect(Math.abs(after.length - services.length)).toBe(1);
        expect(after.length).toBeGreaterThan(0);
        expect(after.every((service) => offered.includes(service))).toBe(true);
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  test("who has no choice of services is rebooted", () => {
    const one = decky({ every: "1h", plans: ["service"] });
    const { plan, mutation } = dueChange(one, ["telnet"], createSeededRandom("x"));
    expect([plan, mutation]).toEqual(["reboot", { op: "update_decky", name: "web01", changes: {} }]);
  });
});

describe("an explanation", () => {
  const update = mutationSchema.parse({ op: "update_decky", name: "web01", changes: {} });
  const services = { before: ["ssh"], after: ["ssh"] };

  test("says what a plan or a request brought", () => {
    expect(explain(update, "patch", services)).toContain("patch night");
    expect(explain(update, "reboot", services)).toContain("rebooted");
    const other = { before: ["ssh", "ftp"], after: ["ssh", "http"] };
    expect(explain(update, "service", other)).toBe("web01 offers http from now on and offers ftp no longer");
    expect(explain({ op: "remove_lan", name: "office" }, "request", services)).toBe("LAN office is gone");
  });
});

test("without the two capabilities that it takes, the remedy is named", () => {
  expect(whyHelpless("CapEff:\t0000000000203000\n")).toBeUndefined();
  for (const caps of ["0000000000000000", "0000000000001000", "0000000000200000"]) {
    expect(whyHelpless(`CapEff:\t${caps}\n`)).toContain("run decnet as root");
  }
});
