// The systemd manager against a stand-in systemctl that notes its arguments, and who is found to be in charge.

import { afterAll, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock, TestClock } from "../../src/contract/clock.ts";
import { findServiceManager } from "../../src/kit/service-manager.ts";
import { createSystemdManager } from "../../src/platform/systemd/manager.ts";

const root = mkdtempSync(join(tmpdir(), "decnet-systemctl-"));
const program = join(root, "systemctl");
const notes = join(root, "notes");
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Installs a stand-in: it notes each argument between brackets, then runs `body` with the verb in `$1`. */
function standIn(body: string): void {
  writeFileSync(program, `#!/bin/sh\n{ printf '[%s]' "$@"; echo; } >> ${notes}\n${body}\n`, { mode: 0o755 });
}

beforeEach(() => writeFileSync(notes, ""));

const calls = (): string[] => readFileSync(notes, "utf8").trim().split("\n");

test("unit files are asked for once in 30 s; masked ones and strangers are not ours", async () => {
  standIn(
    `printf 'decnet-bus.service enabled enabled\\ndecnet-two-words.service static -\\ndecnet-api.service masked enabled\\nsshd.service enabled enabled\\n'`,
  );
  const clock = new TestClock();
  const manager = createSystemdManager({ clock, systemctl: program });
  expect(await manager.installed()).toEqual(new Set(["bus", "two-words"]));
  clock.advance(29_999);
  await manager.installed();
  expect(calls()).toEqual(["[list-unit-files][decnet-*.service][--no-legend][--no-pager]"]);
  clock.advance(1);
  await manager.installed();
  expect(calls().length).toBe(2);
});

test("a start names one unit, and a refusal is told in its own first line, escaped", async () => {
  standIn(`[ "$1" = start ] || exit 3\nprintf 'Access \\033[31mdenied\\nmore\\n' >&2; exit 4`);
  const manager = createSystemdManager({ clock: systemClock, systemctl: program });
  expect(await manager.start("bus")).toEqual({ result: "refused", reason: "Access \\u{1b}[31mdenied" });
  expect(calls()).toEqual([
    "[is-active][--quiet][decnet-bus.service]",
    "[start][--no-ask-password][decnet-bus.service]",
  ]);
});

test("what runs is not started again, and what can be no name never reaches systemctl", async () => {
  standIn("exit 0");
  const manager = createSystemdManager({ clock: systemClock, systemctl: program });
  expect(await manager.start("bus")).toEqual({ result: "already_running" });
  expect(calls()).toEqual(["[is-active][--quiet][decnet-bus.service]"]);
  for (const name of ["--now", "../x", "a b", "x.service", "$(id)", "", "x\ny"]) {
    expect((await manager.start(name)).result, name).toBe("refused");
    expect(await manager.state(name)).toBeUndefined();
  }
  expect(calls().length).toBe(1);
});

test("states as systemd tells them", async () => {
  const manager = createSystemdManager({ clock: systemClock, systemctl: program });
  const cases = [
    ["active", "running", 7, "success", 9, "running"],
    ["activating", "start", 7, "success", 0, "starting"],
    ["activating", "auto-restart", 0, "exit-code", 2, "failed"],
    ["activating", "auto-restart", 0, "exit-code", 5, "crash_loop"],
    ["failed", "failed", 0, "start-limit-hit", 1, "crash_loop"],
    ["inactive", "dead", 0, "success", 0, "stopped"],
  ] as const;
  for (const [active, sub, pid, result, restarts, phase] of cases) {
    standIn(
      `printf 'LoadState=loaded\\nActiveState=${active}\\nSubState=${sub}\\nMainPID=${pid}\\nResult=${result}\\nNRestarts=${restarts}\\n'`,
    );
    const state = await manager.state("bus");
    expect(state?.phase, `${active} ${sub}`).toBe(phase);
    expect(state?.pid).toBe(pid === 0 ? undefined : pid);
  }
  standIn("echo LoadState=not-found");
  expect(await manager.state("bus")).toBeUndefined();
});

test("a hold leaves alone what systemd has given up, stops what it would restart, and gives its refusal", async () => {
  const manager = createSystemdManager({ clock: systemClock, systemctl: program });
  standIn("exit 0");
  expect(await manager.hold("bus")).toEqual({ result: "held" });
  expect(calls()).toEqual(["[is-failed][--quiet][decnet-bus.service]"]);
  standIn('[ "$1" = stop ]');
  expect(await manager.hold("bus")).toEqual({ result: "held" });
  expect(calls().at(-1)).toBe("[stop][--no-ask-password][decnet-bus.service]");
  standIn("echo 'Access denied' >&2; exit 1");
  expect(await manager.hold("bus")).toEqual({ result: "refused", reason: "Access denied" });
  expect((await manager.hold("../bus")).result).toBe("refused");
});

test("who is in charge", async () => {
  const common = { socket: join(root, "none.sock"), clock: systemClock };
  const systemd = { folder: root, systemctl: program };
  standIn("echo decnet-bus.service enabled enabled");
  expect((await findServiceManager({ ...common, supervised: true, systemd })).kind).toBe("supervisor");
  expect((await findServiceManager({ ...common, supervised: false, systemd })).kind).toBe("systemd");
  standIn("exit 1");
  expect((await findServiceManager({ ...common, supervised: false, systemd })).kind).toBe("none");
  const elsewhere = { ...systemd, folder: join(root, "absent") };
  const none = await findServiceManager({ ...common, supervised: false, systemd: elsewhere });
  expect([none.kind, (await none.start("bus")).result]).toEqual(["none", "refused"]);
});

test("a supervisor that is not there refuses with a reason and has nothing installed", async () => {
  const gone = await findServiceManager({
    socket: join(root, "none.sock"),
    clock: systemClock,
    supervised: true,
  });
  expect(await gone.start("bus")).toEqual({ result: "refused", reason: "decnet up does not run" });
  expect((await gone.installed()).size).toBe(0);
});
