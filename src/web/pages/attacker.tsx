// Everything about one source.

import type { AttackerDetail } from "../../api/types.ts";
import { DrillBadge } from "../parts/badges.tsx";
import { CommandList, CredentialTable, FileTable, FingerprintTable } from "../parts/captures.tsx";
import { isOwnReport } from "../parts/evidence-words.ts";
import { formatCount } from "../parts/format.ts";
import { Ago } from "../parts/moment.tsx";
import { Figure, PageFrame, Panel } from "../parts/panel.tsx";
import { useAttacker, useAttackerEvidence } from "../parts/queries.ts";
import { SessionTable } from "../parts/session-table.tsx";
import { Await } from "../parts/states.tsx";
import { Timeline } from "../parts/timeline.tsx";

function Figures({ totals, deckies }: AttackerDetail) {
  return (
    <dl className="figures">
      <Figure label="Sessions" value={totals.sessions} />
      <Figure label="Credentials" value={totals.credentials} />
      <Figure label="Commands" value={totals.commands} />
      <Figure label="Files" value={totals.files} />
      <Figure label="Evidence" value={totals.evidence} />
      <Figure label="Deckies touched" value={deckies.length} />
    </dl>
  );
}

function Facts({ data }: { readonly data: AttackerDetail }) {
  return (
    <dl className="facts">
      <dt>First seen</dt>
      <dd>
        <Ago ms={data.first_seen} /> <span className="faint">at</span> {data.first_service}{" "}
        <span className="faint">on</span> {data.first_decky}
      </dd>
      <dt>Last seen</dt>
      <dd>
        <Ago ms={data.last_seen} />
      </dd>
      <dt>Services</dt>
      <dd>{data.services.join(", ")}</dd>
      <dt>Deckies</dt>
      <dd>{data.deckies.join(", ")}</dd>
    </dl>
  );
}

function Evidence({ ip }: { readonly ip: string }) {
  const query = useAttackerEvidence(ip);
  return (
    <Panel title="Timeline" aside={<span className="faint">newest first</span>}>
      <Await query={query}>
        {(page) => <Timeline items={page.data.filter((item) => !isOwnReport(item))} />}
      </Await>
    </Panel>
  );
}

/** A panel that is left out when there is nothing in it; its title counts what there is and what is shown. */
function countOf(shown: number, all: number = shown): string {
  return shown < all ? `newest ${formatCount(shown)} of ${formatCount(all)}` : formatCount(shown);
}

function Captures({ data }: { readonly data: AttackerDetail }) {
  const { totals } = data;
  return (
    <>
      <Panel title="Sessions" aside={countOf(data.sessions.length, totals.sessions)}>
        <SessionTable rows={data.sessions} />
      </Panel>
      {data.credentials.length > 0 && (
        <Panel title="Credentials" aside={countOf(data.credentials.length, totals.credentials)}>
          <CredentialTable rows={data.credentials} />
        </Panel>
      )}
      {data.commands.length > 0 && (
        <Panel title="Commands" aside={countOf(data.commands.length, totals.commands)}>
          <CommandList rows={data.commands} />
        </Panel>
      )}
      {data.files.length > 0 && (
        <Panel title="Files" aside={countOf(data.files.length, totals.files)}>
          <FileTable rows={data.files} />
        </Panel>
      )}
      {data.fingerprints.length + data.clients.length > 0 && (
        <Panel
          title="Fingerprints and software"
          aside={countOf(data.fingerprints.length + data.clients.length)}
        >
          <FingerprintTable fingerprints={data.fingerprints} clients={data.clients} />
        </Panel>
      )}
    </>
  );
}

function Title({ ip, drill }: { readonly ip: string; readonly drill: boolean }) {
  return (
    <>
      <span className="mono">{ip}</span> {drill && <DrillBadge />}
    </>
  );
}

/** One attacker. */
export function AttackerPage({ ip }: { readonly ip: string }) {
  const query = useAttacker(ip);
  const { data } = query;
  return (
    <PageFrame title={<Title ip={ip} drill={data?.drill ?? false} />}>
      <Await query={query}>
        {(attacker) => (
          <>
            <Figures {...attacker} />
            <Facts data={attacker} />
            <div className="stack">
              <Captures data={attacker} />
              <Evidence ip={ip} />
            </div>
          </>
        )}
      </Await>
    </PageFrame>
  );
}
