import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { TestShell } from "../../../../test/support/shell-session.ts";
import { openTestShell } from "../../../../test/support/shell-session.ts";
import { fromByteString, toByteString } from "../bytes.ts";
import type { SessionFs, UploadVia } from "../shell.ts";
import { createByteBudget } from "./content.ts";
import { WrittenContent } from "./written.ts";

let shell: TestShell;
let fs: SessionFs;

beforeEach(() => {
  shell = openTestShell();
  fs = shell.login.fs;
});

afterEach(() => shell.close());

async function put(path: string, text: string, via: UploadVia = "scp"): Promise<void> {
  const file = fs.openWrite(path, { via, truncate: true });
  if (!file.ok) throw new Error(file.code);
  const done = file.value.write(0, fromByteString(text));
  if (!done.ok) throw new Error(done.code);
  await file.value.close();
}

const read = (path: string): string => {
  const bytes = fs.readFile(path);
  return bytes.ok ? toByteString(bytes.value) : bytes.code;
};

describe("copy on write", () => {
  test("what one source writes, another does not see", async () => {
    const other = openTestShell({ machine: shell.login.machine, from: "198.51.100.77" }).login;
    await put("/etc/motd", "owned");
    await put("/tmp/new", "x");
    expect(fs.unlink("/etc/hosts").ok).toBe(true);
    expect(read("/etc/motd")).toBe("owned");
    expect(other.fs.stat("/tmp/new")).toEqual({ ok: false, code: "ENOENT" });
    expect(other.fs.stat("/etc/hosts").ok).toBe(true);
    const motd = other.fs.readFile("/etc/motd");
    expect(motd.ok && toByteString(motd.value)).not.toBe("owned");
    await other.close();
  });

  test("a folder moves with what is in it", async () => {
    expect(fs.mkdir("/tmp/a").ok).toBe(true);
    await put("/tmp/a/f", "1");
    expect(fs.rename("/tmp/a", "/tmp/b").ok).toBe(true);
    expect(read("/tmp/b/f")).toBe("1");
    expect(fs.rename("/tmp/b", "/tmp/b/c")).toEqual({ ok: false, code: "EINVAL" });
    expect(fs.rename("/etc", "/var/etc2").ok).toBe(true);
    expect(read("/var/etc2/timezone")).toBe("Etc/UTC\n");
  });

  test("links are followed, loops are not", () => {
    expect(fs.symlink("/etc", "/tmp/l").ok).toBe(true);
    expect(fs.realpath("/tmp/l/../etc/./passwd")).toEqual({ ok: true, value: "/etc/passwd" });
    fs.symlink("loop2", "/tmp/loop1");
    fs.symlink("loop1", "/tmp/loop2");
    expect(fs.stat("/tmp/loop1")).toEqual({ ok: false, code: "ELOOP" });
    expect(fs.realpath("new/file")).toEqual({ ok: false, code: "ENOENT" });
    expect(fs.realpath("new")).toEqual({ ok: true, value: "/root/new" });
  });
});

describe("permissions", () => {
  test("an ordinary user reads and writes only what it may", async () => {
    const name = shell.session.persona.accounts[1]?.name ?? "";
    const user = openTestShell({ account: name });
    const mine = user.login.fs;
    expect(mine.readFile("/etc/shadow")).toEqual({ ok: false, code: "EACCES" });
    expect(mine.readdir("/root")).toEqual({ ok: false, code: "EACCES" });
    expect(mine.mkdir("/etc/x")).toEqual({ ok: false, code: "EACCES" });
    expect(mine.chmod("/etc/passwd", 0o666)).toEqual({ ok: false, code: "EPERM" });
    expect(mine.mkdir("/tmp/mine").ok).toBe(true);
    await user.close();
  });

  test("/proc takes nothing, not even from root; a read-only mount neither", () => {
    expect(fs.mkdir("/proc/x")).toEqual({ ok: false, code: "ENOENT" });
    const device = openTestShell({ device: true });
    expect(device.login.fs.mkdir("/etc/x")).toEqual({ ok: false, code: "EROFS" });
    expect(device.login.fs.mkdir("/var/x").ok).toBe(true);
  });
});

describe("bounds", () => {
  test("entries", () => {
    let made = 0;
    while (made < 10_000 && fs.mkdir(`/tmp/d${made}`).ok) made++;
    expect(made).toBe(4096);
    expect(fs.mkdir("/tmp/more")).toEqual({ ok: false, code: "ENOSPC" });
  });

  test("a file may be larger than what is held: the rest reads as zeros", () => {
    const content = new WrittenContent(createByteBudget(10));
    content.write(0, "0123456789abcdef");
    expect([content.size, content.kept]).toEqual([16, 10]);
    expect(content.slice(8, 6)).toBe("89\0\0\0\0");
    content.truncate(4);
    content.write(6, "zz");
    expect(content.slice(0, 10)).toBe("0123\0\0zz");
  });

  test("zeros at the end are not held, those before something are", () => {
    const content = new WrittenContent(createByteBudget(10));
    content.write(0, "ab\0\0");
    content.write(4, "\0".repeat(1000));
    expect([content.size, content.kept, content.telling]).toEqual([1004, 2, 1004]);
    content.write(4, "c");
    expect([content.kept, content.slice(0, 6)]).toEqual([5, "ab\0\0c\0"]);
    content.write(1, "\0".repeat(20));
    expect([content.size, content.kept, content.slice(0, 3)]).toEqual([1004, 1, "a\0\0"]);
  });

  test("the disk fills", () => {
    const file = fs.openWrite("/tmp/huge", { via: "shell" });
    if (!file.ok) throw new Error(file.code);
    expect(file.value.write(2 ** 31, new Uint8Array(1))).toEqual({ ok: false, code: "ENOSPC" });
    expect(file.value.truncate(2 ** 31)).toEqual({ ok: false, code: "ENOSPC" });
  });

  test("hostile paths are errors", () => {
    for (const path of ["", "\0", "a\0b", "x".repeat(300), "/".repeat(5000), `/tmp/${"a/".repeat(3000)}`]) {
      const stat = fs.stat(path);
      expect(stat.ok && path !== "/".repeat(5000)).toBe(false);
    }
    expect(fs.stat("/../../..").ok).toBe(true);
  });
});

describe("captures", () => {
  test("an upload in order is recorded when it is closed", async () => {
    await put("/tmp/bot", "\x7fELF binary", "sftp");
    const [uploaded] = shell.records.filter((record) => record.kind === "file.uploaded");
    expect(uploaded?.data).toMatchObject({ via: "sftp", size: 11, stored: 11, name: { val: "/tmp/bot" } });
  });

  test("an upload out of order is captured whole", async () => {
    const file = fs.openWrite("/tmp/parts", { via: "sftp" });
    if (!file.ok) throw new Error(file.code);
    file.value.write(3, fromByteString("def"));
    file.value.write(0, fromByteString("abc"));
    await file.value.close();
    expect([...shell.blobs.values()].map(toByteString)).toEqual(["abcdef"]);
  });

  test("files of the shell are captured at the end, also when they were removed", async () => {
    await shell.run(
      "echo one > /tmp/a; echo -n two >> /tmp/a; echo gone > /tmp/b; rm /tmp/b; : > /tmp/empty",
    );
    await shell.close();
    const names = shell.records
      .filter((record) => record.kind === "file.uploaded")
      .map((record) => (record.data as { name: { val: string } }).name.val);
    expect(names.sort()).toEqual(["/tmp/a", "/tmp/b"]);
    expect([...shell.blobs.values()].map(toByteString).sort()).toEqual(["gone\n", "one\ntwo"]);
  });
});
