// What was tried at the logins: the most used, all of them, and what was seen in more than one place.

import { useMemo } from "react";
import type { Captured, Credential, CredentialReuse } from "../../api/types.ts";
import { DrillBadge } from "../parts/badges.tsx";
import { CredentialTable, Hash } from "../parts/captures.tsx";
import { type Column, DataTable, More } from "../parts/data-table.tsx";
import { formatCount } from "../parts/format.ts";
import { Ago } from "../parts/moment.tsx";
import { PageFrame, Panel, Tally } from "../parts/panel.tsx";
import { useCredentials, useReuse } from "../parts/queries.ts";
import { Await, Empty } from "../parts/states.tsx";
import { Untrusted } from "../parts/untrusted.tsx";

const TOP = 8;

/** Counts values by their text; a Map, since the values are a stranger's. */
function topOf(values: readonly (Captured | null)[]) {
  const counts = new Map<string, { value: Captured; count: number }>();
  for (const value of values) {
    if (!value) continue;
    const key = `${value.enc}:${value.val}`;
    const entry = counts.get(key) ?? { value, count: 0 };
    entry.count++;
    counts.set(key, entry);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b.count - a.count).slice(0, TOP);
  return sorted.map(([key, { value, count }]) => ({
    key,
    name: <Untrusted value={value} max={32} fixed />,
    count,
  }));
}

function Tops({ rows }: { readonly rows: readonly Credential[] }) {
  const names = useMemo(() => topOf(rows.map(({ username }) => username)), [rows]);
  const secrets = useMemo(() => topOf(rows.map(({ secret }) => secret)), [rows]);
  const aside = <span className="faint">of the latest {formatCount(rows.length)}</span>;
  return (
    <div className="columns">
      <Panel title="Top names" aside={aside}>
        <Tally rows={names} />
      </Panel>
      <Panel title="Top secrets" aside={aside}>
        {secrets.length > 0 ? (
          <Tally rows={secrets} />
        ) : (
          <p className="panel-empty">No secret was sent in the clear yet.</p>
        )}
      </Panel>
    </div>
  );
}

const reuseColumns: readonly Column<CredentialReuse>[] = [
  {
    key: "secret",
    label: "Secret",
    wide: true,
    cell: ({ secret, secret_sha256 }) =>
      secret ? <Untrusted value={secret} max={60} /> : <Hash hex={secret_sha256} short />,
  },
  { key: "attempts", label: "Attempts", numeric: true, cell: ({ attempts }) => formatCount(attempts) },
  {
    key: "attackers",
    label: "Sources",
    cell: ({ attackers }) =>
      `${formatCount(attackers.length)}: ${attackers.slice(0, 2).join(", ")}${attackers.length > 2 ? " …" : ""}`,
  },
  { key: "deckies", label: "Deckies", cell: ({ deckies }) => deckies.join(", ") },
  { key: "drill", label: "Mark", cell: ({ drill }) => (drill ? <DrillBadge /> : null) },
  { key: "services", label: "Services", cell: ({ services }) => services.join(", ") },
  { key: "last", label: "Last seen", cell: ({ last_seen }) => <Ago ms={last_seen} /> },
];

function Reuse() {
  const query = useReuse();
  const rows = query.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <Panel
      title="Reused"
      aside={<span className="faint">the same secret on several deckies or from several sources</span>}
    >
      <Await query={query}>
        {() =>
          rows.length === 0 ? (
            <p className="panel-empty">No secret has been seen in more than one place.</p>
          ) : (
            <>
              <DataTable
                caption="Reused secrets"
                columns={reuseColumns}
                rows={rows}
                rowKey={({ secret_sha256, drill }) => `${secret_sha256}${drill}`}
                rowClass={({ drill }) => (drill ? "is-drill" : "")}
              />
              <More query={query} />
            </>
          )
        }
      </Await>
    </Panel>
  );
}

/** The page. */
export function CredentialsPage() {
  const query = useCredentials();
  const rows = useMemo(() => query.data?.pages.flatMap(({ data }) => data) ?? [], [query.data]);
  return (
    <PageFrame title="Credentials">
      <Await query={query}>
        {() =>
          rows.length === 0 ? (
            <Empty title="Nobody has tried to log in yet.">
              <p>
                Try <code>ssh root@…</code> against a decky's address (see Deckies) with any password; the
                attempt is listed here.
              </p>
            </Empty>
          ) : (
            <div className="stack">
              <Tops rows={rows} />
              <Reuse />
              <Panel title="All attempts" aside={<span className="faint">newest first</span>}>
                <CredentialTable rows={rows} withSource />
                <More query={query} />
              </Panel>
            </div>
          )
        }
      </Await>
    </PageFrame>
  );
}
