// Names for the deckies that are drawn: each as its kind is called, none twice.

import type { Random } from "../contract/random.ts";
import { nameSchema } from "./model.ts";

/** What a machine of an archetype may be called. */
export type NameDraw = (archetype: string, random: Random) => string;

const NAME_TRIES = 16;

/** A name as host names are written in a topology. */
function plain(name: string): string {
  const text = name.toLowerCase().replace(/[^a-z0-9-]+/g, "-");
  return text.slice(0, 28).replace(/^-+|-+$/g, "") || "host";
}

/** Names that nobody else has: drawn, and where all that can be drawn are taken, counted on. */
export function createNamer(
  draw: NameDraw,
  random: Random,
  others: readonly string[],
): (archetype: string) => string {
  const taken = new Set(others);
  const take = (name: string): string => {
    taken.add(name);
    return nameSchema.parse(name);
  };
  return (archetype) => {
    let name = "";
    for (let left = NAME_TRIES; left > 0; left--) {
      name = plain(draw(archetype, random));
      if (!taken.has(name)) return take(name);
    }
    const stem = name.replace(/\d+$/, "");
    for (let number = 2; ; number++) {
      const next = `${stem}${String(number).padStart(2, "0")}`;
      if (!taken.has(next)) return take(next);
    }
  };
}
