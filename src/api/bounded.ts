// Cuts a foreign value down to a small piece of plain JSON: few keys, short texts, shallow.
// Never throws, never keeps a reference to what it was given.

/** What a value may hold. Numbers count entries, characters and levels. */
export interface Bounds {
  readonly depth: number;
  readonly entries: number;
  readonly text: number;
  /** All entries and leaves together. */
  readonly total: number;
}

const KEY = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

/** Plain JSON within `bounds`; what does not fit is left out, and keys that are not plain names too. */
export function boundedObject(input: unknown, bounds: Bounds): Record<string, unknown> {
  let left = bounds.total;
  const leaf = (value: unknown): unknown => {
    if (typeof value === "string") return value.slice(0, bounds.text);
    if (typeof value === "number") return Number.isFinite(value) ? value : null;
    if (typeof value === "bigint") return value.toString().slice(0, bounds.text);
    return typeof value === "boolean" || value === null ? value : undefined;
  };
  const visit = (value: unknown, depth: number): unknown => {
    left -= 1;
    if (left < 0) return undefined;
    if (typeof value !== "object" || value === null) return leaf(value);
    if (depth === 0 || ArrayBuffer.isView(value)) return undefined;
    if (Array.isArray(value)) {
      const items = value.slice(0, bounds.entries).map((item) => visit(item, depth - 1));
      return items.filter((item) => item !== undefined);
    }
    const entries = Object.entries(value)
      .filter(([key]) => KEY.test(key) && key !== "constructor")
      .slice(0, bounds.entries)
      .map(([key, item]) => [key, visit(item, depth - 1)] as const);
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
  };
  const result = visit(input, bounds.depth);
  const isObject = typeof result === "object" && result !== null && !Array.isArray(result);
  return isObject ? (result as Record<string, unknown>) : {};
}
