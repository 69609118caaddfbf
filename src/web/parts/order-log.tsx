// Who stopped and started workers lately, and what came of it: the end of the audit trail, for admins.

import type { AuditEntry } from "../../api/types.ts";
import { type Column, DataTable } from "./data-table.tsx";
import { Ago } from "./moment.tsx";
import { Panel } from "./panel.tsx";
import { useOrderLog } from "./queries.ts";
import { Await } from "./states.tsx";
import { Untrusted } from "./untrusted.tsx";
import { plainLine } from "./visible-text.ts";
import { outcomeText } from "./worker-orders.ts";

const SHOWN = 10;

/** Who is said to ask on the bus is a stranger's word; it stands beside `bus`, which is who it is for certain. */
function Asker({ entry: { username, source, detail } }: { readonly entry: AuditEntry }) {
  return (
    <div>
      {plainLine(username, 80)}
      {source !== username && <span className="faint"> {plainLine(source, 60)}</span>}
      {detail !== "" && (
        <div>
          <Untrusted value={detail} max={120} />
        </div>
      )}
    </div>
  );
}

const columns: readonly Column<AuditEntry>[] = [
  { key: "when", label: "When", cell: ({ ts }) => <Ago ms={ts} /> },
  { key: "order", label: "Order", cell: ({ action }) => action.replace(/^worker\./, "") },
  { key: "worker", label: "Worker", cell: ({ target }) => plainLine(target, 64) },
  { key: "who", label: "Asked by", cell: (entry) => <Asker entry={entry} /> },
  {
    key: "outcome",
    label: "Outcome",
    wide: true,
    cell: ({ outcome }) => plainLine(outcomeText(outcome), 600),
  },
];

/** The panel. */
export function OrderLog() {
  const query = useOrderLog(SHOWN);
  return (
    <Panel
      title="Latest orders"
      className="order-log"
      aside={<span className="faint">who stopped and started what</span>}
    >
      <Await query={query}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="panel-empty">No worker was told to stop or to start yet.</p>
          ) : (
            <DataTable
              caption="Latest orders to workers"
              columns={columns}
              rows={data}
              rowKey={({ id }) => String(id)}
            />
          )
        }
      </Await>
    </Panel>
  );
}
