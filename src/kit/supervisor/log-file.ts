// A child's log on disk: bounded by rotation, with its last lines in memory for the report of a crash.
// A disk that refuses the write costs log lines, never the child.

import { appendFileSync, renameSync, statSync } from "node:fs";

const FILE_BYTES = 8 * 1024 * 1024;
const LAST_LINES = 20;
const LINE_BYTES = 16 * 1024;

/** Takes a child's output as it comes. */
export interface LogFile {
  write(chunk: Uint8Array): void;
  /** The last lines, oldest first. */
  readonly last: readonly string[];
  /** Lines that the disk refused. */
  readonly lost: number;
}

/** Opens `path` for appending, one older generation kept as `path.1`; `onLine` sees each whole line. */
export function openLogFile(path: string, onLine: (line: string) => void): LogFile {
  const decoder = new TextDecoder();
  const last: string[] = [];
  let rest = "";
  let lost = 0;
  let size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const store = (text: string, lines: number): void => {
    try {
      if (size > FILE_BYTES) {
        renameSync(path, `${path}.1`);
        size = 0;
      }
      appendFileSync(path, text, { mode: 0o600 });
      size += text.length;
    } catch {
      // Counted: there is nowhere else to write it to.
      lost += lines;
    }
  };
  return {
    write(chunk) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = (parts.pop() ?? "").slice(-LINE_BYTES);
      if (parts.length === 0) return;
      store(`${parts.join("\n")}\n`, parts.length);
      for (const line of parts) {
        last.push(line);
        if (last.length > LAST_LINES) last.shift();
        onLine(line);
      }
    },
    last,
    get lost() {
      return lost;
    },
  };
}
