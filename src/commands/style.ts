// Colours and columns for people; nothing of it when the output is not a terminal.

/** Paints text, or leaves it as it is. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  warn(text: string): string;
  bad(text: string): string;
}

/** A paint box for a terminal with or without colours. */
export function paint(colours: boolean): Paint {
  const with_ = (code: number) => (text: string) => (colours ? `\x1b[${code}m${text}\x1b[0m` : text);
  return { bold: with_(1), dim: with_(2), good: with_(32), warn: with_(33), bad: with_(31) };
}

/** Rows as aligned columns, two spaces apart, each line indented by two. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (max, row) => row.map((cell, i) => Math.max(cell.length, max[i] ?? 0)),
    [],
  );
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ");
  return rows.map((row) => `  ${line(row).trimEnd()}\n`).join("");
}
