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
  const added = tree.add(at.value, file);
  if (!added.ok) throw new Error(added.code);
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

  test("small files are there at every login, however large the others: the largest keeps its beginning", () => {
    const disks = disksOf({ kept: 1000 });
    visit(disks, "a", "key", 100);
    visit(disks, "a", "large", 2000);
    visit(disks, "a", "larger", 700);
    expect(visit(disks, "a", "script", 50)).toEqual(["key", "large", "larger"]);
    const { tree } = disks.acquire("a");
    const held = (name: string): number[] => {
      const node = tree.find(`/${name}`, ROOT);
      if (!node.ok || node.value.type !== "file") return [];
      const { size } = node.value.content;
      return [size, node.value.content.slice(0, size).replaceAll("\0", "").length];
    };
    expect(["key", "script"].map(held)).toEqual([
      [100, 100],
      [50, 50],
    ]);
    expect(["large", "larger"].map((name) => held(name)[0])).toEqual([2000, 700]);
    const [, [, large = 0] = [], [, larger = 0] = []] = ["key", "large", "larger"].map(held);
    expect(Math.min(large, larger)).toBeGreaterThan(200);
    expect(150 + large + larger).toBeLessThanOrEqual(1000);
  });

  test("a disk that is full stays so until something is removed", () => {
    const disks = disksOf({ entries: 3 });
    for (const name of ["one", "two", "three"]) visit(disks, "a", name);
    const disk = disks.acquire("a");
    expect(() => write(disk, "four")).toThrow("ENOSPC");
    const at = disk.tree.locate("/one", ROOT, false);
    if (at.ok) disk.tree.remove(at.value);
    write(disk, "four");
    expect(names(disk)).toEqual(["two", "three", "four"]);
  });
});

describe("what an intruder leaves", () => {
  test("keys and scripts outlive megabytes of ballast, which is captured before it is let go", async () => {
    const first = openTestShell();
    const { machine } = first.login;
    await first.run("mkdir -p ~/.ssh; echo key > ~/.ssh/authorized_keys; echo A > /tmp/A");
    await first.close();
    const second = openTestShell({ machine });
    await second.run("dd if=/dev/zero of=/tmp/z bs=1M count=10");
    await second.run("dd if=/dev/urandom of=/tmp/u bs=1M count=8");
    const bot = second.login.fs.openWrite("/tmp/bot", { via: "scp" });
    if (!bot.ok) throw new Error(bot.code);
    for (let at = 0; at < 12 << 20; at += 1 << 20) bot.value.write(at, new Uint8Array(1 << 20).fill(66));
    await bot.value.close();
    await second.close();
    const third = openTestShell({ machine });
    const { out } = await third.run("cat ~/.ssh/authorized_keys /tmp/A; stat -c %s /tmp/z /tmp/u /tmp/bot");
    expect(out).toBe("key\nA\n10485760\n8388608\n12582912\n");
    await third.close();
    expect([...second.blobs.values()].map((blob) => blob.length).sort((a, b) => a - b)).toEqual([
      1 << 20,
      8 << 20,
      12 << 20,
    ]);
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
