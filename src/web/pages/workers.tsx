// The processes of this install: who is well, who fell silent, and what each says of itself.

import type { Worker } from "../../api/types.ts";
import { Badge, type Tone } from "../parts/badges.tsx";
import { type Column, DataTable } from "../parts/data-table.tsx";
import { formatCount, formatDuration } from "../parts/format.ts";
import { useNow } from "../parts/moment.tsx";
import { PageFrame } from "../parts/panel.tsx";
import { useWorkers } from "../parts/queries.ts";
import { Await, Empty } from "../parts/states.tsx";
import { plainLine } from "../parts/visible-text.ts";

const tones: Record<Worker["status"], Tone> = { ok: "good", stale: "bad", unknown: "neutral" };
const PLAIN_FIELDS = new Set(["pid", "uptime_sec", "worker", "ts"]);
const MOST_FIELDS = 40;

function numberIn(extra: Worker["extra"], key: string): number | undefined {
  const value = extra[key];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function Uptime({ extra }: { readonly extra: Worker["extra"] }) {
  const seconds = numberIn(extra, "uptime_sec");
  return seconds === undefined ? "" : formatDuration(Math.max(0, seconds) * 1000);
}

function fieldText(value: unknown): string {
  if (typeof value === "number") return formatCount(value);
  return plainLine(typeof value === "string" ? value : (JSON.stringify(value) ?? ""), 80);
}

/** Fields by name; those of a nested map (a worker's metrics) stand beside the others. */
function fieldsOf(extra: Worker["extra"]): readonly (readonly [string, unknown])[] {
  const all = Object.entries(extra).flatMap(([key, value]) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.entries(value)
      : [[key, value] as const],
  );
  return all.filter(([key]) => !PLAIN_FIELDS.has(key)).slice(0, MOST_FIELDS);
}

function Extra({ extra }: { readonly extra: Worker["extra"] }) {
  return (
    <span className="extra">
      {fieldsOf(extra).map(([key, value]) => (
        <span key={key}>
          <span className="faint">{plainLine(key, 64)}</span> {fieldText(value)}
        </span>
      ))}
    </span>
  );
}

/** Counts on from the last beat that is known, between one read and the next. */
function Since({ worker }: { readonly worker: Worker }) {
  const now = useNow();
  if (worker.last_heartbeat_ts === null) return <span className="faint">never seen</span>;
  const age = Math.max(worker.seconds_since ?? 0, now / 1000 - worker.last_heartbeat_ts);
  return `${formatDuration(Math.round(age) * 1000)} ago`;
}

const columns: readonly Column<Worker>[] = [
  { key: "name", label: "Worker", cell: ({ name }) => <strong>{name}</strong> },
  { key: "status", label: "Status", cell: ({ status }) => <Badge tone={tones[status]}>{status}</Badge> },
  { key: "since", label: "Last heartbeat", cell: (worker) => <Since worker={worker} /> },
  { key: "pid", label: "PID", numeric: true, cell: ({ extra }) => numberIn(extra, "pid") ?? "" },
  { key: "uptime", label: "Up for", numeric: true, cell: ({ extra }) => <Uptime extra={extra} /> },
  { key: "extra", label: "Reports", wide: true, cell: ({ extra }) => <Extra extra={extra} /> },
];

/** The page. */
export function WorkersPage() {
  const query = useWorkers();
  return (
    <PageFrame title="Workers">
      <Await query={query}>
        {({ workers, bus_connected }) => {
          const installed = workers.filter((worker) => worker.installed);
          const others = workers.filter((worker) => !worker.installed).map(({ name }) => name);
          return (
            <>
              <p className="lead">
                Bus:{" "}
                <Badge tone={bus_connected ? "good" : "bad"}>{bus_connected ? "connected" : "offline"}</Badge>{" "}
                <span className="faint">A worker beats every 30 s; after 90 s of silence it is stale.</span>
              </p>
              {installed.length === 0 ? (
                <Empty title="No worker has been heard of.">
                  <p>
                    Start them with <code>decnet up</code>.
                  </p>
                </Empty>
              ) : (
                <DataTable caption="Workers" columns={columns} rows={installed} rowKey={({ name }) => name} />
              )}
              {others.length > 0 && (
                <p className="note faint">Not run by this install: {others.join(", ")}.</p>
              )}
            </>
          );
        }}
      </Await>
    </PageFrame>
  );
}
