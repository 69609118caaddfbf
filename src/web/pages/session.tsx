// One conversation: its transcript, and the replay of its terminal where one was recorded.

import type { SessionDetail } from "../../api/types.ts";
import { Badge, DrillBadge, SourceLink, Where } from "../parts/badges.tsx";
import { endingOf } from "../parts/evidence-words.ts";
import { formatBytes, formatCount, formatDuration, formatFull, formatPlural } from "../parts/format.ts";
import { PageFrame, Panel } from "../parts/panel.tsx";
import { useRecording, useSession } from "../parts/queries.ts";
import { Await } from "../parts/states.tsx";
import { Player } from "../parts/terminal/player.tsx";
import { Timeline } from "../parts/timeline.tsx";

function Facts({ data }: { readonly data: SessionDetail }) {
  return (
    <dl className="facts">
      <dt>Source</dt>
      <dd>
        <SourceLink ip={data.attacker_ip} drill={data.drill} />{" "}
        <span className="faint">port {data.src_port}</span>
      </dd>
      <dt>Where</dt>
      <dd>
        <Where decky={data.decky} service={data.service} />{" "}
        <span className="faint mono">
          {data.dst_ip} port {data.dst_port}
        </span>
      </dd>
      <dt>Started</dt>
      <dd>{formatFull(data.started_at)}</dd>
      <dt>Length</dt>
      <dd>
        {data.duration_ms === null ? <Badge tone="info">still open</Badge> : formatDuration(data.duration_ms)}
        {data.end_reason && <span className="faint">, {endingOf(data.end_reason)}</span>}
      </dd>
      <dt>Bytes</dt>
      <dd>
        {formatBytes(data.bytes_in)} in, {formatBytes(data.bytes_out)} out
      </dd>
      <dt>Captured</dt>
      <dd>
        {formatPlural(data.totals.credentials, "credential")}, {formatPlural(data.totals.commands, "command")}
        , {formatPlural(data.totals.files, "file")}
      </dd>
    </dl>
  );
}

function Replay({ id }: { readonly id: string }) {
  const query = useRecording(id, true);
  return (
    <Panel title="Terminal">
      <Await query={query}>{(text) => <Player text={text} />}</Await>
    </Panel>
  );
}

function Title({ data }: { readonly data: SessionDetail | undefined }) {
  return (
    <>
      Session {data?.logged_in && <Badge tone="warn">let in</Badge>} {data?.drill && <DrillBadge />}
    </>
  );
}

/** The page of one session. */
export function SessionPage({ id }: { readonly id: string }) {
  const query = useSession(id);
  return (
    <PageFrame title={<Title data={query.data} />} aside={<span className="mono faint id">{id}</span>}>
      <Await query={query}>
        {(data) => (
          <>
            <Facts data={data} />
            <div className="stack">
              {data.recording_sha256 && <Replay id={id} />}
              <Panel title="Transcript" aside={formatPlural(data.transcript.length, "record")}>
                <Timeline items={data.transcript} />
                {!data.transcript_complete && (
                  <p className="note faint">
                    This conversation has {formatCount(data.totals.evidence)} records; the first{" "}
                    {formatCount(data.transcript.length)} are shown. The rest is in the API at
                    /api/v1/evidence.
                  </p>
                )}
              </Panel>
            </div>
          </>
        )}
      </Await>
    </PageFrame>
  );
}
