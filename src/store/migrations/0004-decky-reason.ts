// Keeps why a decky is not as it should be, as a neighbour found it.

import type { Migration } from "./migration.ts";

const sql = "ALTER TABLE decky ADD COLUMN reason TEXT NOT NULL DEFAULT '';";

export const deckyReason: Migration = Object.freeze({ number: 4, name: "decky-reason", sql });
