// Reads asciicast v2 (docs.asciinema.org/manual/asciicast/v2): a header line, then one event per line.
// Takes only output and resizes; skips and counts what does not fit; bounded in events and size.

/** One moment of a recording: `at` in seconds from the start. */
type CastEvent =
  | { readonly type: "output"; readonly at: number; readonly text: string }
  | { readonly type: "resize"; readonly at: number; readonly columns: number; readonly rows: number };

/** A recording, in order of time. */
export interface Cast {
  readonly columns: number;
  readonly rows: number;
  readonly events: readonly CastEvent[];
  /** Seconds. */
  readonly duration: number;
  /** Lines that were not understood or came after a bound. */
  readonly skipped: number;
}

/** Most events that are kept of one recording. */
const MAX_EVENTS = 200_000;
/** Most changes of size that are kept: each costs a screen. */
const MAX_RESIZES = 500;
/** Most UTF-16 units of one recording that are read. */
const MAX_TEXT = 64 * 1024 * 1024;
/** UTF-16 units of output in one event. */
const PIECE = 8 * 1024;

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function dimension(value: unknown, fallback: number): number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 1000
    ? value
    : fallback;
}

/** One event, null for a kind that is not drawn, undefined for a line that is none. */
function toEvent(value: unknown, after: number): CastEvent | null | undefined {
  if (!Array.isArray(value)) return undefined;
  const [time, code, data] = value as unknown[];
  if (typeof time !== "number" || !Number.isFinite(time) || typeof data !== "string") return undefined;
  // Time may stand still but never runs backwards.
  const at = Math.max(after, time);
  if (code === "o") return { type: "output", at, text: data };
  if (code !== "r") return null;
  const size = /^(\d{1,4})x(\d{1,4})$/.exec(data);
  if (!size) return undefined;
  return {
    type: "resize",
    at,
    columns: dimension(Number(size[1]), 80),
    rows: dimension(Number(size[2]), 24),
  };
}

/** Long output as several events of one moment, so that whoever plays it can pause in between. */
function inPieces(event: CastEvent): readonly CastEvent[] {
  if (event.type === "resize" || event.text.length <= PIECE) return [event];
  const pieces: CastEvent[] = [];
  for (let from = 0; from < event.text.length; ) {
    const end = from + PIECE;
    // Never between the halves of a surrogate pair.
    const cut = (event.text.charCodeAt(end - 1) & 0xfc00) === 0xd800 ? end + 1 : end;
    pieces.push({ ...event, text: event.text.slice(from, cut) });
    from = cut;
  }
  return pieces;
}

/** Parses a recording. Returns undefined when its first line is no version 2 header; never throws. */
export function parseCast(text: string): Cast | undefined {
  const lines = text.slice(0, MAX_TEXT).split("\n");
  const header = parseJson(lines[0] ?? "") as
    | { version?: unknown; width?: unknown; height?: unknown }
    | null
    | undefined;
  if (typeof header !== "object" || header === null || header.version !== 2) return undefined;
  const events: CastEvent[] = [];
  let resizes = 0;
  let skipped = 0;
  let at = 0;
  for (const line of lines.slice(1)) {
    if (line.trim() === "") continue;
    const event = events.length < MAX_EVENTS ? toEvent(parseJson(line), at) : undefined;
    if (event?.type === "resize") resizes++;
    const isTooMany = event?.type === "resize" && resizes > MAX_RESIZES;
    if (event === undefined || isTooMany) skipped++;
    if (!event || isTooMany) continue;
    at = event.at;
    events.push(...inPieces(event));
  }
  return {
    columns: dimension(header.width, 80),
    rows: dimension(header.height, 24),
    events,
    duration: at,
    skipped,
  };
}

/** The same recording with every pause cut to `most` seconds. */
export function withoutPauses(cast: Cast, most: number): Cast {
  let cut = 0;
  let before = 0;
  const events = cast.events.map((event) => {
    cut += Math.max(0, event.at - before - most);
    before = event.at;
    return { ...event, at: event.at - cut };
  });
  return { ...cast, events, duration: cast.duration - cut };
}
