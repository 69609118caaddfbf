import { expect, test } from "bun:test";
import { attackerPath, menu, parseRoute, sessionPath } from "./routes.ts";

test("each entry of the menu leads to its own page", () => {
  for (const { page, path } of menu) expect(parseRoute(path)).toEqual({ page });
  expect(new Set(menu.map(({ key }) => key)).size).toBe(menu.length);
});

test("addresses survive the way there and back", () => {
  for (const ip of ["192.0.2.1", "2001:db8::1", "fe80::1%eth0", "a/b"]) {
    expect(parseRoute(attackerPath(ip))).toEqual({ page: "attacker", ip });
  }
  expect(parseRoute(sessionPath("01J0"))).toEqual({ page: "session", id: "01J0" });
});

test("what is no page is missing, also when it is badly encoded", () => {
  for (const path of ["/nope", "/attackers/%E0%A4%A", "/attackers/a/b", "/sessions//", "//attackers/x"]) {
    expect(parseRoute(path)).toEqual({ page: "missing" });
  }
});

test("a trailing slash is the same page", () => {
  expect(parseRoute("/attackers/")).toEqual({ page: "attackers" });
});
