import { expect, test } from "bun:test";
import { createGuests } from "./guests.ts";

const visit = { address: "10.0.0.9", port: 40_010, decky: "web01", own: 22 };
const order = { address: "10.0.0.9", ports: [40_000, 40_100] as [number, number], ms: 1000 };

function guestsAt(time: { now: number }) {
  return createGuests({ monotonic: () => time.now });
}

test("a guest is who was announced, by address, port and time", () => {
  const time = { now: 0 };
  const guests = guestsAt(time);
  expect(guests.takes(visit)).toBe(false);
  guests.expect(order);
  expect(guests.takes({ ...visit, address: "10.0.0.8" })).toBe(false);
  expect(guests.takes({ ...visit, port: 39_999 })).toBe(false);
  expect(guests.takes({ ...visit, port: 40_101 })).toBe(false);
  expect(guests.takes(visit)).toBe(true);
  time.now = 1000;
  expect(guests.takes({ ...visit, own: 80 })).toBe(false);
});

test("whoever comes a third time is no guest any more", () => {
  const guests = guestsAt({ now: 0 });
  guests.expect(order);
  expect([1, 2, 3].map(() => guests.takes(visit))).toEqual([true, true, false]);
  expect(guests.takes({ ...visit, decky: "web02" })).toBe(true);
  expect(guests.takes({ ...visit, own: 2222 })).toBe(true);
});

test("who was announced anew may come anew, also while the last announcement holds", () => {
  const guests = guestsAt({ now: 0 });
  guests.expect(order);
  expect([1, 2, 3].map(() => guests.takes(visit))).toEqual([true, true, false]);
  guests.expect({ ...order, ports: [39_950, 40_050] });
  expect([1, 2, 3].map(() => guests.takes(visit))).toEqual([true, true, false]);
});

test("expectations are bounded: the oldest gives way", () => {
  const guests = guestsAt({ now: 0 });
  for (let i = 0; i < 65; i++) guests.expect({ ...order, address: `10.0.1.${i}` });
  expect(guests.takes({ ...visit, address: "10.0.1.0" })).toBe(false);
  expect(guests.takes({ ...visit, address: "10.0.1.64" })).toBe(true);
});
