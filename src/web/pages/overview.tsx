// What is happening now and what the day was like.

import type { Attacker, CredentialReuse, Stats } from "../../api/types.ts";
import { DrillBadge } from "../parts/badges.tsx";
import { formatCompact, formatCount } from "../parts/format.ts";
import { HourlyChart } from "../parts/hourly-chart.tsx";
import { LiveFeed } from "../parts/live-feed.tsx";
import { Ago } from "../parts/moment.tsx";
import { Link, useParam } from "../parts/navigation.tsx";
import { Figure, PageFrame, Panel, Tally } from "../parts/panel.tsx";
import { useAttackers, useReuse, useStats } from "../parts/queries.ts";
import { attackerPath } from "../parts/routes.ts";
import { Await } from "../parts/states.tsx";
import { Untrusted } from "../parts/untrusted.tsx";

const TOP = 6;

type Counted = "sessions" | "credentials" | "commands" | "files" | "evidence";

/** Of the last hours that the answer covers, and of all time below. */
function DayFigure({
  stats,
  of,
  label,
}: {
  readonly stats: Stats;
  readonly of: Counted;
  readonly label: string;
}) {
  const day = stats.hourly.reduce((sum, hour) => sum + hour[of], 0);
  return <Figure label={label} value={day} note={`${formatCompact(stats[of])} in all`} />;
}

function Figures({ stats }: { readonly stats: Stats }) {
  return (
    <dl className="figures">
      <DayFigure stats={stats} of="evidence" label="Evidence, 24 h" />
      <DayFigure stats={stats} of="sessions" label="Sessions, 24 h" />
      <DayFigure stats={stats} of="credentials" label="Credentials, 24 h" />
      <DayFigure stats={stats} of="commands" label="Commands, 24 h" />
      <DayFigure stats={stats} of="files" label="Files, 24 h" />
      <Figure
        label="Attackers"
        value={stats.attackers}
        note={`${formatCompact(stats.credentials_reused)} secrets reused`}
      />
      <Figure
        label="Deckies running"
        value={stats.deckies_running}
        note={`of ${formatCount(stats.deckies)}, ${formatCompact(stats.sessions_open)} sessions open`}
      />
    </dl>
  );
}

/** Drills are left out of the figures unless asked for. */
function DrillSwitch({ on, set }: { readonly on: boolean; readonly set: (next: string) => void }) {
  return (
    <label className="inline-field">
      <input type="checkbox" checked={on} onChange={() => set(on ? "" : "1")} />
      Count drills
    </label>
  );
}

function TopServices({ stats }: { readonly stats: Stats }) {
  const rows = stats.by_service.slice(0, TOP).map(({ name, count }) => ({ key: name, name, count }));
  return (
    <Panel title="Top services">
      {rows.length > 0 ? (
        <Tally rows={rows} />
      ) : (
        <p className="panel-empty">No service has been touched yet.</p>
      )}
    </Panel>
  );
}

function attackerRow({ ip, drill, totals }: Attacker) {
  const name = (
    <>
      <Link to={attackerPath(ip)} className="mono">
        {ip}
      </Link>
      {drill && <DrillBadge />}
    </>
  );
  return { key: ip, name, count: totals.evidence };
}

function TopAttackers() {
  const query = useAttackers({ q: "", sort: "evidence" });
  const rows = query.data?.pages[0]?.data.slice(0, TOP).map(attackerRow) ?? [];
  return (
    <Panel title="Top attackers" aside={<Link to="/attackers">All</Link>}>
      {rows.length > 0 ? <Tally rows={rows} /> : <p className="panel-empty">Nobody has come yet.</p>}
    </Panel>
  );
}

function reuseRow({ secret, secret_sha256, attempts }: CredentialReuse) {
  const name = secret ? (
    <Untrusted value={secret} max={24} fixed />
  ) : (
    <span className="mono faint">{secret_sha256.slice(0, 12)}…</span>
  );
  return { key: secret_sha256, name, count: attempts };
}

function TopCredentials() {
  const query = useReuse();
  const all = query.data?.pages[0]?.data ?? [];
  const rows = [...all]
    .sort((a, b) => b.attempts - a.attempts)
    .slice(0, TOP)
    .map(reuseRow);
  return (
    <Panel title="Top reused secrets" aside={<Link to="/credentials">All</Link>}>
      {rows.length > 0 ? <Tally rows={rows} /> : <p className="panel-empty">No secret was seen twice yet.</p>}
    </Panel>
  );
}

/** The first page. */
export function OverviewPage() {
  const [drills, setDrills] = useParam("drills", "");
  const stats = useStats(drills === "1");
  const last = stats.data?.last_evidence_ts;
  const aside = (
    <>
      {last && (
        <span className="faint">
          Last evidence <Ago ms={last} />
        </span>
      )}
      <DrillSwitch on={drills === "1"} set={setDrills} />
    </>
  );
  return (
    <PageFrame title="Overview" aside={aside}>
      <Await query={stats}>{(data) => <Figures stats={data} />}</Await>
      <div className="overview">
        <LiveFeed />
        <div className="overview-side">
          {stats.data && (
            <>
              <Panel title="Evidence per hour">
                <HourlyChart hourly={stats.data.hourly} />
              </Panel>
              <TopServices stats={stats.data} />
            </>
          )}
          <TopAttackers />
          <TopCredentials />
        </div>
      </div>
    </PageFrame>
  );
}
