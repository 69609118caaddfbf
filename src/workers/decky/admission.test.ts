import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Admission, Place } from "./admission.ts";
import { createAdmission } from "./admission.ts";

/** A place for a source, with a note of when it was lost. */
function take(door: Admission, source: string, lost: string[] = [], name = source): Place | string {
  const entry = door.enter(source);
  if (!entry.ok) return entry.bound;
  entry.place.mayLose(() => lost.push(name));
  return entry.place;
}

test("one source fills its own share only", () => {
  const door = createAdmission({ total: 3, perSource: 2 });
  const first = take(door, "a") as Place;
  take(door, "a");
  expect(take(door, "a")).toBe("source");
  take(door, "b");
  first.leave();
  first.leave();
  expect(door.total).toBe(2);
  expect(take(door, "a")).not.toBe("source");
});

test("when all places are taken, who holds most gives its newest to who holds fewer", () => {
  const door = createAdmission({ total: 4, perSource: 3 });
  const lost: string[] = [];
  for (const name of ["a1", "a2", "a3"]) take(door, "a", lost, name);
  take(door, "b", lost);
  expect(take(door, "c", lost)).toBeObject();
  expect(lost).toEqual(["a3"]);
  // Two against one each: nobody has to give anything up.
  expect([take(door, "b", lost), take(door, "d", lost), take(door, "a", lost)]).toEqual([
    "total",
    expect.anything(),
    "total",
  ]);
  expect([lost, door.total]).toEqual([["a3", "a2"], 4]);
});

test("a place that cannot be lost yet is not taken away", () => {
  const door = createAdmission({ total: 2, perSource: 2 });
  expect([door.enter("a").ok, door.enter("a").ok, door.enter("b")]).toEqual([
    true,
    true,
    { ok: false, bound: "total" },
  ]);
});

test("bounds hold and books add up, whoever comes and goes", () => {
  const step = fc.tuple(fc.constantFrom("a", "b", "c", "d", "e"), fc.boolean());
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const door = createAdmission({ total: 6, perSource: 3 });
      const inside: { source: string; place: Place }[] = [];
      for (const [source, comes] of steps) {
        const leaves = comes ? -1 : inside.findIndex((held) => held.source === source);
        if (leaves >= 0) inside.splice(leaves, 1)[0]?.place.leave();
        const entry = comes ? door.enter(source) : undefined;
        if (!entry?.ok) continue;
        const held = { source, place: entry.place };
        inside.push(held);
        held.place.mayLose(() => inside.splice(inside.indexOf(held), 1));
        expect(inside.filter((other) => other.source === source).length).toBeLessThanOrEqual(3);
        expect(inside.length).toBeLessThanOrEqual(6);
      }
      expect(door.total).toBe(inside.length);
    }),
  );
});
