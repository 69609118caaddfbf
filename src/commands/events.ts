// decnet events: shows what passes on the bus. Payloads are data: shown escaped, one event a line.

import type { Bus, BusEvent } from "../bus/bus.ts";
import { printable } from "../contract/captured.ts";

/** Longest text line of one event, in characters. */
const MAX_LINE = 4000;

/** Options of {@link runEvents}. */
export interface EventsOptions {
  readonly bus: Bus;
  readonly pattern: string;
  /** One JSON object a line in place of text. */
  readonly json: boolean;
  readonly signal: AbortSignal;
  /** Takes text that ends in a line feed. */
  readonly write: (text: string) => void;
}

/** Writes each event that matches until `signal` aborts. Throws DecnetError `invalid` for what is no pattern. */
export async function runEvents({ bus, pattern, json, signal, write }: EventsOptions): Promise<void> {
  const subscription = bus.subscribe(pattern);
  const end = (): void => subscription.close();
  if (signal.aborted) end();
  signal.addEventListener("abort", end, { once: true });
  for await (const event of subscription) write(json ? jsonLine(event) : textLine(event));
  signal.removeEventListener("abort", end);
}

function textLine({ topic, ts, payload }: BusEvent): string {
  const time = new Date(Math.min(Math.max(ts, 0), 8.64e12) * 1000).toISOString();
  return `${time} ${topic} ${printable(toJson(payload), MAX_LINE)}\n`;
}

/** JSON in which every character that could act on a terminal is escaped; it stays JSON. */
function jsonLine({ topic, id, type, ts, payload }: BusEvent): string {
  const text = toJson({ topic, id, type, ts, payload });
  return `${text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escapeUnits)}\n`;
}

function escapeUnits(char: string): string {
  return Array.from(
    { length: char.length },
    (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, "0")}`,
  ).join("");
}

/** Bytes as base64, for a payload may hold some. */
function toJson(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    part instanceof Uint8Array ? Buffer.from(part).toString("base64") : part,
  );
}
