import { describe, expect, test } from "bun:test";
import { ended, forgiven, held, idle, inCrashLoop, RESTART, silenceAfter, started } from "./core.ts";

const crash = { code: null, signal: "SIGKILL" };

describe("restart policy", () => {
  test("an end on purpose is left alone", () => {
    const { state, decision } = ended(started(idle, 0), { code: 0, signal: null }, 10);
    expect(decision).toEqual({ action: "leave" });
    expect(state.phase).toBe("stopped");
  });

  test("a wrong setting is not tried again by itself, however often it is started by hand", () => {
    let state = idle;
    for (let i = 0; i < 9; i++) {
      const result = ended(started(state, i), { code: 78, signal: null }, i);
      expect(result.decision).toEqual({ action: "give_up" });
      expect(result.state.phase).toBe("failed");
      state = result.state;
    }
    expect(inCrashLoop(state, 10)).toBe(false);
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

describe("what is told of a child", () => {
  test("the fifth bad end in a row is a crash loop until a minute of health or a start by hand", () => {
    let state = idle;
    for (let i = 0; i < RESTART.loopAfter; i++) {
      expect(inCrashLoop(state, i)).toBe(false);
      state = ended(started(state, i), { code: 70, signal: null }, i).state;
    }
    expect(inCrashLoop(state, 10)).toBe(true);
    const again = started(state, 100);
    expect(inCrashLoop(again, 99 + RESTART.healthyMs)).toBe(true);
    expect(inCrashLoop(again, 100 + RESTART.healthyMs)).toBe(false);
    expect(inCrashLoop(forgiven(state), 10)).toBe(false);
  });

  test("one that is held is stopped, whatever it went through", () => {
    let state = idle;
    for (let i = 0; i < 9; i++) state = ended(started(state, i), crash, i).state;
    expect(held(state)).toMatchObject({ phase: "stopped", failures: 0 });
    expect(inCrashLoop(held(state), 10)).toBe(false);
  });

  test("a late look counts as two, a clock that went back as none", () => {
    expect(silenceAfter(1000, 500, 500)).toBe(1500);
    expect(silenceAfter(1000, 3_600_000, 500)).toBe(2000);
    expect(silenceAfter(1000, -5, 500)).toBe(1000);
  });
});
