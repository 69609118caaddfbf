// Every conversation, newest first.

import { More } from "../parts/data-table.tsx";
import { PageFrame } from "../parts/panel.tsx";
import { useSessions } from "../parts/queries.ts";
import { SessionTable } from "../parts/session-table.tsx";
import { Await, Empty } from "../parts/states.tsx";

/** The table of sessions. */
export function SessionsPage() {
  const query = useSessions();
  const rows = query.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <PageFrame title="Sessions">
      <Await query={query}>
        {() =>
          rows.length === 0 ? (
            <Empty title="No conversation yet.">
              <p>A session appears as soon as somebody connects to a decoy service.</p>
            </Empty>
          ) : (
            <>
              <SessionTable rows={rows} withSource />
              <More query={query} />
            </>
          )
        }
      </Await>
    </PageFrame>
  );
}
