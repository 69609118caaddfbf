// What the NATS transport is told: read strictly, and never shown with its secrets.

import { describe, expect, test } from "bun:test";
import { isNatsPrefix, maskNatsUrls, natsSettings, parseNatsUrls } from "./nats-settings.ts";

describe("URLs", () => {
  test("one or several, with logins, ports and IPv6", () => {
    expect(parseNatsUrls("nats://a.example, tls://u:p%40ss@[::1]:5222,nats://t0ken@b/")).toEqual([
      { host: "a.example", port: 4222, tls: false },
      { host: "::1", port: 5222, tls: true, user: "u", password: "p@ss" },
      { host: "b", port: 4222, tls: false, token: "t0ken" },
    ]);
  });

  test("anything else is none", () => {
    const none = ["", "a:4222", "http://a", "nats://", "nats:a", "nats://a/x", "nats://a?x", "nats://a,,"];
    for (const text of [...none, "nats://:p@a", "nats://%zz@a", "ws://a", "nats://a:99999"])
      expect([text, parseNatsUrls(text)]).toEqual([text, undefined]);
  });

  test("are shown without their logins; what can't be read and could hold one is hidden", () => {
    expect(maskNatsUrls("nats://u:hush@a,tls://hush@[::1]:1,nats://b")).toBe(
      "nats://***@a:4222,tls://***@[::1]:1,nats://b:4222",
    );
    expect(maskNatsUrls("nats://u:12,hush@a")).toBe("***");
    expect(maskNatsUrls("nonsense")).toBe("nonsense");
  });

  test("an error names the variable and never what it holds", () => {
    const open = (): unknown => natsSettings({ DECNET_NATS_URL: "nats://u:hush@a/b" });
    expect(open).toThrow(/DECNET_NATS_URL/);
    expect(open).not.toThrow(/hush/);
  });
});

test("a prefix is tokens that NATS keeps nothing of its own under", () => {
  for (const good of ["decnet", "lab.one"]) expect(isNatsPrefix(good)).toBe(true);
  for (const bad of ["", "a.", "a.*", ">", "$SYS", "_INBOX.x", "a b", "x".repeat(129)])
    expect([bad, isNatsPrefix(bad)]).toEqual([bad, false]);
  expect(() => natsSettings({ DECNET_NATS_PREFIX: "a b" })).toThrow(/DECNET_NATS_PREFIX/);
});
