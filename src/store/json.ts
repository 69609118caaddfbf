// JSON columns back to values. What does not parse is damage, shown as an empty value and never thrown at a reader.

/** The array of strings that a column holds. */
export function parseNames(text: string): string[] {
  const value = parseJson(text);
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

/** The value that a column holds, or null when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
