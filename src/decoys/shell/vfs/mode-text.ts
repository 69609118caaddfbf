// The mode of a file as strmode(3) writes it, for every listing: `-rw-r--r--`. Ten characters, nothing after them.

import type { FileStat } from "../shell.ts";

const TYPE_LETTERS: Readonly<Record<FileStat["type"], string>> = {
  file: "-",
  directory: "d",
  symlink: "l",
  character: "c",
  block: "b",
  fifo: "p",
  socket: "s",
};

/** `rwx` of three bits; the third letter also shows set-id and sticky. */
function triple(bits: number, special: boolean, letter: string): string {
  const run = (bits & 1) !== 0;
  const last = special ? (run ? letter : letter.toUpperCase()) : run ? "x" : "-";
  return `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${last}`;
}

/** Type and permissions. */
export function modeText({ type, mode }: Pick<FileStat, "type" | "mode">): string {
  const owner = triple((mode >> 6) & 7, (mode & 0o4000) !== 0, "s");
  const group = triple((mode >> 3) & 7, (mode & 0o2000) !== 0, "s");
  return `${TYPE_LETTERS[type]}${owner}${group}${triple(mode & 7, (mode & 0o1000) !== 0, "t")}`;
}
