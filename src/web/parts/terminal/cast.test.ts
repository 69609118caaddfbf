import { expect, test } from "bun:test";
import { createSeededRandom } from "../../../contract/random.ts";
import { parseCast, withoutPauses } from "./cast.ts";
import { Playback } from "./playback.ts";

const cast = (events: readonly unknown[], header: object = { version: 2, width: 20, height: 3 }): string =>
  [header, ...events].map((line) => JSON.stringify(line)).join("\n");

const reach = (playback: Playback, at: number): void => {
  for (let call = 0; call < 100 && !playback.seek(at); call++);
};

const textOf = (playback: Playback): string =>
  playback.terminal.rows
    .map((row) =>
      row
        .map(({ text }) => text)
        .join("")
        .trimEnd(),
    )
    .join("\n")
    .trimEnd();

test("output and resizes are read, input and markers are passed over", () => {
  const parsed = parseCast(
    cast([
      [0, "o", "a"],
      [0.5, "i", "x"],
      [1, "r", "100x40"],
      [2, "m", ""],
      [3, "o", "b"],
    ]),
  );
  expect(parsed?.events).toEqual([
    { type: "output", at: 0, text: "a" },
    { type: "resize", at: 1, columns: 100, rows: 40 },
    { type: "output", at: 3, text: "b" },
  ]);
  expect(parsed?.duration).toBe(3);
  expect(parsed?.skipped).toBe(0);
});

test("a broken line is skipped and counted; time never runs backwards", () => {
  const parsed = parseCast(`${cast([[2, "o", "a"]])}\n[3,"o"\n{"no":"event"}\n[1,"o","b"]`);
  expect(parsed?.events.map(({ at }) => at)).toEqual([2, 2]);
  expect(parsed?.skipped).toBe(2);
});

test("what is no version 2 recording is refused", () => {
  for (const text of ["", "{}", "null", "[]", '{"version":1,"stdout":[]}', "garbage"])
    expect(parseCast(text)).toBeUndefined();
});

test("pauses are cut to the length asked for", () => {
  const parsed = parseCast(
    cast([
      [1, "o", "a"],
      [61, "o", "b"],
      [62, "o", "c"],
    ]),
  );
  expect(parsed && withoutPauses(parsed, 2).events.map(({ at }) => at)).toEqual([1, 3, 4]);
  expect(parsed && withoutPauses(parsed, 2).duration).toBe(4);
});

test("seeking to any moment shows what playing up to it shows, in any order", () => {
  const random = createSeededRandom("seek");
  const filler = "x".repeat(30_000);
  const events = Array.from({ length: 40 }, (_, i) => [
    i,
    "o",
    i % 3 === 0 ? `\x1b[2J\x1b[H${filler}\x1b[2J\x1b[H${i}` : ` ${i}`,
  ]);
  const parsed = parseCast(cast(events));
  if (!parsed) throw new Error("the recording is valid");
  const wandering = new Playback(parsed);
  for (let i = 0; i < 8; i++) {
    const at = random.below(42) - 1;
    const straight = new Playback(parsed);
    reach(straight, at);
    reach(wandering, at);
    expect(textOf(wandering)).toBe(textOf(straight));
  }
});

test("a sequence that is split over events survives seeking back and forth", () => {
  const parsed = parseCast(
    cast([
      [0, "o", `${"y".repeat(300_000)}\x1b[2J\x1b[`],
      [1, "o", "Hok"],
      [2, "o", "!"],
    ]),
  );
  if (!parsed) throw new Error("the recording is valid");
  const playback = new Playback(parsed);
  for (const at of [2, 0, 1]) reach(playback, at);
  expect(textOf(playback)).toBe("ok");
});

test("one call does a bounded amount of work, however dense the recording", () => {
  const clear = "\x1b[2J".repeat(20_000);
  const parsed = parseCast(cast([[1, "o", clear]], { version: 2, width: 500, height: 200 }));
  if (!parsed) throw new Error("the recording is valid");
  const playback = new Playback(parsed);
  expect(playback.seek(1)).toBe(false);
  reach(playback, 1);
  expect(playback.seek(1)).toBe(true);
});

test("long output is taken in pieces, none of which splits a character", () => {
  const text = `a${"😀".repeat(20_000)}`;
  const events = parseCast(cast([[1, "o", text]]))?.events ?? [];
  const pieces = events.map((event) => (event.type === "output" ? event.text : ""));
  expect(pieces.length).toBeGreaterThan(4);
  expect(pieces.join("")).toBe(text);
  for (const piece of pieces) expect(piece.isWellFormed()).toBe(true);
});

test("changes of size are kept up to a bound", () => {
  const parsed = parseCast(cast(Array.from({ length: 2000 }, (_, i) => [i, "r", "80x24"])));
  expect(parsed?.events.length).toBe(500);
  expect(parsed?.skipped).toBe(1500);
});

test("mutated recordings never throw", () => {
  const random = createSeededRandom("cast");
  const whole = cast([
    [0, "o", "a\x1b[1m"],
    [1, "r", "80x24"],
    [2, "o", "b"],
  ]);
  for (let round = 0; round < 500; round++) {
    const at = random.below(whole.length);
    const mutated =
      whole.slice(0, at) + String.fromCharCode(random.below(256)) + whole.slice(at + random.below(4));
    const parsed = parseCast(mutated);
    if (parsed) new Playback(parsed).seek(parsed.duration);
  }
  expect(parseCast(whole)?.events.length).toBe(3);
});
