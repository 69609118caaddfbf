// Programs of the fake machine beside those of Debian: the same lines must print the same and end with the same status.
// Local programs only, in an empty folder, without input.

import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { awkCases } from "../support/awk-cases.ts";
import { posixTrapCases, tableCases, trapCases } from "../support/bash-cases.ts";
import { blockCases } from "../support/block-cases.ts";
import { filterCases, sortCases } from "../support/filter-cases.ts";
import { findCases, xargsCases } from "../support/find-cases.ts";
import { sedCases } from "../support/sed-cases.ts";
import { openTestShell } from "../support/shell-session.ts";
import { statCases } from "../support/stat-cases.ts";

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const folder = mkdtempSync(join(tmpdir(), "decnet-shell-tools-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function runReal(line: string, cwd = folder, shell: readonly string[] = ["bash"]) {
  const child = Bun.spawn([...shell, "-c", line], {
    cwd,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: { PATH, HOME: "/root", LANG: "C.UTF-8", TZ: "UTC" },
  });
  const [out, err, status] = await Promise.all([
    new Response(child.stdout).bytes(),
    new Response(child.stderr).bytes(),
    child.exited,
  ]);
  return { out: Buffer.from(out).toString("latin1"), err: Buffer.from(err).toString("latin1"), status };
}

/** Runs a line in a folder that is empty and its own. */
async function runAlone(line: string) {
  const own = mkdtempSync(join(folder, "own-"));
  return runReal(line, own);
}

async function runFake(line: string) {
  const shell = openTestShell();
  const { out, err, status } = await shell.run(line);
  await shell.close();
  return { out, err, status };
}

const named = (lines: readonly string[]): [string, string][] =>
  lines.map((line) => [JSON.stringify(line), line]);

describe("awk, which is mawk", () => {
  test.each(named(awkCases))("%s", async (_, line) => {
    expect(await runFake(line)).toEqual(await runReal(line));
  });
});

describe("GNU sed", () => {
  test.each(named(sedCases))("%s", async (_, line) => {
    expect(await runFake(line)).toEqual(await runReal(line));
  });
});

describe("date", () => {
  test.each(
    named([
      'for f in %a %A %b %B %C %d %D %e %F %g %G %h %H %I %j %k %l %m %M %p %r %R %s %S %T %u %U %V %w %W %y %Y %z %Z %% %-d %_H %03d %^a; do echo "$f $(date -u -d @1700000000 +$f)"; done',
      "date -u -d '2024-02-29 13:14:15' '+%F %T %j %U %V %W %u'; date -u -d 2023-01-01 +%G-%V-%u; date -u -d '@86399' -R; date -u -d @0 -Iseconds; date -u -d @0 -I",
      "date -d nonsense; echo $?; date -u -d 2024-13-01; echo $?; date -d '2023-02-30' +%F; date +%Y | wc -c",
    ]),
  )("%s", async (_, line) => {
    expect(await runFake(line)).toEqual(await runReal(line));
  });
});

describe("find and xargs", () => {
  test.each(named([...findCases, ...xargsCases]))("%s", async (_, line) => {
    expect(await runFake(`mkdir /tmp/own; cd /tmp/own; ${line}`)).toEqual(await runAlone(line));
  });
});

describe("filters of lines", () => {
  test.each(named([...sortCases, ...filterCases]))("%s", async (_, line) => {
    expect(await runFake(`mkdir /tmp/own; cd /tmp/own; ${line}`)).toEqual(await runAlone(line));
  });
});

describe("blocks, bytes and time", () => {
  test.each(named(blockCases))("%s", async (_, line) => {
    expect(await runFake(`mkdir /tmp/own; cd /tmp/own; ${line}`)).toEqual(await runAlone(line));
  });
});

describe("associative arrays of bash", () => {
  test.each(named(tableCases))("%s", async (_, line) => {
    expect(await runFake(line)).toEqual(await runReal(line));
  });
});

describe("trap", () => {
  test.each(named(trapCases))("%s", async (_, line) => {
    expect(await runFake(line)).toEqual(await runReal(line));
  });
  test.each(named(posixTrapCases))("in dash: %s", async (_, line) => {
    const quoted = `'${line.replaceAll("'", "'\\''")}'`;
    expect(await runFake(`sh -c ${quoted}`)).toEqual(await runReal(line, folder, ["sh"]));
  });
});

describe("stat", () => {
  test.each(named(statCases))("%s", async (_, line) => {
    expect(await runFake(`mkdir /tmp/own; cd /tmp/own; ${line}`)).toEqual(await runAlone(line));
  });
});
