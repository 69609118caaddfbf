// --version and --help: in the words of the machine's packages, wherever a program would hear them, and nowhere else.

import { afterAll, expect, test } from "bun:test";
import { openTestShell } from "../../../../test/support/shell-session.ts";

const shell = openTestShell();
const router = openTestShell({ device: true });
const printed = async (line: string): Promise<string> => (await shell.run(line)).out;

afterAll(() => {
  shell.close();
  router.close();
});

test("coreutils tell their version as Debian 12 has it", async () => {
  expect(await printed("ls --version")).toBe(`ls (GNU coreutils) 9.1
Copyright (C) 2022 Free Software Foundation, Inc.
License GPLv3+: GNU GPL version 3 or later <https://gnu.org/licenses/gpl.html>.
This is free software: you are free to change and redistribute it.
There is NO WARRANTY, to the extent permitted by law.

Written by Richard M. Stallman and David MacKenzie.
`);
  expect(await printed("dd --version | head -n 1; /bin/echo --version | head -n 1")).toBe(
    "dd (coreutils) 9.1\necho (GNU coreutils) 9.1\n",
  );
});

test("every family names the version of its package", async () => {
  for (const [line, first] of [
    ["grep -V", "grep (GNU grep) 3.8"],
    ["sed --version", "sed (GNU sed) 4.9"],
    ["tar --version", "tar (GNU tar) 1.34"],
    ["find . --version", "find (GNU findutils) 4.9.0"],
    ["gzip --version", "gzip 1.12"],
    ["zcat -V", "zcat (gzip) 1.12"],
    ["ps --version", "ps from procps-ng 4.0.2"],
    ["free -V", "free from procps-ng 4.0.2"],
    ["lscpu -V", "lscpu from util-linux 2.38.1"],
    ["ss -V", "ss utility, iproute2-6.1.0"],
    ["netstat --version", "net-tools 2.10"],
    ["hostname -V", "hostname 3.23"],
    ["file -v", "file-5.44"],
    ["wget -V", "GNU Wget 1.21.3 built on linux-gnu."],
    ["sudo -V", "Sudo version 1.9.13p3"],
    ["xz --version", "xz (XZ Utils) 5.4.1"],
  ] as const)
    expect([line, await printed(`${line} | head -n 1`)]).toEqual([line, `${first}\n`]);
});

test("help begins with how a program is called", async () => {
  expect(await printed("uname --help")).toStartWith("Usage: uname [OPTION]...\n\n      --help ");
  expect(await printed("cp --help | sed -n 2p; gzip -h | head -n 1")).toBe(
    "  or:  cp [OPTION]... SOURCE... DIRECTORY\nUsage: gzip [OPTION]... [FILE]...\n",
  );
  expect((await shell.run("cut --nope")).both).toContain("Try 'cut --help' for more information.\n");
});

test("what belongs to a command that is run, or comes behind --, is not taken", async () => {
  expect(await printed("env ls --version | head -n 1; timeout 5 id --version | head -n 1")).toBe(
    "ls (GNU coreutils) 9.1\nid (GNU coreutils) 9.1\n",
  );
  expect((await shell.run("cat -- --version")).both).toBe("cat: --version: No such file or directory\n");
  expect(await printed("echo --version; /bin/echo a --version")).toBe("--version\na --version\n");
});

test("BusyBox answers in its own words", async () => {
  expect((await router.run("ls --version")).both).not.toContain("GNU");
  expect(await router.run("cat --help")).toMatchObject({
    err: expect.stringMatching(/^BusyBox v1\.13\.4 .* multi-call binary\n\nUsage: cat \[FILE\]\.\.\.\n\n$/),
    status: 0,
  });
  expect((await router.run("ls --help")).err).toContain("\nUsage: ls ");
  expect((await router.run("echo --help")).out).toBe("--help\n");
});
