// The processes of this install: who is well, who fell silent and why, what each says of itself; orders, for admins.

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Worker } from "../../api/types.ts";
import { Badge, type Tone } from "../parts/badges.tsx";
import { Confirm } from "../parts/confirm.tsx";
import { type Column, DataTable } from "../parts/data-table.tsx";
import { formatBytes, formatCount, formatDuration } from "../parts/format.ts";
import { RequestFailed } from "../parts/http.ts";
import { useNow } from "../parts/moment.tsx";
import { OrderLog } from "../parts/order-log.tsx";
import { PageFrame } from "../parts/panel.tsx";
import { keys, useMe, useWorkers } from "../parts/queries.ts";
import { Await, Empty } from "../parts/states.tsx";
import { Untrusted } from "../parts/untrusted.tsx";
import { plainLine } from "../parts/visible-text.ts";
import { canStart, canStop, orderWorker, startAll, stateOf, stopWarning } from "../parts/worker-orders.ts";

const tones = new Map<string, Tone>([
  ["ok", "good"],
  ["stale", "bad"],
  ["crash loop", "bad"],
  ["failed", "bad"],
]);
const PLAIN_FIELDS = new Set(["pid", "uptime_sec", "worker", "ts", "rss_bytes"]);
const MOST_FIELDS = 40;

