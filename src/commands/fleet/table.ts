// A table whose cells are wrapped, so that it fits a terminal. Pure.

/** Words in lines of `width` characters at most; a longer word is broken. */
export function wrap(text: string, width: number): readonly string[] {
  const words = text.split(" ").flatMap((word) => word.match(new RegExp(`.{1,${width}}`, "gu")) ?? []);
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Rows below a head, two spaces between columns; each cell is a list of texts, one below the other. */
export function table(
  head: readonly (readonly [title: string, width: number])[],
  rows: readonly (readonly (readonly string[])[])[],
): string {
  const titles = head.map(([title]) => [title]);
  const lines = [titles, ...rows].flatMap((row) => {
    const cells = head.map(([, width], i) => (row[i] ?? []).flatMap((text) => wrap(text, width)));
    const height = Math.max(...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, line) =>
      head
        .map(([, width], i) => (cells[i]?.[line] ?? "").padEnd(width))
        .join("  ")
        .trimEnd(),
    );
  });
  return `${lines.join("\n")}\n`;
}
