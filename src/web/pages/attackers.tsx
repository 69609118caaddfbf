// Every source that touched a decky: search, order, page.

import { useEffect, useRef, useState } from "react";
import type { Attacker } from "../../api/types.ts";
import { SourceLink } from "../parts/badges.tsx";
import { type Column, DataTable, More } from "../parts/data-table.tsx";
import { formatCount } from "../parts/format.ts";
import { Ago } from "../parts/moment.tsx";
import { useParam } from "../parts/navigation.tsx";
import { PageFrame } from "../parts/panel.tsx";
import { type AttackerSort, attackerSorts, useAttackers } from "../parts/queries.ts";
import { Await, Empty } from "../parts/states.tsx";

const TYPING_PAUSE_MS = 200;

function names(list: readonly string[], most = 3): string {
  return list.length <= most ? list.join(", ") : `${list.slice(0, most).join(", ")} +${list.length - most}`;
}

function columnsFor(sort: AttackerSort, setSort: (next: AttackerSort) => void): readonly Column<Attacker>[] {
  const sortable = (key: AttackerSort) => ({ key, sorted: sort === key, onSort: () => setSort(key) });
  return [
    { key: "ip", label: "Source", cell: ({ ip, drill }) => <SourceLink ip={ip} drill={drill} /> },
    { ...sortable("last_seen"), label: "Last seen", cell: ({ last_seen }) => <Ago ms={last_seen} /> },
    { ...sortable("first_seen"), label: "First seen", cell: ({ first_seen }) => <Ago ms={first_seen} /> },
    { key: "services", label: "Services", wide: true, cell: ({ services }) => names(services) },
    { key: "deckies", label: "Deckies", cell: ({ deckies }) => names(deckies, 2) },
    {
      ...sortable("sessions"),
      label: "Sessions",
      numeric: true,
      cell: ({ totals }) => formatCount(totals.sessions),
    },
    {
      ...sortable("credentials"),
      label: "Credentials",
      numeric: true,
      cell: ({ totals }) => formatCount(totals.credentials),
    },
    {
      ...sortable("commands"),
      label: "Commands",
      numeric: true,
      cell: ({ totals }) => formatCount(totals.commands),
    },
    { ...sortable("files"), label: "Files", numeric: true, cell: ({ totals }) => formatCount(totals.files) },
    {
      ...sortable("evidence"),
      label: "Evidence",
      numeric: true,
      cell: ({ totals }) => formatCount(totals.evidence),
    },
  ];
}

/** The search field: what is typed goes to the address after a short pause. */
function Search({ q, setQ }: { readonly q: string; readonly setQ: (next: string) => void }) {
  const [text, setText] = useState(q);
  const field = useRef<HTMLInputElement>(null);
  const [find, setFind] = useParam("find", "");
  useEffect(() => {
    if (find !== "1") return;
    field.current?.focus();
    setFind("");
  }, [find, setFind]);
  useEffect(() => {
    if (text === q) return;
    const timer = setTimeout(() => setQ(text), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, q, setQ]);
  return (
    <input
      ref={field}
      type="search"
      className="search"
      data-search
      aria-label="Search attackers"
      placeholder="Search address, decky or service  ( / )"
      value={text}
      maxLength={200}
      onChange={(event) => setText(event.target.value)}
    />
  );
}

function Nobody({ q }: { readonly q: string }) {
  if (q !== "") return <Empty title="No attacker fits this search." />;
  return (
    <Empty title="Nobody has touched a decky yet.">
      <p>
        Point <code>nmap</code> or <code>ssh</code> at one of the addresses on the Deckies page, and you are
        the first row here.
      </p>
    </Empty>
  );
}

/** The table of attackers. */
export function AttackersPage() {
  const [q, setQ] = useParam("q", "");
  const [sortText, setSort] = useParam("sort", "last_seen");
  const sort = attackerSorts.find((known) => known === sortText) ?? "last_seen";
  const query = useAttackers({ q, sort });
  const rows = query.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <PageFrame title="Attackers" aside={<Search q={q} setQ={setQ} />}>
      <Await query={query}>
        {() =>
          rows.length === 0 ? (
            <Nobody q={q} />
          ) : (
            <>
              <DataTable
                caption="Attackers"
                columns={columnsFor(sort, setSort)}
                rows={rows}
                rowKey={({ id }) => id}
                rowClass={({ drill }) => (drill ? "is-drill" : "")}
              />
              <More query={query} />
            </>
          )
        }
      </Await>
    </PageFrame>
  );
}
