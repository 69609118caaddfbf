// Turns of a thread, as the kernel reports them. In a process of its own: what is asked for stays.

import { expect, test } from "bun:test";

async function asked(ns: number, by: readonly string[] = []): Promise<string> {
  const script = `const { askForTurns } = await import("${import.meta.dir}/scheduler.ts"); console.log(askForTurns(${ns}), require("os").getPriority());`;
  const child = Bun.spawn([...by, process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" });
  return (await new Response(child.stdout).text()).trim();
}

/** Linux 6.12 is the first whose scheduler takes a length of turns. */
const [major = 0, minor = 0] = (await Bun.file("/proc/sys/kernel/osrelease").text()).split(".").map(Number);
const keeps = major > 6 || (major === 6 && minor >= 12);

test("a thread asks for short turns and keeps its niceness", async () => {
  expect(await asked(100_000)).toBe(`${keeps ? 100_000 : 0} 0`);
  expect(await asked(200_000, ["nice", "-n", "5"])).toBe(`${keeps ? 200_000 : 0} 5`);
});

test("a thread of another policy is left as it is", async () => {
  expect(await asked(100_000, ["chrt", "--batch", "0"])).toBe("0 0");
});
