// A folder's listing as nginx 1.22's autoindex module writes it. Pure.

import { bytesOf } from "../../characters.ts";

/** One entry of a listing. `size` undefined for a folder. Names are byte strings. */
export interface IndexEntry {
  readonly name: string;
  readonly modifiedAt: number;
  readonly size: number | undefined;
}

const NAME_WIDTH = 50;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function escapeHtml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

function escapeUri(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => char);
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function stamp(ms: number): string {
  const date = new Date(ms);
  const day = `${two(date.getUTCDate())}-${MONTHS[date.getUTCMonth()]}-${date.getUTCFullYear()}`;
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
}

function line(entry: IndexEntry): string {
  const folder = entry.size === undefined;
  const shown = folder ? `${entry.name}/` : entry.name;
  const cut = shown.length > NAME_WIDTH;
  const text = cut ? `${escapeHtml(shown.slice(0, NAME_WIDTH - 3))}..&gt;` : escapeHtml(shown);
  const gap = " ".repeat(cut ? 0 : NAME_WIDTH - shown.length);
  const size = (folder ? "-" : String(entry.size)).padStart(19);
  const href = `${escapeUri(entry.name)}${folder ? "/" : ""}`;
  return `<a href="${href}">${text}</a>${gap} ${stamp(entry.modifiedAt)} ${size}\r\n`;
}

/** The page of the folder at `path` (with its closing slash). */
export function indexPage(path: string, entries: readonly IndexEntry[]): Uint8Array {
  const sorted = entries.toSorted((a, b) => {
    const folders = Number(b.size === undefined) - Number(a.size === undefined);
    if (folders !== 0) return folders;
    return a.name < b.name ? -1 : 1;
  });
  const title = `Index of ${escapeHtml(path)}`;
  return bytesOf(
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<h1>${title}</h1><hr><pre><a href="../">../</a>\r\n` +
      `${sorted.map(line).join("")}</pre><hr></body>\r\n</html>\r\n`,
  );
}
