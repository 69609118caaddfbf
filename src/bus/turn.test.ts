// What is done at the end of a turn: all of it, in order, once.

import { expect, test } from "bun:test";
import { atEndOfTurn, beginRead, endRead, setTurns } from "./turn.ts";

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("tasks run after what is running, in order, and what they ask for runs in the next turn", async () => {
  const seen: string[] = [];
  atEndOfTurn(() => {
    seen.push("first");
    atEndOfTurn(() => seen.push("later"));
  });
  atEndOfTurn(() => seen.push("second"));
  expect(seen).toEqual([]);
  await nextTurn();
  expect(seen).toEqual(["first", "second"]);
  await nextTurn();
  expect(seen).toEqual(["first", "second", "later"]);
});

test("a short turn ends with its read; what is asked for outside of one waits for the loop", async () => {
  const seen: string[] = [];
  setTurns("short");
  try {
    atEndOfTurn(() => seen.push("outside"));
    expect(seen).toEqual([]);
    beginRead();
    atEndOfTurn(() => {
      seen.push("first");
      atEndOfTurn(() => seen.push("later"));
    });
    expect(seen).toEqual([]);
    endRead();
    expect(seen).toEqual(["outside", "first"]);
    endRead();
    expect(seen).toEqual(["outside", "first"]);
    await nextTurn();
    expect(seen).toEqual(["outside", "first", "later"]);
  } finally {
    setTurns("usual");
  }
  beginRead();
  atEndOfTurn(() => seen.push("usual"));
  endRead();
  expect(seen).toHaveLength(3);
  await nextTurn();
  expect(seen).toHaveLength(4);
});

test("a task that throws is heard of, and keeps no other from running", async () => {
  const script = `
    const { atEndOfTurn } = await import("${import.meta.dir}/turn.ts");
    process.on("uncaughtException", (error) => console.log("heard", error.message));
    atEndOfTurn(() => console.log("before"));
    atEndOfTurn(() => { throw new Error("one of them"); });
    atEndOfTurn(() => console.log("after"));`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" });
  const lines = (await new Response(child.stdout).text()).trim().split("\n");
  expect(lines.toSorted()).toEqual(["after", "before", "heard one of them"]);
});
