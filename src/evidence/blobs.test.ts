import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { silent as log, temporaryFolder } from "../../test/support/evidence-kit.ts";
import { openBlobs } from "./blobs.ts";

const sha256 = (bytes: Uint8Array): string => new Bun.CryptoHasher("sha256").update(bytes).digest("hex");

function openIn(dir: string, quotaBytes = 1_000_000) {
  return openBlobs({ dir, quotaBytes, log });
}

describe("blob store", () => {
  test("keeps the bytes under their hash and gives them back", async () => {
    using folder = temporaryFolder();
    const blobs = openIn(folder.blobs);
    const bytes = Buffer.from("#!/bin/sh\nwhile :; do :; done\n".repeat(500));
    const capture = blobs.createCapture({ maxBytes: 1_000_000 });
    for (let at = 0; at < bytes.length; at += 777) capture.write(bytes.subarray(at, at + 777));
    const hash = sha256(bytes);
    expect(await capture.finish()).toEqual({
      sha256: hash as never,
      size: bytes.length,
      stored: bytes.length,
    });
    expect(Buffer.from((await blobs.read(hash, { maxBytes: 1e6 }))?.bytes ?? []).equals(bytes)).toBe(true);
    expect(await blobs.read(hash, { maxBytes: 3 })).toEqual({
      bytes: bytes.subarray(0, 3),
      size: bytes.length,
    });
    expect(statSync(join(folder.blobs, hash.slice(0, 2), hash)).mode & 0o777).toBe(0o640);
    expect(readdirSync(join(folder.blobs, "tmp"))).toEqual([]);
    expect(blobs.bytes).toBe(bytes.length);
  });

  test("counts what comes beyond the bound; hashes what it kept, and all that came", async () => {
    using folder = temporaryFolder();
    const capture = openIn(folder.blobs).createCapture({ maxBytes: 10 });
    capture.write(Buffer.from("0123456"));
    capture.write(Buffer.from("789abcdef"));
    capture.write(Buffer.from("more"));
    const kept = sha256(Buffer.from("0123456789"));
    const full = sha256(Buffer.from("0123456789abcdefmore"));
    expect(full).not.toBe(kept);
    expect(await capture.finish()).toEqual({
      sha256: kept as never,
      size: 20,
      stored: 10,
      full_sha256: full as never,
    });
  });

  test("shelves are open to the group, those of an older release too; a repeated file is as young as its last capture", async () => {
    using folder = temporaryFolder();
    const bytes = Buffer.from("again");
    const shelf = join(folder.blobs, sha256(bytes).slice(0, 2));
    mkdirSync(shelf, { recursive: true, mode: 0o750 });
    writeFileSync(join(shelf, sha256(bytes)), bytes);
    utimesSync(join(shelf, sha256(bytes)), 1000, 1000);
    const blobs = openIn(folder.blobs);
    const capture = blobs.createCapture({ maxBytes: 100 });
    capture.write(bytes);
    await capture.finish();
    const other = blobs.createCapture({ maxBytes: 100 });
    other.write(Buffer.from("another"));
    const kept = await other.finish();
    expect(blobs.bytes).toBe(12);
    expect(statSync(join(shelf, sha256(bytes))).mtimeMs).toBeGreaterThan(1_000_000);
    for (const path of [shelf, join(folder.blobs, kept?.sha256.slice(0, 2) ?? "")])
      expect(statSync(path).mode & 0o777).toBe(0o770);
  });

  test("the caller may reuse its buffer", async () => {
    using folder = temporaryFolder();
    const capture = openIn(folder.blobs).createCapture({ maxBytes: 100 });
    const buffer = Buffer.from("first");
    capture.write(buffer);
    buffer.fill(0);
    expect((await capture.finish())?.sha256).toBe(sha256(Buffer.from("first")) as never);
  });

  test("the quota holds over captures and restarts; the same file counts once", async () => {
    using folder = temporaryFolder();
    const first = openIn(folder.blobs, 100);
    for (let round = 0; round < 3; round++) {
      const capture = first.createCapture({ maxBytes: 60 });
      capture.write(Buffer.alloc(40, 0x61));
      expect((await capture.finish())?.stored).toBe(40);
    }
    expect(first.bytes).toBe(40);
    const second = openIn(folder.blobs, 100);
    const primer = second.createCapture({ maxBytes: 60 });
    primer.write(Buffer.alloc(0));
    await primer.finish();
    const capture = second.createCapture({ maxBytes: 100 });
    capture.write(Buffer.alloc(100, 0x62));
    expect(await capture.finish()).toMatchObject({ size: 100, stored: 60 });
    expect(second.bytes).toBe(100);
  });

  test("an aborted capture leaves nothing, before and after the fact", async () => {
    using folder = temporaryFolder();
    const blobs = openIn(folder.blobs);
    const capture = blobs.createCapture({ maxBytes: 100 });
    capture.write(Buffer.from("gone"));
    capture.abort();
    capture.abort();
    expect(await capture.finish()).toBeNull();
    expect(blobs.bytes).toBe(0);
    expect(readdirSync(join(folder.blobs, "tmp"))).toEqual([]);
    const done = blobs.createCapture({ maxBytes: 100 });
    done.write(Buffer.from("kept"));
    const result = await done.finish();
    done.abort();
    expect(result && existsSync(join(folder.blobs, result.sha256.slice(0, 2), result.sha256))).toBe(true);
  });

  test("what a killed process left unfinished is removed", async () => {
    using folder = temporaryFolder();
    mkdirSync(join(folder.blobs, "tmp"));
    writeFileSync(join(folder.blobs, "tmp", "left-over"), "x");
    const capture = openIn(folder.blobs).createCapture({ maxBytes: 10 });
    await capture.finish();
    expect(existsSync(join(folder.blobs, "tmp", "left-over"))).toBe(false);
  });

  test("only a hash is ever a path, and a missing blob is null", async () => {
    using folder = temporaryFolder();
    const blobs = openIn(folder.blobs);
    for (const name of ["../../etc/passwd", "", "A".repeat(64), `${"a".repeat(63)}/`]) {
      expect(blobs.read(name, { maxBytes: 10 })).rejects.toMatchObject({ code: "invalid" });
    }
    expect(await blobs.read("a".repeat(64), { maxBytes: 10 })).toBeNull();
  });

  test("a folder that cannot be written costs the capture alone", async () => {
    using folder = temporaryFolder();
    rmSync(folder.blobs, { recursive: true });
    writeFileSync(folder.blobs, "not a folder");
    const capture = openIn(folder.blobs).createCapture({ maxBytes: 10 });
    capture.write(Buffer.from("x"));
    expect(await capture.finish()).toBeNull();
  });
});
