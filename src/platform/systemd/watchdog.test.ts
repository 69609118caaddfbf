// What the environment asks for, and the signs of life as a real datagram socket hears them.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestClock } from "../../contract/clock.ts";
import { AF_UNIX, SOCK_DGRAM, SOCK_NONBLOCK } from "../libc/address.ts";
import { errnoOf } from "../libc/errno.ts";
import { receiveInto } from "../libc/messages.ts";
import { bindSocket, closeFd, openSocket } from "../libc/sockets.ts";
import { takeWatch, tellAlive } from "./watchdog.ts";

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

describe("the watch that the environment tells of", () => {
  const NOTIFY_SOCKET = "/run/systemd/notify";

  test("is over this process when no other is named, and its variables go", () => {
    for (const more of [{}, { WATCHDOG_PID: "7" }]) {
      const env = { NOTIFY_SOCKET, WATCHDOG_USEC: "90000000", PATH: "/bin", ...more };
      const watch = takeWatch(env, 7);
      expect([watch?.limitMs, text(watch?.address)]).toEqual([90_000, `\x01\0${NOTIFY_SOCKET}\0`]);
      expect(env as object).toEqual({ PATH: "/bin" });
    }
  });

  test("may be told to a name without a file", () => {
    const watch = takeWatch({ NOTIFY_SOCKET: "@a/b", WATCHDOG_USEC: "1" }, 7);
    expect([watch?.limitMs, text(watch?.address)]).toEqual([0.001, "\x01\0\0a/b"]);
  });

  test.each([
    {},
    { NOTIFY_SOCKET },
    { WATCHDOG_USEC: "1000" },
    { NOTIFY_SOCKET, WATCHDOG_USEC: "" },
    { NOTIFY_SOCKET, WATCHDOG_USEC: "0" },
    { NOTIFY_SOCKET, WATCHDOG_USEC: "-5" },
    { NOTIFY_SOCKET, WATCHDOG_USEC: "3s" },
    { NOTIFY_SOCKET, WATCHDOG_USEC: "18446744073709551615" },
    { NOTIFY_SOCKET, WATCHDOG_USEC: "9".repeat(400) },
    { NOTIFY_SOCKET, WATCHDOG_USEC: "1000", WATCHDOG_PID: "8" },
    { NOTIFY_SOCKET, WATCHDOG_USEC: "1000", WATCHDOG_PID: "" },
    { NOTIFY_SOCKET: "", WATCHDOG_USEC: "1000" },
    { NOTIFY_SOCKET: "@", WATCHDOG_USEC: "1000" },
    { NOTIFY_SOCKET: "run/notify", WATCHDOG_USEC: "1000" },
    { NOTIFY_SOCKET: "vsock:2:1234", WATCHDOG_USEC: "1000" },
    { NOTIFY_SOCKET: `/${"a".repeat(107)}`, WATCHDOG_USEC: "1000" },
  ])("is none with %j, and its variables go all the same", (given) => {
    const env: NodeJS.ProcessEnv = { ...given };
    expect(takeWatch(env, 7)).toBeUndefined();
    expect(env).toEqual({});
  });
});

describe("signs of life", () => {
  let folder: string;
  const sockets: number[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "decnet-watchdog-"));
  });
  afterEach(() => {
    for (const fd of sockets.splice(0)) closeFd(fd);
    rmSync(folder, { recursive: true });
  });

  function start(name: string) {
    const watch = takeWatch({ NOTIFY_SOCKET: name, WATCHDOG_USEC: "4000000" }, process.pid);
    if (!watch) throw new Error("no watch");
    const clock = new TestClock();
    const troubles: unknown[] = [];
    tellAlive(watch, { everyMs: 1000, clock, onTrouble: (error) => troubles.push(error) });
    const listen = (): (() => string) => {
      const fd = openSocket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK);
      sockets.push(fd);
      bindSocket(fd, watch.address);
      return () => {
        const buffer = new Uint8Array(64);
        try {
          return text(buffer.subarray(0, receiveInto(fd, buffer)));
        } catch (error) {
          return errnoOf(error) ?? String(error);
        }
      };
    };
    return { clock, troubles, listen };
  }

  test.each(["path", "abstract"])(
    "arrive one by one (%s), and go on arriving after nobody was there",
    (kind) => {
      const path = join(folder, "notify");
      const { clock, troubles, listen } = start(kind === "path" ? path : `@${path}`);
      clock.advance(3000);
      expect(troubles).toHaveLength(1);
      const heard = listen();
      expect(heard()).toBe("EAGAIN");
      clock.advance(999);
      expect(heard()).toBe("EAGAIN");
      clock.advance(1);
      expect([heard(), heard()]).toEqual(["WATCHDOG=1", "EAGAIN"]);
      clock.advance(2000);
      expect([heard(), heard(), heard()]).toEqual(["WATCHDOG=1", "WATCHDOG=1", "EAGAIN"]);
      expect(troubles).toHaveLength(1);
    },
  );

  test("wait for nobody who does not read", () => {
    const { clock, troubles, listen } = start(join(folder, "notify"));
    const heard = listen();
    // More than the kernel lets wait for one socket (net.unix.max_dgram_qlen).
    clock.advance(5_000_000);
    expect(troubles).toHaveLength(1);
    while (heard() === "WATCHDOG=1");
    clock.advance(1000);
    expect(heard()).toBe("WATCHDOG=1");
  });
});
