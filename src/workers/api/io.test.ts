import { expect, test } from "bun:test";
import { existsSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { temporaryFolder } from "../../../test/support/evidence-kit.ts";
import type { Sha256 } from "../../contract/ids.ts";
import { blobPath } from "../../evidence/blobs.ts";
import { createBlobSource } from "./io.ts";

test("a blob is removed only where it is as old as what names it, and never outside of its folder", async () => {
  using folder = temporaryFolder();
  const hash = "a".repeat(64) as Sha256;
  const path = blobPath(folder.blobs, hash);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "x");
  utimesSync(path, 1000, 1000);
  const blobs = createBlobSource(folder.blobs);
  expect(await blobs.remove(hash, 999_999)).toBe(false);
  expect(existsSync(path)).toBe(true);
  expect(await blobs.remove(hash, 1_000_000)).toBe(true);
  expect(existsSync(path)).toBe(false);
  expect(await blobs.remove(hash, 1_000_000)).toBe(false);
  expect(await blobs.remove("../decnet.db", Number.MAX_SAFE_INTEGER)).toBe(false);
});
