// What was captured from a source, as tables: credentials, commands, files, fingerprints, software.

import type { AttackerDetail, Credential } from "../../api/types.ts";
import { Badge, DrillBadge, SourceLink, Where } from "./badges.tsx";
import { type Column, DataTable } from "./data-table.tsx";
import { formatBytes } from "./format.ts";
import { Clock } from "./moment.tsx";
import { Link } from "./navigation.tsx";
import { useMe } from "./queries.ts";
import { sessionPath } from "./routes.ts";
import { Untrusted } from "./untrusted.tsx";

type Placed = {
  readonly id: string;
  readonly ts: number;
  readonly session: string | null;
  readonly decky: string;
  readonly service: string;
};

function time<Row extends Placed>(): Column<Row> {
  return {
    key: "time",
    label: "Time",
    cell: ({ ts, session }) =>
      session ? (
        <Link to={sessionPath(session)} data-open>
          <Clock ms={ts} />
        </Link>
      ) : (
        <Clock ms={ts} />
      ),
  };
}

function where<Row extends Placed>(): Column<Row> {
  return { key: "where", label: "Where", cell: (row) => <Where decky={row.decky} service={row.service} /> };
}

const credentialColumns: readonly Column<Credential>[] = [
  time(),
  { key: "username", label: "Name", cell: ({ username }) => <Untrusted value={username} max={40} /> },
  {
    key: "secret",
    label: "Secret",
    wide: true,
    cell: ({ secret, secret_sha256 }) =>
      secret ? <Untrusted value={secret} max={60} /> : <Hash hex={secret_sha256} short />,
  },
  { key: "method", label: "Method", cell: ({ method }) => method },
  where(),
  {
    key: "accepted",
    label: "Let in",
    cell: ({ accepted }) =>
      accepted ? <Badge tone="warn">let in</Badge> : <span className="faint">no</span>,
  },
];

const sourceColumn: Column<Credential> = {
  key: "source",
  label: "Source",
  cell: ({ attacker_ip, drill }) => <SourceLink ip={attacker_ip} drill={drill} />,
};
const drillColumn: Column<Credential> = {
  key: "drill",
  label: "Mark",
  cell: ({ drill }) => (drill ? <DrillBadge /> : null),
};

/** Login attempts. */
export function CredentialTable({
  rows,
  withSource = false,
}: {
  readonly rows: readonly Credential[];
  readonly withSource?: boolean;
}) {
  const marks = withSource ? [sourceColumn] : rows.some(({ drill }) => drill) ? [drillColumn] : [];
  return (
    <DataTable
      caption="Credentials"
      columns={[...credentialColumns, ...marks]}
      rows={rows}
      rowKey={({ id }) => id}
      rowClass={({ drill }) => (drill ? "is-drill" : "")}
    />
  );
}

/** A hash: whole, or its beginning with the whole on hover. */
export function Hash({ hex, short = false }: { readonly hex: string; readonly short?: boolean }) {
  return (
    <code className={short ? "hash faint" : "hash"} title={hex}>
      {short ? `sha256:${hex.slice(0, 12)}…` : hex}
    </code>
  );
}

/** The bytes themselves, for admins: the API serves them as an attachment and writes down who took them. */
function Bytes({ sha256 }: { readonly sha256: string }) {
  const { data } = useMe();
  if (data?.role !== "admin") return null;
  return (
    <a
      href={`/api/v1/blobs/${sha256}`}
      download={`${sha256}.bin`}
      title="What an intruder sent. Treat it as live malware."
    >
      download
    </a>
  );
}

/** Commands as they were given, oldest last. */
export function CommandList({ rows }: { readonly rows: AttackerDetail["commands"] }) {
  const columns: readonly Column<AttackerDetail["commands"][number]>[] = [
    time(),
    {
      key: "command",
      label: "Command",
      wide: true,
      cell: ({ command }) => <Untrusted value={command} max={300} />,
    },
    { key: "via", label: "Via", cell: ({ via }) => via },
    { key: "status", label: "Status", numeric: true, cell: ({ status }) => status ?? "" },
    where(),
  ];
  return <DataTable caption="Commands" columns={columns} rows={rows} rowKey={({ id }) => id} />;
}

/** What a file is known by: of a cut one both, the whole file's and that of the bytes kept. */
function Hashes({ sha256, full_sha256 }: Pick<AttackerDetail["files"][number], "sha256" | "full_sha256">) {
  if (full_sha256 === undefined) return <Hash hex={sha256} />;
  return (
    <>
      <Hash hex={full_sha256} /> <span className="faint">whole</span>
      <br />
      <Hash hex={sha256} /> <span className="faint">as kept</span>
    </>
  );
}

/** Files that were left behind. */
export function FileTable({ rows }: { readonly rows: AttackerDetail["files"] }) {
  const columns: readonly Column<AttackerDetail["files"][number]>[] = [
    time(),
    { key: "name", label: "Name", cell: ({ name }) => <Untrusted value={name} max={80} /> },
    { key: "sha256", label: "SHA-256", wide: true, cell: (row) => <Hashes {...row} /> },
    {
      key: "size",
      label: "Size",
      numeric: true,
      cell: ({ size, stored }) =>
        stored < size ? `kept ${formatBytes(stored)} of ${formatBytes(size)}` : formatBytes(size),
    },
    { key: "via", label: "Via", cell: ({ via }) => via },
    where(),
    { key: "bytes", label: "Bytes", cell: ({ sha256 }) => <Bytes sha256={sha256} /> },
  ];
  return <DataTable caption="Files" columns={columns} rows={rows} rowKey={({ id }) => id} />;
}

type Mark = Placed & {
  readonly label: string;
  readonly shown: AttackerDetail["clients"][number]["software"] | string;
  readonly from?: string;
};

function toMarks(
  fingerprints: AttackerDetail["fingerprints"],
  clients: AttackerDetail["clients"],
): readonly Mark[] {
  const hashes = fingerprints.map((row) => ({ ...row, label: row.family.toUpperCase(), shown: row.hash }));
  const software = clients.map((row) => ({ ...row, label: row.via, shown: row.software }));
  // One row per distinct mark: its newest sighting.
  const byValue = new Map<string, Mark>();
  for (const mark of [...hashes, ...software].sort((a, b) => a.ts - b.ts)) {
    byValue.set(`${mark.label}\n${typeof mark.shown === "string" ? mark.shown : mark.shown.val}`, mark);
  }
  return [...byValue.values()].reverse();
}

interface FingerprintProps {
  readonly fingerprints: AttackerDetail["fingerprints"];
  readonly clients: AttackerDetail["clients"];
}

/** Fingerprints and what the client said of itself, each distinct one once. */
export function FingerprintTable({ fingerprints, clients }: FingerprintProps) {
  const columns: readonly Column<Mark>[] = [
    { key: "label", label: "Mark", cell: ({ label }) => <Badge tone="info">{label}</Badge> },
    {
      key: "shown",
      label: "Value",
      wide: true,
      cell: ({ shown }) =>
        typeof shown === "string" ? (
          <code className="hash">{shown}</code>
        ) : (
          <Untrusted value={shown} max={160} />
        ),
    },
    where(),
    { ...time<Mark>(), label: "Last seen" },
  ];
  return (
    <DataTable
      caption="Fingerprints"
      columns={columns}
      rows={toMarks(fingerprints, clients)}
      rowKey={({ id }) => id}
    />
  );
}
