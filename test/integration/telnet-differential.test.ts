// The fake shells beside the real ones: the same command lines must print the same and end with the same status.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ashCases, bashCases, posixCases } from "../support/shell-cases.ts";
import { openTestShell } from "../support/shell-session.ts";

const BUSYBOX = Bun.which("busybox");
const folders: string[] = [];

/** Runs a line in a real shell. Its home is an empty folder, and it has no input. */
async function runReal(argv: readonly string[], options: { line: string; path: string }) {
  const child = Bun.spawn([...argv, options.line], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: { PATH: options.path, HOME: "/root", LANG: "C.UTF-8" },
  });
  const [out, err, status] = await Promise.all([
    new Response(child.stdout).bytes(),
    new Response(child.stderr).bytes(),
    child.exited,
  ]);
  return { out: Buffer.from(out).toString("latin1"), err: Buffer.from(err).toString("latin1"), status };
}

/** Each line with a name of one line. */
const named = (lines: readonly string[]): [string, string][] =>
  lines.map((line) => [JSON.stringify(line), line]);

async function runFake(line: string, device: boolean) {
  const shell = openTestShell({ device });
  const { out, err, status } = await shell.run(line);
  await shell.close();
  return { out, err, status };
}

describe("bash of Debian", () => {
  const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  test.each(named([...posixCases, ...bashCases]))("%s", async (_, line) => {
    expect(await runFake(line, false)).toEqual(await runReal(["bash", "-c"], { line, path }));
  });
});

describe("sh of Debian, which is dash", () => {
  const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  // What differs by applet rather than by shell, and echo's options, are not dash's.
  const lines = [
    ...posixCases,
    ...ashCases.filter((line) => !/busybox|killall|base64 -d|find|echo -[en]/.test(line)),
  ];
  test.each(named(lines))("%s", async (_, line) => {
    const quoted = `sh -c '${line.replaceAll("'", "'\\''")}'`;
    expect(await runFake(quoted, false)).toEqual(await runReal(["sh", "-c"], { line, path }));
  });
});

describe.skipIf(BUSYBOX === null)("ash and applets of BusyBox (skips without busybox)", () => {
  let path = "";
  beforeAll(() => {
    path = mkdtempSync(join(tmpdir(), "applets-"));
    folders.push(path);
    Bun.spawnSync([BUSYBOX ?? "busybox", "--install", "-s", path]);
  });
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  // The router's root lives elsewhere than this host's.
  const lines = [...posixCases, ...ashCases].filter((line) => line !== "echo ~root");
  test.each(named(lines))("%s", async (_, line) => {
    expect(await runFake(line, true)).toEqual(
      await runReal([BUSYBOX ?? "busybox", "sh", "-c"], { line, path }),
    );
  });
});
