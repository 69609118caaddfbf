// Each kind of evidence as a human sentence: our words as text, the attacker's words as marked values.
// Reads `data` defensively, since a newer server may send kinds and fields that this page does not know.

import type { Captured, EvidenceItem } from "../../api/types.ts";
import { formatBytes, formatDuration } from "./format.ts";

/** Our words, or a value to be drawn as attacker text. */
export type Phrase = string | { readonly value: Captured | string };

/** How much a record matters at a glance. */
export type Weight = "quiet" | "notice" | "strong" | "alarm";

type Data = Readonly<Record<string, unknown>>;
type Words = (data: Data) => readonly Phrase[];

function isCaptured(value: unknown): value is Captured {
  const candidate = value as Partial<Captured> | null | undefined;
  return (
    typeof candidate === "object" &&
    candidate !== null &&
    typeof candidate.val === "string" &&
    typeof candidate.len === "number"
  );
}

function value(data: Data, key: string): Phrase {
  const found = data[key];
  if (isCaptured(found)) return { value: found };
  return { value: typeof found === "string" || typeof found === "number" ? String(found) : "?" };
}

function text(data: Data, key: string): string {
  const found = data[key];
  return typeof found === "string" || typeof found === "number" || typeof found === "boolean"
    ? String(found)
    : "?";
}

function number(data: Data, key: string): number {
  const found = data[key];
  return typeof found === "number" && Number.isFinite(found) ? found : 0;
}

/** Words of ours become words again: `too-large` → `too large`. */
const spaced = (word: string): string => word.replaceAll("-", " ");

const endings = new Map([
  ["client", "client closed it"],
  ["decoy", "decoy closed it"],
  ["idle", "silent for too long"],
  ["time", "reached its longest time"],
  ["bytes", "reached its byte limit"],
  ["broken", "broke inside"],
  ["crowded", "gave way to another source"],
  ["shutdown", "decnet was stopping"],
]);

/** Why a conversation ended, in words. */
export function endingOf(reason: string): string {
  return endings.get(reason) ?? reason;
}

const login: Words = (data) => {
  const accepted = data["accepted"] === true;
  const start: Phrase[] = [accepted ? "logged in as " : "tried to log in as ", value(data, "username")];
  const key = data["key"] as { type?: unknown; fingerprint?: unknown } | undefined;
  if (isCaptured(data["secret"])) start.push(" with password ", { value: data["secret"] });
  else if (key) start.push(` with key ${String(key.type)} `, { value: String(key.fingerprint) });
  else if (data["challenge"]) start.push(" with a salted proof");
  else start.push(` (${text(data, "method")})`);
  return accepted ? [...start, " and was let in"] : start;
};

const deckyChanged: Words = (data) => {
  const previous = text(data, "previous");
  return [
    previous === "unknown"
      ? `decky is ${text(data, "state")}`
      : `decky went from ${previous} to ${text(data, "state")}`,
  ];
};

/** How much was sent, and of what was cut how much is kept. */
function sizeOf(data: EvidenceItem["data"]): string {
  const [size, stored] = [number(data, "size"), number(data, "stored")];
  return stored < size ? `kept ${formatBytes(stored)} of ${formatBytes(size)}` : formatBytes(size);
}

const words = new Map<string, Words>([
  ["connection.opened", () => ["connected"]],
  [
    "connection.closed",
    (data) => [
      `left after ${formatDuration(number(data, "duration_ms"))} — ${endingOf(text(data, "reason"))}, `,
      `${formatBytes(number(data, "bytes_in"))} in, ${formatBytes(number(data, "bytes_out"))} out`,
    ],
  ],
  [
    "connection.refused",
    (data) => [`was turned away ${number(data, "count")}× at the ${text(data, "bound")} limit`],
  ],
  ["client.identified", (data) => ["says it is ", value(data, "software"), ` (${text(data, "via")})`]],
  ["client.fingerprinted", (data) => [`has ${text(data, "family")} fingerprint `, value(data, "hash")]],
  ["auth.attempted", login],
  ["command.executed", (data) => ["ran ", value(data, "command")]],
  [
    "http.requested",
    (data) => ["requested ", value(data, "method"), " ", value(data, "target"), ` → ${text(data, "status")}`],
  ],
  ["file.uploaded", (data) => ["uploaded ", value(data, "name"), ` (${sizeOf(data)}, ${text(data, "via")})`]],
  [
    "file.read",
    (data) => ["read ", value(data, "name"), ` (${formatBytes(number(data, "size"))}, ${text(data, "via")})`],
  ],
  [
    "download.requested",
    (data) => [`told ${text(data, "tool")} to fetch `, value(data, "url"), " (nothing was fetched)"],
  ],
  [
    "tunnel.requested",
    (data) => [
      "asked for a tunnel to ",
      value(data, "host"),
      `:${text(data, "port")} (${text(data, "kind")}; none was made)`,
    ],
  ],
  ["takeover.attempted", (data) => [`tried ${spaced(text(data, "technique"))}: `, value(data, "detail")]],
  [
    "terminal.recorded",
    (data) => [`left a terminal recording of ${formatDuration(number(data, "duration_ms"))}`],
  ],
  [
    "protocol.violated",
    (data) => [`broke the protocol (${spaced(text(data, "violation"))}): `, value(data, "bytes")],
  ],
  ["decky.changed", deckyChanged],
  [
    "outbound.dropped",
    (data) => [
      `tried to open connections outward; ${number(data, "tcp")} TCP and ${number(data, "other")} other packets were stopped`,
    ],
  ],
  [
    "evidence.lost",
    (data) => [`${number(data, "count")} records were lost (${spaced(text(data, "reason"))})`],
  ],
]);

/** The kinds that this page has a sentence for. */
export const knownKinds: readonly string[] = [...words.keys()];

/** What happened, in words; the subject is the record's source. */
export function sentenceOf(item: EvidenceItem): readonly Phrase[] {
  return words.get(item.kind)?.(item.data) ?? [item.kind];
}

const weights = new Map<string, Weight>([
  ["connection.opened", "quiet"],
  ["connection.closed", "quiet"],
  ["decky.changed", "quiet"],
  ["client.identified", "quiet"],
  ["client.fingerprinted", "quiet"],
  ["command.executed", "strong"],
  ["file.uploaded", "alarm"],
  ["download.requested", "alarm"],
  ["takeover.attempted", "alarm"],
  ["tunnel.requested", "strong"],
  ["outbound.dropped", "alarm"],
  ["evidence.lost", "alarm"],
]);

/** How loudly to show a record: a login that was let in is loud, a failed one is not. */
export function weightOf(item: EvidenceItem): Weight {
  if (item.kind === "auth.attempted") return item.data["accepted"] === true ? "strong" : "notice";
  return weights.get(item.kind) ?? "notice";
}

/** True where the source is the sensor itself and no attacker. */
export function isOwnReport(item: EvidenceItem): boolean {
  return ["decky.changed", "outbound.dropped", "evidence.lost"].includes(item.kind);
}
