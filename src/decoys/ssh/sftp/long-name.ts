// The line of a listing as OpenSSH's sftp-server prints it: mode, links, owner, group, size, date, name.

import type { FileStat } from "../../shell/shell.ts";
import { modeText } from "../../shell/vfs/mode-text.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
const HALF_YEAR_MS = (365 * 86_400_000) / 2;

function dateText(mtimeMs: number, nowMs: number): string {
  const date = new Date(mtimeMs);
  const day = `${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)}`;
  const recent = mtimeMs <= nowMs && mtimeMs > nowMs - HALF_YEAR_MS;
  if (!recent) return `${day}  ${date.getUTCFullYear()}`;
  const [hours, minutes] = [date.getUTCHours(), date.getUTCMinutes()].map((n) => String(n).padStart(2, "0"));
  return `${day} ${hours}:${minutes}`;
}

/** The line. `name` is a byte string; owner and group are names where known. */
export function longName(
  name: string,
  stat: FileStat,
  context: { readonly owner: string; readonly group: string; readonly nowMs: number },
): string {
  const { owner, group, nowMs } = context;
  const columns = [
    owner.padEnd(8),
    group.padEnd(8),
    String(stat.size).padStart(8),
    dateText(stat.mtimeMs, nowMs),
  ];
  return `${modeText(stat)} ${String(stat.nlink).padStart(4)} ${columns.join(" ")} ${name}`;
}
