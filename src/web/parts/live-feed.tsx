// The live feed on the page: newest first, pausable, with a word for when nothing has come yet.

import { isOwnReport } from "./evidence-words.ts";
import { formatCount } from "./format.ts";
import { feed } from "./live-session.ts";
import { Panel } from "./panel.tsx";
import { useDeckies } from "./queries.ts";
import { FeedRow } from "./sentence.tsx";
import { Empty } from "./states.tsx";
import { useStore } from "./use-store.ts";

function Invitation() {
  const { data } = useDeckies();
  const decky = data?.data.find(({ services }) => services.some(({ state }) => state === "listening"));
  const listening = decky?.services.filter(({ state }) => state === "listening") ?? [];
  const ssh = listening.find(({ name }) => name === "ssh");
  // A decky that listens everywhere also listens where this page came from.
  const isEverywhere = !decky || ["::", "0.0.0.0"].includes(decky.address);
  const address = isEverywhere ? window.location.hostname : decky.address;
  return (
    <Empty title="Nothing has touched a decky yet. Be your own first intruder:">
      <pre className="sample">
        {`nmap -sV -p ${listening.map(({ port }) => port).join(",") || "22,80"} ${address}`}
        {ssh ? `\nssh -p ${ssh.port} root@${address}` : ""}
      </pre>
      <p>What you do appears here within a second.</p>
    </Empty>
  );
}

function PauseButton({ paused, waiting }: { readonly paused: boolean; readonly waiting: number }) {
  return (
    <button
      type="button"
      className="button small"
      data-pause
      aria-pressed={paused}
      onClick={paused ? feed.resume : feed.pause}
    >
      {paused ? `Resume${waiting > 0 ? ` (${formatCount(waiting)} new)` : ""}` : "Pause"}
    </button>
  );
}

/** The feed. */
export function LiveFeed() {
  const { items, paused, waiting } = useStore(feed.store);
  return (
    <Panel title="Live feed" className="feed-panel" aside={<PauseButton paused={paused} waiting={waiting} />}>
      {items.every(isOwnReport) && <Invitation />}
      {items.length > 0 && (
        <ol
          className="feed"
          aria-live={paused ? "off" : "polite"}
          aria-relevant="additions"
          aria-label="Evidence, newest first"
        >
          {items.map((item) => (
            <FeedRow key={item.seq} item={item} />
          ))}
        </ol>
      )}
    </Panel>
  );
}
