// The page's furniture: a titled page, a titled panel, a figure.

import { type ReactNode, useEffect, useRef } from "react";
import { formatCompact, formatCount } from "./format.ts";

/** A page: sets the window's title and takes the focus when it appears, so that a screen reader announces it. */
export function PageFrame({
  title,
  aside,
  children,
}: {
  readonly title: ReactNode;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <>
      <header className="page-head">
        <h1 tabIndex={-1}>{title}</h1>
        {aside && <div className="page-aside">{aside}</div>}
      </header>
      {children}
    </>
  );
}

/** Names the window and, after a move, focuses the heading. */
export function usePageTitle(title: string, moved: string): void {
  const first = useRef(true);
  useEffect(() => {
    document.title = `${title} · decnet`;
  }, [title]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the focus follows the address
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    // A page that was opened in order to search keeps the focus in its field.
    if (document.activeElement?.matches("[data-search]")) return;
    document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
  }, [moved]);
}

interface PanelProps {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}

/** A box with a heading. */
export function Panel({ title, aside, children, className = "" }: PanelProps) {
  return (
    <section className={`panel ${className}`} aria-label={title}>
      <header className="panel-head">
        <h2>{title}</h2>
        {aside && <div className="panel-aside">{aside}</div>}
      </header>
      {children}
    </section>
  );
}

/** One number with its meaning. */
export function Figure({
  label,
  value,
  note,
}: {
  readonly label: string;
  readonly value: number;
  readonly note?: string;
}) {
  return (
    <div className="figure">
      <dt>{label}</dt>
      <dd title={formatCount(value)}>{formatCompact(value)}</dd>
      {note && <dd className="figure-note">{note}</dd>}
    </div>
  );
}

/** Names with their counts, as bars. */
export function Tally({
  rows,
}: {
  readonly rows: readonly { readonly key: string; readonly name: ReactNode; readonly count: number }[];
}) {
  const most = Math.max(1, ...rows.map(({ count }) => count));
  return (
    <ol className="tally">
      {rows.map(({ key, name, count }) => (
        <li key={key}>
          <span className="tally-name">{name}</span>
          <span className="tally-count">{formatCount(count)}</span>
          <progress className="tally-bar" max={most} value={count} aria-hidden="true" />
        </li>
      ))}
    </ol>
  );
}
