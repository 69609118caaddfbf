// Draws a terminal's screen into a <pre> with spans and text nodes. Knows nothing of time.

import { type CSSProperties, memo } from "react";
import type { Cell } from "./cells.ts";
import { classesOf, cssColour, type Run, runsOf } from "./runs.ts";

function RunSpan({ run }: { readonly run: Run }) {
  const { fg, bg } = run.pen;
  const colour = cssColour(fg);
  const background = cssColour(bg);
  const classes = classesOf(run);
  if (classes === "" && !colour && !background) return run.text;
  // Set through the object model, which a strict policy allows; attributes would be refused.
  const style = { "--cell-fg": colour, "--cell-bg": background } as CSSProperties;
  return (
    <span className={classes} style={style}>
      {run.text}
    </span>
  );
}

interface RowProps {
  readonly row: readonly Cell[];
  readonly cursorX: number;
}

const Row = memo(function Row({ row, cursorX }: RowProps) {
  return (
    <>
      {runsOf(row, cursorX).map((run, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: runs have no identity but their place
        <RunSpan key={index} run={run} />
      ))}
      {"\n"}
    </>
  );
});

interface TerminalViewProps {
  readonly rows: readonly (readonly Cell[])[];
  readonly cursor: { readonly x: number; readonly y: number; readonly visible: boolean };
}

/** The screen. */
export function TerminalView({ rows, cursor }: TerminalViewProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="terminal" aria-label="Terminal recording" tabIndex={0}>
      <pre>
        {rows.map((row, y) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place on the screen
          <Row key={y} row={row} cursorX={cursor.visible && cursor.y === y ? cursor.x : -1} />
        ))}
      </pre>
    </section>
  );
}
