import { describe, expect, test } from "bun:test";
import { ended, idle, RESTART, started } from "./core.ts";

const crash = { code: null, signal: "SIGKILL" };

describe("restart policy", () => {
  test("an end on purpose is left alone", () => {
    const { state, decision } = ended(started(idle, 0), { code: 0, signal: null }, 10);
    expect(decision).toEqual({ action: "leave" });
    expect(state.phase).toBe("stopped");
  });

  test("crashes wait 0.5 s, doubling up to 30 s, and the fifth in a row is a crash loop", () => {
    let state = idle;
    const delays: number[] = [];
    const loops: boolean[] = [];
    for (let i = 0; i < 9; i++) {
      const result = ended(started(state, i), crash, i + 1);
      state = result.state;
      if (result.decision.action !== "restart") throw new Error("left alone");
      delays.push(result.decision.delayMs);
      loops.push(result.decision.crashLoop);
    }
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    expect(loops.indexOf(true)).toBe(RESTART.loopAfter - 1);
  });

  test("a minute of health begins the count again, a millisecond less does not", () => {
    const twice = ended(started(ended(started(idle, 0), crash, 1).state, 2), crash, 3).state;
    const healthy = ended(started(twice, 100), crash, 100 + RESTART.healthyMs).decision;
    const almost = ended(started(twice, 100), crash, 99 + RESTART.healthyMs).decision;
    expect(healthy).toMatchObject({ delayMs: 500 });
    expect(almost).toMatchObject({ delayMs: 2000 });
  });
});
