// Which captured files drills left behind, and which of them nobody else's evidence names.
// Names files only; whoever removes them looks at each one's age first.

import type { Kysely } from "kysely";
import { sql } from "kysely";
import { blobFields } from "../contract/evidence.ts";
import type { Sha256 } from "../contract/ids.ts";
import { isSha256 } from "../contract/ids.ts";
import type { Database } from "./schema.ts";

/** A file that evidence of drills alone names. A file written after `until` (Unix ms) is somebody else's, too. */
export interface DrillBlob {
  readonly sha256: Sha256;
  readonly until: number;
}

/** Records that one query looks through: others are served between two of them. */
const WINDOW = 50_000;

const kinds = JSON.stringify(Object.keys(blobFields));

/** The hash that a record of evidence names, by its kind. */
const named = sql<string>`json_extract(data, '$.' || (SELECT value FROM json_each(${JSON.stringify(blobFields)})
  WHERE key = kind))`;

async function namedByDrills(db: Kysely<Database>): Promise<Map<Sha256, number>> {
  const { rows } = await sql<{
    sha256: string | null;
    until: number;
  }>`SELECT ${named} AS sha256, max(ts) AS until
    FROM evidence WHERE src_ip IN (SELECT ip FROM drill) AND kind IN (SELECT value FROM json_each(${kinds}))
    GROUP BY 1`.execute(db);
  return new Map(
    rows.flatMap(({ sha256, until }) =>
      sha256 !== null && isSha256(sha256) ? [[sha256, until] as const] : [],
    ),
  );
}

/** Takes out of `blobs` what others' evidence names, window by window. */
async function keepOthers(db: Kysely<Database>, blobs: Map<Sha256, number>): Promise<void> {
  const newest = await db.selectFrom("ingest_state").select("seq").executeTakeFirst();
  for (let low = 0; low < (newest?.seq ?? 0) && blobs.size > 0; low += WINDOW) {
    const { rows } = await sql<{ sha256: Sha256 }>`SELECT DISTINCT ${named} AS sha256 FROM evidence
      WHERE seq > ${low} AND seq <= ${low + WINDOW} AND kind IN (SELECT value FROM json_each(${kinds}))
        AND src_ip NOT IN (SELECT ip FROM drill)
        AND ${named} IN (SELECT value FROM json_each(${JSON.stringify([...blobs.keys()])}))`.execute(db);
    for (const { sha256 } of rows) blobs.delete(sha256);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The files that drills alone left behind. */
export async function listDrillBlobs(db: Kysely<Database>): Promise<readonly DrillBlob[]> {
  const blobs = await namedByDrills(db);
  await keepOthers(db, blobs);
  return [...blobs].map(([sha256, until]) => ({ sha256, until }));
}
