// The variables of shell arithmetic, items of arrays among them.

import type { ByteString } from "../shell.ts";
import { type ArithScope, evaluate } from "./arith.ts";
import type { ShellState } from "./state.ts";

/** What an expression of a shell reads and sets. Its functions throw ArithFault for a bad subscript. */
export function arithScope(state: ShellState): ArithScope {
  const scope: ArithScope = {
    arrays: state.identity.dialect === "bash",
    get: (name) => read(name) ?? "",
    set: write,
  };
  const split = (name: string): readonly [string, string] | null => {
    const at = name.indexOf("[");
    return at < 0 ? null : [name.slice(0, at), name.slice(at + 1, -1)];
  };
  function read(name: string): ByteString | undefined {
    const item = split(name);
    if (!item) return state.get(name);
    const [array, index] = item;
    const table = state.vars.get(array)?.table;
    return table ? table.get(index) : state.items(array).at(Number(evaluate(index, scope)));
  }
  function write(name: string, value: ByteString): void {
    const item = split(name);
    if (!item) state.set(name, value);
    else if (state.vars.get(item[0])?.table) state.setKey(item[0], item[1], value);
    else state.setItem(item[0], Number(evaluate(item[1], scope)), value);
  }
  return scope;
}
