// Deckies as their own evidence last described them.

import type { Kysely } from "kysely";
import { z } from "zod";
import type { EvidenceData } from "../contract/evidence.ts";
import { evidenceKinds } from "../contract/evidence.ts";
import { parseJson } from "./json.ts";
import type { Database, DeckyTable } from "./schema.ts";

type Changed = EvidenceData<"decky.changed">;

/** A decky. */
export interface DeckyRow extends Omit<DeckyTable, "persona" | "services"> {
  readonly persona: Changed["persona"];
  readonly services: Changed["services"];
}

const shape = evidenceKinds["decky.changed"].data.shape;
const described = z.object({ persona: shape.persona, services: shape.services });
const UNKNOWN: Changed["persona"] = Object.freeze({ hostname: "", archetype: "unknown", os: "" });

function toDeckyRow(row: DeckyTable): DeckyRow {
  const parsed = described.safeParse({ persona: parseJson(row.persona), services: parseJson(row.services) });
  return { ...row, ...(parsed.success ? parsed.data : { persona: UNKNOWN, services: [] }) };
}

/** All deckies by name, at most 10,000. */
export async function listDeckies(db: Kysely<Database>): Promise<readonly DeckyRow[]> {
  const rows = await db.selectFrom("decky").selectAll().orderBy("name").limit(10_000).execute();
  return rows.map(toDeckyRow);
}

/** One decky by name. */
export async function getDecky(db: Kysely<Database>, name: string): Promise<DeckyRow | undefined> {
  const row = await db.selectFrom("decky").selectAll().where("name", "=", name).executeTakeFirst();
  return row && toDeckyRow(row);
}
