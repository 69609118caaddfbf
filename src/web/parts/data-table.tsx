// The one table: real table markup, rows that j/k walk and Enter opens, cards on a narrow screen.
// Sorts and fetches nothing itself.

import type { ReactNode } from "react";

/** One column: `cell` draws a row's value; `numeric` aligns right. */
export interface Column<Row> {
  readonly key: string;
  readonly label: string;
  readonly numeric?: boolean;
  /** Takes the room that is left; others are as wide as their content. */
  readonly wide?: boolean;
  readonly cell: (row: Row) => ReactNode;
  /** Set when the column can be sorted by; true where it is. */
  readonly sorted?: boolean;
  readonly onSort?: () => void;
}

interface DataTableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** Extra class of a row. */
  readonly rowClass?: (row: Row) => string;
}

function Heading<Row>({ column }: { readonly column: Column<Row> }) {
  const { label, numeric, onSort, sorted } = column;
  return (
    <th scope="col" className={numeric ? "num" : undefined} aria-sort={sorted ? "descending" : undefined}>
      {onSort ? (
        <button type="button" className="sort" onClick={onSort}>
          {label}
          <span aria-hidden="true">{sorted ? " ↓" : ""}</span>
        </button>
      ) : (
        label
      )}
    </th>
  );
}

/** Rows in a table. */
export function DataTable<Row>({ caption, columns, rows, rowKey, rowClass }: DataTableProps<Row>) {
  return (
    <div className="table-box">
      <table className="table">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.key} column={column} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)} data-row tabIndex={-1} className={rowClass?.(row)}>
              {columns.map(({ key, label, numeric, wide, cell }) => (
                <td key={key} data-label={label} className={numeric ? "num" : wide ? "wide" : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface MoreProps {
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly fetchNextPage: () => unknown;
}

/** The way to the next page of rows. */
export function More({ query }: { readonly query: MoreProps }) {
  if (!query.hasNextPage) return null;
  return (
    <div className="pager">
      <button
        type="button"
        className="button"
        disabled={query.isFetchingNextPage}
        onClick={() => void query.fetchNextPage()}
      >
        {query.isFetchingNextPage ? "Loading…" : "Show more"}
      </button>
    </div>
  );
}
