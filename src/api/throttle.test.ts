import { expect, test } from "bun:test";
import { TestClock } from "../contract/clock.ts";
import { Throttle } from "./throttle.ts";

const make = (maxKeys = 100) => {
  const clock = new TestClock();
  return { clock, throttle: new Throttle({ clock, maxFailures: 3, windowMs: 1000, maxKeys }) };
};

test("says no from the last allowed failure until the window is over", () => {
  const { clock, throttle } = make();
  for (let i = 0; i < 3; i++) {
    expect(throttle.waitMs("a")).toBe(0);
    throttle.fail("a");
    clock.advance(100);
  }
  expect(throttle.waitMs("a")).toBe(700);
  expect(throttle.waitMs("b")).toBe(0);
  clock.advance(700);
  expect(throttle.waitMs("a")).toBe(0);
});

test("clearing forgets", () => {
  const { throttle } = make();
  for (let i = 0; i < 5; i++) throttle.fail("a");
  throttle.clear("a");
  expect(throttle.waitMs("a")).toBe(0);
});

test("never holds more keys than its bound, and drops those that failed least recently", () => {
  const { throttle } = make(10);
  for (let i = 0; i < 3; i++) throttle.fail("guesser");
  for (let i = 0; i < 10_000; i++) {
    throttle.fail(`key ${i}`);
    if (i % 5 === 0) throttle.fail("guesser");
  }
  expect(throttle.size).toBe(10);
  expect(throttle.waitMs("guesser")).toBeGreaterThan(0);
});
