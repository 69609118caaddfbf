// SFTP's bytes: frames one byte at a time, attributes, listings, and junk to every request.

import { describe, expect, test } from "bun:test";
import { isDecnetError } from "../../../contract/errors.ts";
import { createSeededRandom } from "../../../contract/random.ts";
import type { FileStat, SessionFs } from "../../shell/shell.ts";
import { WireReader, WireWriter } from "../wire.ts";
import {
  FrameReader,
  frame,
  fxp,
  MAX_MESSAGE,
  modeOf,
  readAttributes,
  statusReply,
  writeAttributes,
} from "./codec.ts";
import { extensionHandlers, extensions } from "./extensions.ts";
import { fileHandlers } from "./files.ts";
import { Handles, MAX_HANDLES } from "./handles.ts";
import { longName } from "./long-name.ts";
import { createNames } from "./names.ts";
import type { SftpContext } from "./request.ts";
import { treeHandlers } from "./tree.ts";

const stat: FileStat = {
  type: "file",
  mode: 0o4755,
  uid: 0,
  gid: 1000,
  size: 1234,
  mtimeMs: 1_700_000_000_000,
  nlink: 2,
  ino: 1,
};

describe("frames", () => {
  test("come out whole, however they come in", () => {
    const wire = Buffer.concat([
      frame(Uint8Array.of(1, 2)),
      frame(new Uint8Array(0)),
      frame(Uint8Array.of(3)),
    ]);
    const reader = new FrameReader();
    const got: unknown[] = [];
    for (const byte of wire) {
      reader.push(Uint8Array.of(byte));
      for (let next = reader.next(); next; next = reader.next())
        got.push(next === "too-long" ? next : [...next]);
    }
    expect(got).toEqual([[1, 2], [], [3]]);
  });
  test("end at OpenSSH's bound", () => {
    const reader = new FrameReader();
    reader.push(new WireWriter().u32(MAX_MESSAGE + 1).finish());
    expect(reader.next()).toBe("too-long");
  });
});

test("attributes are read as they are written", () => {
  const bytes = writeAttributes(new WireWriter(), stat).finish();
  const seconds = 1_700_000_000;
  expect(readAttributes(new WireReader(bytes))).toEqual({
    size: 1234n,
    owner: { uid: 0, gid: 1000 },
    mode: 0o104755,
    times: { atime: seconds, mtime: seconds },
  });
  expect(modeOf({ ...stat, type: "directory", mode: 0o1777 })).toBe(0o041777);
});

test("a status has OpenSSH's words", () => {
  expect(Buffer.from(statusReply(7, 2)).toString("latin1")).toBe(
    "\x65\0\0\0\x07\0\0\0\x02\0\0\0\x0cNo such file\0\0\0\0",
  );
});

test("listings look as sftp-server prints them", () => {
  const context = { owner: "root", group: "verylonggroup", nowMs: stat.mtimeMs + 1000 };
  expect(longName("a b", stat, context)).toBe(
    "-rwsr-xr-x    2 root     verylonggroup     1234 Nov 14 22:13 a b",
  );
  const old = longName(
    "x",
    { ...stat, type: "symlink", mode: 0o777 },
    { ...context, nowMs: stat.mtimeMs * 2 },
  );
  expect(old).toContain("Nov 14  2023 x");
  expect(old.startsWith("lrwxrwxrwx ")).toBe(true);
});

test("handles are numbered from zero, used again, and bounded", async () => {
  const handles = new Handles();
  const directory = { kind: "directory", path: "/", entries: [] } as const;
  const first = handles.add({ ...directory, entries: [] });
  for (let i = 1; i < MAX_HANDLES; i++) handles.add({ ...directory, entries: [] });
  expect(handles.add({ ...directory, entries: [] })).toBeNull();
  expect(first).toEqual(new Uint8Array(4));
  expect(await handles.close(first ?? new Uint8Array(0))).toBe(true);
  expect(await handles.close(first ?? new Uint8Array(0))).toBe(false);
  expect(handles.add({ ...directory, entries: [] })).toEqual(new Uint8Array(4));
  expect(handles.get(Uint8Array.of(0))).toBeUndefined();
});

/** A file system that refuses everything but the account files. */
const refusing = new Proxy({} as SessionFs, {
  get: (_target, name) => (path: string) =>
    name === "readFile" && path === "/etc/passwd"
      ? {
          ok: true,
          value: Buffer.from("root:x:0:0:root:/root:/bin/bash\nbob:x:1000:1000::/home/bob:/bin/sh\n"),
        }
      : name === "statvfs"
        ? { totalKib: 1000, freeKib: 10, files: 10, filesFree: 5 }
        : { ok: false, code: "EACCES" },
});

function context(): SftpContext {
  return {
    fs: refusing,
    handles: new Handles(),
    names: createNames(refusing),
    account: {
      name: "bob",
      uid: 1000,
      gid: 1000,
      gecos: "",
      home: "/home/bob",
      shell: "/bin/sh",
      password: null,
    },
    nowMs: () => 0,
    pause: () => Promise.resolve(),
    recordRead: () => undefined,
  };
}

describe("extensions", () => {
  test("each that is announced is answered", () => {
    expect(extensions.map(([name]) => name).toSorted()).toEqual([...extensionHandlers.keys()].toSorted());
  });
  test("limits are OpenSSH's", async () => {
    const reply = await extensionHandlers.get("limits@openssh.com")?.(
      context(),
      1,
      new WireReader(new Uint8Array(0)),
    );
    const reader = new WireReader(reply ?? new Uint8Array(0));
    expect([reader.u8(), reader.u32()]).toEqual([fxp.extendedReply, 1]);
    expect([reader.u64(), reader.u64(), reader.u64(), reader.u64()]).toEqual([
      262_144n,
      261_120n,
      261_120n,
      1019n,
    ]);
  });
  test("names by id are empty where there are none", async () => {
    const ids = new WireWriter().u32(0).u32(1000).u32(4).finish();
    const request = new WireReader(new WireWriter().string(ids).string("").finish());
    const reply = await extensionHandlers.get("users-groups-by-id@openssh.com")?.(context(), 1, request);
    const names = new WireReader(reply?.subarray(9) ?? new Uint8Array(0));
    expect([names.text(), names.text(), names.text()]).toEqual(["root", "bob", ""]);
  });
});

test("junk to every request ends in a reply or a protocol error", async () => {
  const random = createSeededRandom("sftp junk");
  const handlers = [...fileHandlers, ...treeHandlers]
    .map(([, handler]) => handler)
    .concat([...extensionHandlers.values()]);
  for (let round = 0; round < 1500; round++) {
    const bytes = random.bytes(random.below(50));
    for (let at = 0; at + 3 < bytes.length; at += 4 + random.below(9))
      bytes.set([0, 0, 0, random.below(12)], at);
    try {
      const reply = await random.pick(handlers)(context(), round, new WireReader(bytes));
      expect(reply.length).toBeLessThan(MAX_MESSAGE);
    } catch (error) {
      expect(isDecnetError(error, "protocol")).toBe(true);
    }
  }
});
