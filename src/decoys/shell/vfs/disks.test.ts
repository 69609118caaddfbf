import { describe, expect, test } from "bun:test";
import type { TestShell } from "../../../../test/support/shell-session.ts";
import { openTestShell } from "../../../../test/support/shell-session.ts";
import { fromByteString } from "../bytes.ts";
import { createDisks, type Disk, type Disks } from "./disks.ts";
import type { Credentials, DirectoryNode } from "./node.ts";

const ROOT: Credentials = { uid: 0, gid: 0, groups: [] };
const base: DirectoryNode = {
  type: "directory",
  mode: 0o755,
  uid: 0,
  gid: 0,
  mtimeMs: 0,
  ino: 2,
  nlink: 2,
  entries: new Map(),
};

function disksOf(options: {
  sources?: number;
  bytes?: number;
  kept?: number;
  entries?: number;
  keepMs?: number;
}): Disks {
  let now = 0;
  return createDisks({
    base: () => base,
    now: () => ++now,
    readOnly: () => false,
    limits: { keptBytes: options.kept ?? 1000, diskBytes: 1e6, entries: options.entries ?? 100 },
    sources: options.sources ?? 4,
    bytes: options.bytes ?? 10_000,
    keepMs: options.keepMs ?? 1e9,
  });
}

function write({ tree }: Disk, name: string, size = 1): void {
  const at = tree.locate(`/${name}`, ROOT, true);
  if (!at.ok) throw new Error(at.code);
  const file = tree.newFile(ROOT, 0o644);
  tree.add(at.value, file);
  tree.write(file, { offset: 0, bytes: "x".repeat(size), via: "shell" });
}

const names = ({ tree }: Disk): string[] => {
  const root = tree.find("/", ROOT);
  return root.ok && root.value.type === "directory" ? [...root.value.entries.keys()] : [];
};

function visit(disks: Disks, source: string, name?: string, size?: number): string[] {
  const disk = disks.acquire(source);
  const found = names(disk);
  if (name !== undefined) write(disk, name, size);
  disk.release();
  return found;
}

describe("sources", () => {
  test("a source that was away longer than its time finds a fresh machine", () => {
    // The clock of these disks steps once per look.
    const disks = disksOf({ keepMs: 200 });
    visit(disks, "a", "kept");
    expect(disks.peek("a")).toBeDefined();
    expect(visit(disks, "a")).toEqual(["kept"]);
    for (let looks = 0; looks < 250; looks++) visit(disks, "b");
    expect(disks.peek("a")).toBeUndefined();
    expect(visit(disks, "a")).toEqual([]);
    expect(disks.size).toBe(0);
  });

  test("each finds its own files again", () => {
    const disks = disksOf({});
    visit(disks, "a", "one");
    expect(visit(disks, "b", "two")).toEqual([]);
    expect(visit(disks, "a")).toEqual(["one"]);
    expect(visit(disks, "b")).toEqual(["two"]);
    expect(base.entries.size).toBe(0);
  });

  test("two logins of one source share what is there, and the last one to go keeps it", () => {
    const disks = disksOf({ sources: 1 });
    const [first, second] = [disks.acquire("a"), disks.acquire("a")];
    write(first, "one");
    first.release();
    first.release();
    visit(disks, "b", "two");
    expect(names(second)).toEqual(["one"]);
    second.release();
    expect(visit(disks, "a")).toEqual(["one"]);
  });

  test("who was away longest is forgotten, who changed nothing never counted", () => {
    const disks = disksOf({ sources: 2 });
    for (const source of ["a", "b"]) visit(disks, source, "f");
    for (let i = 0; i < 50; i++) visit(disks, `scanner-${i}`);
    expect(disks.size).toBe(2);
    visit(disks, "a");
    visit(disks, "c", "f");
    expect(disks.size).toBe(2);
    expect([visit(disks, "a"), visit(disks, "b"), visit(disks, "c")]).toEqual([["f"], [], ["f"]]);
  });

  test("bytes are freed by forgetting who is away, never who is here", () => {
    const disks = disksOf({ bytes: 1000 });
    const here = disks.acquire("here");
    write(here, "mine", 400);
    visit(disks, "away", "f", 500);
    visit(disks, "new", "g", 600);
    expect(visit(disks, "away")).toEqual([]);
    expect(names(here)).toEqual(["mine"]);
    const mine = here.tree.find("/mine", ROOT);
    expect(mine.ok && mine.value.type === "file" && mine.value.content.slice(0, 400)).toBe("x".repeat(400));
  });

  test("a new login finds room: the oldest files go, or all when that is not enough", () => {
    const disks = disksOf({ kept: 1000, entries: 10 });
    visit(disks, "a", "old", 450);
    visit(disks, "a", "new", 400);
    expect(visit(disks, "a")).toEqual(["new"]);
    const disk = disks.acquire("a");
    for (let i = 0; i < 9; i++) {
      const at = disk.tree.locate(`/d${i}`, ROOT, true);
      if (at.ok)
        disk.tree.add(at.value, { type: "directory", ...disk.tree.meta(ROOT, 0o755), entries: new Map() });
    }
    disk.release();
    expect(visit(disks, "a")).toEqual([]);
  });
});

describe("captures of sources that come back", () => {
  const uploads = (shell: TestShell): string[] =>
    shell.records
      .filter((record) => record.kind === "file.uploaded")
      .map((record) => (record.data as { name: { val: string } }).name.val);

  test("once for each written file, by the login that wrote it", async () => {
    const first = openTestShell();
    const { machine } = first.login;
    const second = openTestShell({ machine });
    const file = first.login.fs.openWrite("/tmp/p2", { via: "scp" });
    if (!file.ok) throw new Error(file.code);
    file.value.write(0, fromByteString("bot"));
    await file.value.close();
    await first.run("echo a > /tmp/a; echo c > /tmp/c");
    await second.run("echo b > /tmp/b; echo more >> /tmp/c");
    await first.close();
    expect(uploads(first)).toEqual(["/tmp/p2", "/tmp/a"]);
    const third = openTestShell({ machine });
    expect((await third.run("ls /tmp; chmod +x /tmp/p2; cat /tmp/p2; rm /tmp/a")).out).toBe(
      "a\nb\nc\np2\nbot",
    );
    await third.close();
    await second.close();
    expect([uploads(second).sort(), uploads(third)]).toEqual([["/tmp/b", "/tmp/c"], []]);
  });
});
