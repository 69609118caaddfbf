import { expect, test } from "bun:test";
import { openTestShell } from "../../../../test/support/shell-session.ts";
import { agoText } from "./unit-status.ts";

test("how long ago something was, as systemd 252 says it", () => {
  const day = 86_400;
  const cases: [number, string][] = [
    [7, "7s ago"],
    [90, "1min 30s ago"],
    [600, "10min ago"],
    [3700, "1h 1min ago"],
    [6 * 3600 + 60, "6h ago"],
    [day + 5, "1 day ago"],
    [10 * day, "1 week 3 days ago"],
    [60 * day, "1 month 29 days ago"],
    [800 * day, "2 years 2 months ago"],
  ];
  for (const [seconds, text] of cases) expect(agoText(seconds)).toBe(text);
});

test("a unit that runs is told of with its process, as ps shows it", async () => {
  const shell = openTestShell();
  const { out } = await shell.run("systemctl status ssh");
  const lines = Buffer.from(out, "latin1").toString("utf8").split("\n");
  const pid = /Main PID: (\d+) \(sshd\)/.exec(out)?.[1];
  expect(lines[0]).toBe("● ssh.service - OpenBSD Secure Shell server");
  expect(lines[2]).toMatch(
    /^ {5}Active: active \(running\) since \w{3} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC; .+ ago$/,
  );
  expect(lines.at(-2)).toStartWith(`             └─${pid} "sshd: /usr/sbin/sshd -D`);
  expect((await shell.run("pidof sshd")).out).toBe(`${pid}\n`);
  expect((await shell.run("service ssh status")).out).toBe(out);
  await shell.close();
});
