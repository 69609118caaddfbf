// A record of evidence as a line: its sentence, and the row of a feed or timeline.

import { memo } from "react";
import type { EvidenceItem } from "../../api/types.ts";
import { SourceLink, Where } from "./badges.tsx";
import { isOwnReport, sentenceOf, weightOf } from "./evidence-words.ts";
import { Clock } from "./moment.tsx";
import { Link } from "./navigation.tsx";
import { sessionPath } from "./routes.ts";
import { Untrusted } from "./untrusted.tsx";

/** What happened, in words. */
export function Sentence({ item, max = 120 }: { readonly item: EvidenceItem; readonly max?: number }) {
  return (
    <span className="sentence">
      {sentenceOf(item).map((part, index) =>
        // biome-ignore lint/suspicious/noArrayIndexKey: the phrases of one record never move
        typeof part === "string" ? part : <Untrusted key={index} value={part.value} max={max} />,
      )}
    </span>
  );
}

/** One row of the live feed. */
export const FeedRow = memo(function FeedRow({ item }: { readonly item: EvidenceItem }) {
  return (
    <li className={`feed-row ${weightOf(item)}`} data-row tabIndex={-1}>
      <span className="feed-time">
        <Clock ms={item.ts} />
      </span>
      <span>
        {isOwnReport(item) ? (
          <span className="faint">sensor {item.sensor}</span>
        ) : (
          <SourceLink ip={item.src.ip} drill={item.drill} />
        )}{" "}
        <Sentence item={item} />
      </span>
      <span className="feed-foot">
        <Where decky={item.decky} service={item.service} />
        <span className="feed-kind">{item.kind}</span>
        {item.session && (
          <Link to={sessionPath(item.session)} className="quiet-link">
            session
          </Link>
        )}
      </span>
    </li>
  );
});
