// Where the socket lies for root, members, others, and on a host without a runtime folder.

import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDecnetError } from "../contract/errors.ts";
import { groupId } from "./group.ts";
import { busSocketPath, type SocketUser } from "./socket-path.ts";

const temporary = mkdtempSync(join(tmpdir(), "decnet-path-"));
const uid = process.getuid?.() ?? 0;

function user(change: Partial<SocketUser>): SocketUser {
  return { uid: 1000, isMember: () => false, canEnter: () => false, temporary, ...change };
}

afterAll(() => rmSync(temporary, { recursive: true, force: true }));
afterEach(() => rmSync(join(temporary, `decnet-${uid}`), { recursive: true, force: true }));

describe("busSocketPath", () => {
  test("the variable wins", () => {
    expect(busSocketPath({ DECNET_BUS_SOCKET: "/x/y" }, user({ uid: 0 }))).toBe("/x/y");
  });

  test("root and members who can enter the folder share one path", () => {
    const shared = "/run/decnet/bus.sock";
    expect(busSocketPath({ XDG_RUNTIME_DIR: "/run/user/0" }, user({ uid: 0 }))).toBe(shared);
    expect(busSocketPath({}, user({ isMember: () => true, canEnter: () => true }))).toBe(shared);
  });

  test("others, and members who can't enter it, have their runtime folder", () => {
    const env = { XDG_RUNTIME_DIR: "/run/user/1000" };
    expect(busSocketPath(env, user({ canEnter: () => true }))).toBe("/run/user/1000/bus.sock");
    expect(busSocketPath(env, user({ isMember: () => true }))).toBe("/run/user/1000/bus.sock");
  });

  // As root `uid` is 0, so these say that the user is another: `owned` is what the folder then has.
  const asOwner = (): SocketUser => ({
    ...user({}),
    get uid() {
      return asked++ === 0 ? 1 : uid;
    },
  });
  let asked = 0;

  test("without one, a folder in /tmp that is made for the user alone", () => {
    asked = 0;
    const path = busSocketPath({}, asOwner());
    expect(path).toBe(join(temporary, `decnet-${uid}`, "bus.sock"));
    expect(lstatSync(join(temporary, `decnet-${uid}`)).mode & 0o777).toBe(0o700);
    asked = 0;
    expect(busSocketPath({}, asOwner())).toBe(path);
  });

  test.each([
    [
      "open to others",
      (folder: string) => {
        mkdirSync(folder);
        chmodSync(folder, 0o755);
      },
    ],
    ["a link", (folder: string) => symlinkSync(temporary, folder)],
  ])("a folder in /tmp that is %s is refused", (_, make) => {
    make(join(temporary, `decnet-${uid}`));
    asked = 0;
    let thrown: unknown;
    try {
      busSocketPath({}, asOwner());
    } catch (error) {
      thrown = error;
    }
    expect(isDecnetError(thrown, "config")).toBe(true);
  });
});

test("groups are read from their file, and a missing file has none", () => {
  const file = "root:x:0:\nbroken\ndecnetx:x:7:\ndecnet:x:991:alice,bob\nodd:x:NaN:\n";
  expect(groupId("decnet", () => file)).toBe(991);
  expect(groupId("decne", () => file)).toBeUndefined();
  expect(groupId("odd", () => file)).toBeUndefined();
  const missing = (): string => {
    throw Object.assign(new Error("no such file"), { code: "ENOENT" });
  };
  expect(groupId("decnet", missing)).toBeUndefined();
});
