// Evidence in order, as a transcript: time, what happened, and the whole of its data on demand.

import type { EvidenceItem } from "../../api/types.ts";
import { DrillBadge } from "./badges.tsx";
import { weightOf } from "./evidence-words.ts";
import { Clock } from "./moment.tsx";
import { Sentence } from "./sentence.tsx";
import { Empty } from "./states.tsx";
import { segmentsOf } from "./visible-text.ts";

/** Most characters of a record's JSON that are drawn. */
const LONGEST = 20_000;

/** JSON for reading. Its own line breaks and indents stay; control characters inside are escaped by JSON, the rest here. */
function jsonText(item: EvidenceItem): string {
  return JSON.stringify(item, null, 2)
    .split("\n")
    .map((line) =>
      segmentsOf(line, LONGEST)
        .map(({ text }) => text)
        .join(""),
    )
    .join("\n")
    .slice(0, LONGEST);
}

function TimelineRow({ item }: { readonly item: EvidenceItem }) {
  return (
    <li className={`timeline-row ${weightOf(item)}`} data-row tabIndex={-1}>
      <span className="feed-time">
        <Clock ms={item.ts} />
      </span>
      <details>
        <summary data-open>
          <span className="feed-kind">{item.kind}</span> <Sentence item={item} max={240} />{" "}
          {item.drill && <DrillBadge />}
        </summary>
        <pre className="json">{jsonText(item)}</pre>
      </details>
    </li>
  );
}

/** The rows, as given. */
export function Timeline({ items }: { readonly items: readonly EvidenceItem[] }) {
  if (items.length === 0) return <Empty title="No evidence is kept of this." />;
  return (
    <ol className="timeline">
      {items.map((item) => (
        <TimelineRow key={item.seq} item={item} />
      ))}
    </ol>
  );
}
