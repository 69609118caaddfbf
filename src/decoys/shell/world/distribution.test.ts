// A machine's shell names the system of its OS profile wherever it is asked, and never the other one.

import { describe, expect, test } from "bun:test";
import { testPersonaOn } from "../../../../test/support/persona.ts";
import { openTestShell } from "../../../../test/support/shell-session.ts";

const asked = [
  "cat /etc/os-release /etc/issue /etc/issue.net /etc/debian_version",
  "cat /etc/motd",
  "lsb_release -a",
  "uname -a",
  "cat /proc/version",
  "dmesg | head -2",
  "grep -r . /etc/apt",
  "apt --version; dpkg -l",
  "bash --version; echo $BASH_VERSION; help | head -1",
  "python3 --version; perl -v; curl --version",
  "cat /var/log/dpkg.log",
  "hostnamectl",
];

async function everything(profile: string): Promise<string> {
  const shell = openTestShell({ persona: testPersonaOn(profile, "web-server") });
  let text = "";
  for (const line of asked) text += (await shell.run(line)).both;
  await shell.close();
  return text;
}

describe("the distribution", () => {
  test("of an Ubuntu machine is Ubuntu throughout", async () => {
    const text = await everything("ubuntu-24.04");
    const { pretty } = testPersonaOn("ubuntu-24.04", "web-server").os;
    expect(text).toContain(`${pretty} \\n \\l\n\n`);
    for (const word of [
      pretty,
      `VERSION="${pretty.slice(7)} (Noble`,
      `13ubuntu10${pretty.slice(12, 14)}`,
      "noble",
      "-generic",
      "5.2.21",
      "3.12.3",
      "v5.38.2",
      "2.7.14",
    ]) {
      expect(text).toContain(word);
    }
    expect(text).not.toMatch(/bookworm|deb12|Debian GNU|debian-kernel|5\.2\.15|5\.36\.0/);
  });

  test("of a Debian machine is Debian throughout", async () => {
    const text = await everything("debian-12");
    for (const word of [
      "Debian GNU/Linux 12",
      "bookworm",
      "-amd64",
      "5.2.15",
      "3.11.2",
      "v5.36.0",
      "2.6.1",
    ]) {
      expect(text).toContain(word);
    }
    expect(text).not.toMatch(/ubuntu|noble|5\.2\.21/i);
  });

  test("has the sshd that its banner names, also after a patch night", async () => {
    for (const patches of [0, 1]) {
      const persona = testPersonaOn("ubuntu-24.04", "web-server", patches);
      const shell = openTestShell({ persona });
      const upstream = /Ubuntu-(\S+)/.exec(persona.products["ssh"]?.version ?? "")?.[1] ?? "none";
      expect((await shell.run("dpkg -l")).out).toContain(`1:9.6p1-${upstream}`);
      expect((await shell.run("uname -r")).out).toBe(`${persona.os.release}\n`);
      await shell.close();
    }
  });
});