function numberIn(extra: Worker["extra"], key: string): number | undefined {
  const value = extra[key];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** Seconds since the last beat that is known; counts on between one read and the next. */
function ageOf(worker: Worker, now: number): number {
  return Math.max(worker.seconds_since ?? 0, now / 1000 - (worker.last_heartbeat_ts ?? now / 1000));
}

/** How long it has been up by now; of one that fell silent, how long it had been at its last beat. */
function Uptime({ worker }: { readonly worker: Worker }) {
  const now = useNow();
  const seconds = numberIn(worker.extra, "uptime_sec");
  if (seconds === undefined) return "";
  const since = worker.status === "ok" ? ageOf(worker, now) : 0;
  return formatDuration(Math.round(Math.max(0, seconds) + since) * 1000);
}

/** Resident memory, of a worker that reports it. */
function Memory({ extra }: { readonly extra: Worker["extra"] }) {
  const bytes = numberIn(extra, "rss_bytes");
  return bytes === undefined ? "" : formatBytes(bytes);
}

function fieldText(value: unknown): string {
  if (typeof value === "number") return formatCount(value);
  return plainLine(typeof value === "string" ? value : (JSON.stringify(value) ?? ""), 80);
}

/** Fields by name, each once; those of a nested map (a worker's metrics) stand beside the others. */
function fieldsOf(extra: Worker["extra"]): readonly (readonly [string, unknown])[] {
  const all = Object.entries(extra).flatMap(([key, value]) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.entries(value)
      : [[key, value] as const],
  );
  return [...new Map(all)].filter(([key]) => !PLAIN_FIELDS.has(key)).slice(0, MOST_FIELDS);
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

function Since({ worker }: { readonly worker: Worker }) {
  const now = useNow();
  if (worker.last_heartbeat_ts === null) return <span className="faint">never seen</span>;
  return `${formatDuration(Math.round(ageOf(worker, now)) * 1000)} ago`;
}

/** What the service manager says of a worker that does not run, with the end of its log. */
function Why({ service }: { readonly service: Worker["service"] }) {
  if (!service || (service.reason === null && service.last_lines.length === 0)) return null;
  return (
    <div className="why">
      {service.reason !== null && <Untrusted value={service.reason} max={300} />}
      {service.last_lines.length > 0 && (
        <details>
          <summary>Last lines of its log</summary>
          <ol className="log-lines">
            {service.last_lines.map((line, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines may be equal, and have no name
              <li key={i}>
                <Untrusted value={line} max={500} fixed />
              </li>
            ))}
          </ol>
        </details>
      )}
    </div>
  );
}

function Status({ worker }: { readonly worker: Worker }) {
  const state = stateOf(worker);
  return <Badge tone={tones.get(state) ?? "neutral"}>{state}</Badge>;
}

const columns: readonly Column<Worker>[] = [
  { key: "name", label: "Worker", cell: ({ name }) => <strong>{name}</strong> },
  { key: "status", label: "Status", cell: (worker) => <Status worker={worker} /> },
  { key: "since", label: "Last heartbeat", cell: (worker) => <Since worker={worker} /> },
  { key: "pid", label: "PID", numeric: true, cell: ({ pid }) => pid ?? "" },
  { key: "uptime", label: "Up for", numeric: true, cell: (worker) => <Uptime worker={worker} /> },
  { key: "memory", label: "Memory", numeric: true, cell: ({ extra }) => <Memory extra={extra} /> },
  {
    key: "extra",
    label: "Reports",
    wide: true,
    cell: ({ extra, service }) => (
      <div>
        <Why service={service} />
        <Extra extra={extra} />
      </div>
    ),
  },
];

function ordersColumn(orders: Orders): Column<Worker> {
  return {
    key: "orders",
    label: "Orders",
    cell: (worker) => (
      <span className="row-buttons">
        <button
          type="button"
          className="button small"
          aria-label={`Stop ${worker.name}`}
          disabled={orders.busy || !canStop(worker)}
          onClick={() => orders.ask(worker.name)}
        >
          Stop
        </button>
        <button
          type="button"
          className="button small"
          aria-label={`Start ${worker.name}`}
          disabled={orders.busy || !canStart(worker)}
          onClick={() => orders.run(() => orderWorker(worker.name, "start"))}
        >
          Start
        </button>
      </span>
    ),
  };
}

interface Orders {
  readonly busy: boolean;
  /** What came of the last one. */
  readonly outcome: { readonly ok: boolean; readonly text: string } | undefined;
  /** The worker whose stop waits for a yes. */
  readonly asked: string | undefined;
  readonly ask: (name: string | undefined) => void;
  readonly run: (order: () => Promise<string>) => void;
}

function useOrders(refetch: () => unknown): Orders {
  const [busy, setBusy] = useState(false);
  const [asked, ask] = useState<string>();
  const [outcome, setOutcome] = useState<Orders["outcome"]>();
  const run = (order: () => Promise<string>): void => {
    setBusy(true);
    void order()
      .then((text) => setOutcome({ ok: true, text }))
      .catch((error: unknown) => {
        const text = error instanceof RequestFailed ? error.message : "Something in this page went wrong.";
        setOutcome({ ok: false, text: plainLine(text, 300) });
      })
      .finally(() => {
        setBusy(false);
        void refetch();
      });
  };
  return { busy, outcome, asked, ask, run };
}

function Outcome({ outcome }: Pick<Orders, "outcome">) {
  return (
    <div aria-live="polite">
      {outcome && (
        <p
          className={outcome.ok ? "lead form-done" : "lead form-error"}
          role={outcome.ok ? undefined : "alert"}
        >
          {outcome.text}
        </p>
      )}
    </div>
  );
}

function StopQuestion({ orders }: { readonly orders: Orders }) {
  const { asked, ask, run } = orders;
  if (asked === undefined) return null;
  return (
    <Confirm
      title={`Stop ${asked}?`}
      text={stopWarning(asked)}
      action={`Stop ${asked}`}
      onClose={() => ask(undefined)}
      onConfirm={() => {
        ask(undefined);
        run(() => orderWorker(asked, "stop"));
      }}
    />
  );
}

function Lead({ connected }: { readonly connected: boolean }) {
  return (
    <p className="lead">
      Bus: <Badge tone={connected ? "good" : "bad"}>{connected ? "connected" : "offline"}</Badge>{" "}
      <span className="faint">A worker beats every 30 s; after 90 s of silence it is stale.</span>
    </p>
  );
}

/** The page. */
export function WorkersPage() {
  const query = useWorkers();
  const isAdmin = useMe().data?.role === "admin";
  const client = useQueryClient();
  const orders = useOrders(() => client.invalidateQueries({ queryKey: [keys.workers] }));
  const aside = isAdmin && (
    <button type="button" className="button" disabled={orders.busy} onClick={() => orders.run(startAll)}>
      Start all
    </button>
  );
  return (
    <PageFrame title="Workers" aside={aside}>
      <Outcome outcome={orders.outcome} />
      <StopQuestion orders={orders} />
      <Await query={query}>
        {({ workers, bus_connected }) => {
          const installed = workers.filter((worker) => worker.installed);
          const others = workers.filter((worker) => !worker.installed).map(({ name }) => name);
          return (
            <>
              <Lead connected={bus_connected} />
              {installed.length === 0 ? (
                <Empty title="No worker has been heard of.">
                  <p>
                    Start them with <code>decnet up</code>.
                  </p>
                </Empty>
              ) : (
                <DataTable
                  caption="Workers"
                  columns={isAdmin ? [...columns, ordersColumn(orders)] : columns}
                  rows={installed}
                  rowKey={({ name }) => name}
                />
              )}
              {others.length > 0 && (
                <p className="note faint">Not run by this install: {others.join(", ")}.</p>
              )}
              {isAdmin && <OrderLog />}
            </>
          );
        }}
      </Await>
    </PageFrame>
  );
}
