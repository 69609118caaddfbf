// The line of a listing as OpenSSH's sftp-server prints it: mode, links, owner, group, size, date, name.

import type { FileStat } from "../../shell/shell.ts";

const TYPE_LETTER: Readonly<Record<FileStat["type"], string>> = {
  file: "-",
  directory: "d",
  symlink: "l",
  character: "c",
  block: "b",
  fifo: "p",
  socket: "s",
};

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
const HALF_YEAR_MS = (365 * 86_400_000) / 2;

/** `rwx` of three bits; the third letter also shows set-id and sticky. */
function triple(bits: number, special: boolean, letter: "s" | "t"): string {
  const run = (bits & 1) !== 0;
  const last = special ? (run ? letter : letter.toUpperCase()) : run ? "x" : "-";
  return `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${last}`;
}

/** strmode(3), its trailing blank included. */
function modeText({ type, mode }: Pick<FileStat, "type" | "mode">): string {
  const owner = triple((mode >> 6) & 7, (mode & 0o4000) !== 0, "s");
  const group = triple((mode >> 3) & 7, (mode & 0o2000) !== 0, "s");
  const others = triple(mode & 7, (mode & 0o1000) !== 0, "t");
  return `${TYPE_LETTER[type]}${owner}${group}${others} `;
}

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
  return `${modeText(stat)}${String(stat.nlink).padStart(4)} ${columns.join(" ")} ${name}`;
}
