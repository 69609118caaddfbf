// Sessions as rows, with or without their source.

import type { SessionSummary } from "../../api/types.ts";
import { Badge, DrillBadge, SourceLink, Where } from "./badges.tsx";
import { type Column, DataTable } from "./data-table.tsx";
import { formatBytes, formatCount, formatDuration } from "./format.ts";
import { Clock } from "./moment.tsx";
import { Link } from "./navigation.tsx";
import { sessionPath } from "./routes.ts";

function Marks({ row, drill }: { readonly row: SessionSummary; readonly drill: boolean }) {
  return (
    <span className="marks">
      {row.ended_at === null && <Badge tone="info">open</Badge>}
      {row.logged_in && <Badge tone="warn">let in</Badge>}
      {row.recording_sha256 && <Badge tone="neutral">recording</Badge>}
      {drill && <DrillBadge />}
    </span>
  );
}

const source: Column<SessionSummary> = {
  key: "source",
  label: "Source",
  cell: ({ attacker_ip, drill }) => <SourceLink ip={attacker_ip} drill={drill} />,
};

function columnsFor(withSource: boolean): readonly Column<SessionSummary>[] {
  return [
    {
      key: "started",
      label: "Started",
      cell: ({ id, started_at }) => (
        <Link to={sessionPath(id)} data-open>
          <Clock ms={started_at} />
        </Link>
      ),
    },
    ...(withSource ? [source] : []),
    {
      key: "where",
      label: "Where",
      wide: true,
      cell: (row) => <Where decky={row.decky} service={row.service} />,
    },
    {
      key: "duration",
      label: "Length",
      numeric: true,
      cell: ({ duration_ms }) => (duration_ms === null ? "…" : formatDuration(duration_ms)),
    },
    {
      key: "logins",
      label: "Credentials",
      numeric: true,
      cell: ({ totals }) => formatCount(totals.credentials),
    },
    { key: "commands", label: "Commands", numeric: true, cell: ({ totals }) => formatCount(totals.commands) },
    { key: "files", label: "Files", numeric: true, cell: ({ totals }) => formatCount(totals.files) },
    { key: "in", label: "In", numeric: true, cell: ({ bytes_in }) => formatBytes(bytes_in) },
    { key: "out", label: "Out", numeric: true, cell: ({ bytes_out }) => formatBytes(bytes_out) },
    { key: "marks", label: "Marks", cell: (row) => <Marks row={row} drill={row.drill && !withSource} /> },
  ];
}

/** The rows. */
export function SessionTable({
  rows,
  withSource = false,
}: {
  readonly rows: readonly SessionSummary[];
  readonly withSource?: boolean;
}) {
  return (
    <DataTable
      caption="Sessions"
      columns={columnsFor(withSource)}
      rows={rows}
      rowKey={({ id }) => id}
      rowClass={({ drill }) => (drill ? "is-drill" : "")}
    />
  );
}
