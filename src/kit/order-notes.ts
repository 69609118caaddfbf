// Notes for the audit trail, one file each in the run folder: of orders that were given while the API was away, and of
// what it could not enter before its own end. It takes them in when it runs.
// Holds no secret, and follows no name that another user could have chosen.

import { lstatSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { createIdSource, isUlid } from "../contract/ids.ts";
import type { DataFolder, FolderOwner } from "./data-folder.ts";
import { writeRunFile } from "./install.ts";

const NAME = /^order-(.{26})\.json$/;
const NOTE_BYTES = 16 * 1024;
/** Most that are taken at once. */
const TAKE = 200;

const text = z.string().max(300);
const noteSchema = z.strictObject({
  ts: z.int().nonnegative(),
  username: z.string().min(1).max(64),
  action: z.string().regex(/^[a-z][a-z.-]{0,63}$/),
  target: text,
  detail: text,
  /** Where it was asked from; absent for the command line. */
  source: z.string().max(64).optional(),
  outcome: z.string().max(2000),
});

/** Who gave which order, and what came of it. `ts` is Unix ms. */
export type OrderNote = z.infer<typeof noteSchema>;

/** A note on disk; undefined content for what is none. */
export interface FoundNote {
  readonly path: string;
  readonly note: OrderNote | undefined;
}

const nextId = createIdSource();

/** Leaves a note. `owner` is that of the run folder where another user writes, root for one. */
export function writeOrderNote(folder: DataFolder, note: OrderNote, owner?: FolderOwner): void {
  writeRunFile(join(folder.run, `order-${nextId()}.json`), noteSchema.parse(note), owner);
}

function readNote(path: string): OrderNote | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found?.isFile() || found.size > NOTE_BYTES) return undefined;
  try {
    return noteSchema.safeParse(JSON.parse(readFileSync(path, "utf8"))).data;
  } catch {
    // No JSON: told as no note.
    return undefined;
  }
}

/** The oldest notes that lie there. */
export function findOrderNotes(folder: DataFolder): readonly FoundNote[] {
  const names = readdirSync(folder.run).filter((name) => isUlid(NAME.exec(name)?.[1] ?? ""));
  const paths = names
    .sort()
    .slice(0, TAKE)
    .map((name) => join(folder.run, name));
  return paths.map((path) => ({ path, note: readNote(path) }));
}

/** Takes one away. */
export function removeOrderNote({ path }: FoundNote): void {
  rmSync(path, { force: true });
}
