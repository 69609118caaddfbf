// Draws attacker text: text nodes only, isolated from the page's direction, escapes visible, long values cut.

import { useState } from "react";
import type { Captured } from "../../api/types.ts";
import { formatBytes, formatCount } from "./format.ts";
import { type Segment, show } from "./visible-text.ts";

/** Most characters that are ever drawn of one value. */
const LONGEST = 16_384;

interface UntrustedProps {
  readonly value: Captured | string;
  /** Characters before the cut. */
  readonly max?: number;
  /** Without the button that shows the rest, where the whole row is a link. */
  readonly fixed?: boolean;
}

function segmentNode({ text, escaped }: Segment, index: number) {
  if (!escaped) return text;
  return (
    <span className="esc" key={index}>
      {text}
    </span>
  );
}

/** A value that a stranger sent. */
export function Untrusted({ value, max = 120, fixed = false }: UntrustedProps) {
  const [open, setOpen] = useState(false);
  const shown = show(value, open ? LONGEST : max);
  const empty = shown.segments.length === 0;
  return (
    <span className={open ? "untrusted open" : "untrusted"}>
      {shown.binary && <span className="tag">bytes</span>}
      <bdi className={empty ? "faint" : "raw"}>{empty ? "(empty)" : shown.segments.map(segmentNode)}</bdi>
      {shown.more > 0 && (fixed || open) && <span className="faint">…</span>}
      {!fixed && (shown.more > 0 || open) && (
        <button type="button" className="more" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "less" : `+${formatCount(shown.more)}`}
        </button>
      )}
      {shown.lost > 0 && open && (
        <span className="faint"> {formatBytes(shown.lost)} more were sent and not kept</span>
      )}
    </span>
  );
}
