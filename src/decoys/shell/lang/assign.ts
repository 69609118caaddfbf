// Assignments run: to variables, to items of arrays and to keys of tables.
// Bounded by what a shell's state remembers; a read-only variable stays as it is.

import type { ByteString } from "../shell.ts";
import { toAssign } from "./assignment.ts";
import type { Assign, Word } from "./ast.ts";
import { arithmetic, expandText, expandWords } from "./expand.ts";
import type { Interpreter } from "./interpreter.ts";
import type { Table } from "./table.ts";

/** Runs one assignment; false (and complained of) when the variable is read-only. */
export async function assign(shell: Interpreter, one: Assign, exported?: boolean): Promise<boolean> {
  const fine = one.items ? await assignList(shell, one, one.items) : await assignOne(shell, one, exported);
  if (fine) return true;
  await shell.complain(
    shell.state.identity.dialect === "bash" ? `${one.name}: readonly variable` : `${one.name}: is read only`,
  );
  return false;
}

/** `[key]=value` of a list, or null for a plain word. */
function keyed(word: Word): Assign | null {
  const [first, ...rest] = word;
  if (first?.kind !== "text" || first.quoted || !first.text.startsWith("[")) return null;
  return toAssign([{ ...first, text: `x${first.text}` }, ...rest]);
}

async function assignList(shell: Interpreter, one: Assign, words: readonly Word[]): Promise<boolean> {
  const table = shell.state.vars.get(one.name)?.table;
  if (table)
    return shell.state.setTable(one.name, await tableOf(shell, words, one.append ? table : new Map()));
  const items = one.append ? [...shell.state.items(one.name)] : [];
  let plain: Word[] = [];
  const flush = async (): Promise<void> => {
    for (const value of await expandWords(plain, shell)) items.push(value);
    plain = [];
  };
  for (const word of words) {
    const entry = keyed(word);
    if (!entry?.index) {
      plain.push(word);
      continue;
    }
    await flush();
    const index = Number(await arithmetic(entry.index, shell));
    const value = await expandText(entry.value, shell);
    if (!shell.state.setItems(one.name, items)) return false;
    if (!shell.state.setItem(one.name, index, value)) return false;
    items.splice(0, items.length, ...shell.state.items(one.name));
  }
  await flush();
  return shell.state.setItems(one.name, items);
}

/** `[key]=value …` or `key value …`. */
async function tableOf(shell: Interpreter, words: readonly Word[], before: Table): Promise<Table> {
  const table = new Map(before);
  const plain: Word[] = [];
  for (const word of words) {
    const entry = keyed(word);
    if (!entry?.index) {
      plain.push(word);
      continue;
    }
    const key = await expandText(entry.index, shell);
    const old = entry.append ? (table.get(key) ?? "") : "";
    table.set(key, old + (await expandText(entry.value, shell)));
  }
  const pairs = await expandWords(plain, shell);
  for (let i = 0; i < pairs.length; i += 2) table.set(pairs[i] ?? "", pairs[i + 1] ?? "");
  return table;
}

async function assignOne(shell: Interpreter, one: Assign, exported?: boolean): Promise<boolean> {
  const { state } = shell;
  if (!one.index) {
    const value: ByteString =
      (one.append ? (state.get(one.name) ?? "") : "") + (await expandText(one.value, shell));
    if (state.vars.get(one.name)?.table) return state.setKey(one.name, "0", value);
    return state.set(one.name, value, exported);
  }
  const table = state.vars.get(one.name)?.table;
  if (table) {
    const key = await expandText(one.index, shell);
    const old = one.append ? (table.get(key) ?? "") : "";
    return state.setKey(one.name, key, old + (await expandText(one.value, shell)));
  }
  const index = Number(await arithmetic(one.index, shell));
  const old = one.append ? (state.items(one.name).at(index) ?? "") : "";
  return state.setItem(one.name, index, old + (await expandText(one.value, shell)));
}
