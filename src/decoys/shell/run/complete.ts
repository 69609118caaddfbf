// Completion of commands and paths at a prompt. Bounded in what it offers.

import { builtins } from "../lang/builtins/index.ts";
import type { Interpreter } from "../lang/interpreter.ts";
import type { ByteString } from "../shell.ts";
import { DEFAULT_PATH } from "./kernel.ts";

const MOST = 1000;

/** What a tab offers for a line: where the word begins and what it may become. */
export function completer(shell: Interpreter) {
  return (line: ByteString, cursor: number): { from: number; choices: ByteString[] } => {
    const before = line.slice(0, cursor);
    const from =
      Math.max(
        before.lastIndexOf(" "),
        before.lastIndexOf("|"),
        before.lastIndexOf(";"),
        before.lastIndexOf("&"),
        before.lastIndexOf(">"),
        before.lastIndexOf("<"),
      ) + 1;
    const word = before.slice(from);
    const first = /(?:^|[|;&])\s{0,1000}$/.test(before.slice(0, from));
    const choices = first && !word.includes("/") ? commands(shell, word) : paths(shell, word);
    return { from, choices: choices.slice(0, MOST) };
  };
}

function commands(shell: Interpreter, word: ByteString): ByteString[] {
  if (word === "") return [];
  const found = new Set(
    [...builtins.keys()]
      .filter((name) => name.startsWith(word) && shell.builtin(name))
      .map((name) => `${name} `),
  );
  for (const folder of (shell.state.get("PATH") ?? DEFAULT_PATH).split(":").slice(0, 16)) {
    const listed = shell.fs.readdir(folder);
    for (const { name } of listed.ok ? listed.value : []) if (name.startsWith(word)) found.add(`${name} `);
  }
  return [...found].sort();
}

function paths(shell: Interpreter, word: ByteString): ByteString[] {
  const slash = word.lastIndexOf("/") + 1;
  const folder = word.slice(0, slash);
  const start = word.slice(slash);
  const listed = shell.fs.readdir(folder === "" ? "." : folder);
  if (!listed.ok) return [];
  return listed.value
    .filter(({ name }) => name.startsWith(start) && (start.startsWith(".") || !name.startsWith(".")))
    .map(({ name }) => {
      const stat = shell.fs.stat(folder + name);
      return folder + name + (stat.ok && stat.value.type === "directory" ? "/" : " ");
    });
}
