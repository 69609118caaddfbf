// What one shell process knows: variables, functions, options, where it is and who runs it.
// Bounded in what a script can make it remember.

import { Killed } from "../run/flow.ts";
import type { ByteString } from "../shell.ts";
import type { Command } from "./ast.ts";
import type { ShellIdentity } from "./dialect.ts";
import { type Table, tableBytes, tableEntries } from "./table.ts";

/** A variable. */
export interface Variable {
  readonly value: ByteString;
  readonly exported: boolean;
  readonly readonly: boolean;
  /** Values of an array, holes included; the first is also `value`. */
  readonly items?: readonly (ByteString | undefined)[];
  /** Values by key, of an associative array. */
  readonly table?: Table;
}

const REMEMBERED_BYTES = 1 << 20;
const FUNCTIONS = 512;
const ITEMS = 4096;

const itemBytes = (items: readonly (ByteString | undefined)[]): number =>
  items.reduce((sum, item) => sum + (item?.length ?? 0) + 8, 0);

/** The state of a shell; `fork` gives a subshell's copy. */
export class ShellState {
  readonly identity: ShellIdentity;
  vars: Map<string, Variable>;
  functions: Map<string, Command>;
  aliases: Map<string, ByteString>;
  positional: readonly ByteString[] = [];
  options = new Set<string>();
  cwd: ByteString;
  umask = 0o022;
  status = 0;
  pid: number;
  lastBackground: number | null = null;
  depth = 0;
  /** How many `source` and functions deep a `return` may be given. */
  returnable = 0;
  line = 1;
  /** `$_`: the last word of the command before. */
  lastWord: ByteString = "";
  /** `$PIPESTATUS`. */
  pipeStatus: readonly number[] = [0];
  /** Commands of `trap` by signal. */
  traps = new Map<string, ByteString>();
  /** What a subshell shows before it sets its own: those of the shell around it, which it does not run. */
  shownTraps: ReadonlyMap<string, ByteString> | null = null;
  /** True while a trap runs. */
  trapping = false;
  /** Saved variables of the functions that run, innermost last. */
  locals: Map<string, Variable | undefined>[] = [];
  #bytes = 0;

  constructor(init: {
    identity: ShellIdentity;
    env: ReadonlyMap<ByteString, ByteString>;
    cwd: ByteString;
    pid: number;
  }) {
    this.identity = init.identity;
    this.cwd = init.cwd;
    this.pid = init.pid;
    this.vars = new Map(
      [...init.env].map(([name, value]) => [name, { value, exported: true, readonly: false }]),
    );
    this.functions = new Map();
    this.aliases = new Map();
  }

  fork(): ShellState {
    const copy = new ShellState({ identity: this.identity, env: new Map(), cwd: this.cwd, pid: this.pid });
    copy.vars = new Map(this.vars);
    copy.functions = new Map(this.functions);
    copy.aliases = new Map(this.aliases);
    copy.positional = this.positional;
    copy.options = new Set(this.options);
    copy.umask = this.umask;
    copy.status = this.status;
    copy.lastBackground = this.lastBackground;
    copy.depth = this.depth;
    copy.returnable = this.returnable;
    copy.line = this.line;
    copy.lastWord = this.lastWord;
    copy.pipeStatus = this.pipeStatus;
    copy.locals = this.locals.map((frame) => new Map(frame));
    copy.shownTraps = this.shownTraps ?? this.traps;
    for (const [name, command] of this.traps) if (command === "") copy.traps.set(name, command);
    copy.#bytes = this.#bytes;
    return copy;
  }

  get(name: string): ByteString | undefined {
    return this.vars.get(name)?.value;
  }

  /** Sets a variable; false when it is read-only. */
  set(name: string, value: ByteString, exported?: boolean): boolean {
    const old = this.vars.get(name);
    if (old?.readonly) return false;
    this.#bytes += value.length - (old?.value.length ?? -name.length);
    if (this.#bytes > REMEMBERED_BYTES) throw new Killed();
    this.vars.set(name, {
      value,
      exported: exported ?? old?.exported ?? this.options.has("a"),
      readonly: false,
      ...(old?.items ? { items: [value, ...old.items.slice(1)] } : {}),
      ...(old?.table ? { table: new Map(old.table).set("0", value) } : {}),
    });
    return true;
  }

  /** The values of a variable, holes left out; those of a plain one are its value. */
  items(name: string): readonly (ByteString | undefined)[] {
    if (name === "PIPESTATUS") return this.pipeStatus.map(String);
    const variable = this.vars.get(name);
    if (variable?.table) return tableEntries(variable.table).map(([, value]) => value);
    return variable?.items ?? (variable ? [variable.value] : []);
  }

  /** Makes a variable an array; false when it is read-only. */
  setItems(name: string, items: readonly (ByteString | undefined)[]): boolean {
    if (items.length > ITEMS) throw new Killed();
    this.#bytes += itemBytes(items) - itemBytes(this.vars.get(name)?.items ?? []);
    if (!this.set(name, items[0] ?? "")) return false;
    const variable = this.vars.get(name);
    if (variable) this.vars.set(name, { ...variable, items });
    return true;
  }

  /** Sets one value of an array; false when it is read-only. */
  setItem(name: string, index: number, value: ByteString): boolean {
    if (!Number.isInteger(index) || index >= ITEMS) throw new Killed();
    const items = [...this.items(name)];
    const at = index < 0 ? items.length + index : index;
    if (at < 0) return false;
    while (items.length < at) items.push(undefined);
    items[at] = value;
    return this.setItems(name, items);
  }

  /** The keys that `${!name[@]}` lists. */
  keys(name: string): readonly ByteString[] {
    const table = this.vars.get(name)?.table;
    if (table) return tableEntries(table).map(([key]) => key);
    return this.items(name).flatMap((item, i) => (item === undefined ? [] : [String(i)]));
  }

  /** Makes a variable an associative array, empty unless it is one. */
  declareTable(name: string): void {
    const old = this.vars.get(name);
    if (!old?.table && this.set(name, "")) this.setTable(name, new Map());
  }

  /** Replaces an associative array; false when it is read-only. */
  setTable(name: string, table: Table): boolean {
    const old = this.vars.get(name);
    if (old?.readonly) return false;
    if (table.size > ITEMS) throw new Killed();
    this.#bytes += tableBytes(table) - tableBytes(old?.table);
    if (this.#bytes > REMEMBERED_BYTES) throw new Killed();
    const { exported = false } = old ?? {};
    this.vars.set(name, { value: table.get("0") ?? "", exported, readonly: false, table });
    return true;
  }

  /** Sets one value of an associative array; false when it is read-only. */
  setKey(name: string, key: ByteString, value: ByteString): boolean {
    return this.setTable(name, new Map(this.vars.get(name)?.table).set(key, value));
  }

  /** Removes one value of an array of either kind; false when it is read-only. */
  unsetItem(name: string, key: ByteString): boolean {
    const old = this.vars.get(name);
    if (key === "@" || key === "*" || !old) return this.unset(name);
    if (old.readonly) return false;
    if (old.table) {
      const table = new Map(old.table);
      table.delete(key);
      return this.setTable(name, table);
    }
    const at = Number(key);
    const items = [...this.items(name)];
    if (!Number.isInteger(at)) return true;
    items[at < 0 ? items.length + at : at] = undefined;
    while (items.length > 0 && items.at(-1) === undefined) items.pop();
    return this.setItems(name, items);
  }

  unset(name: string): boolean {
    const old = this.vars.get(name);
    if (old?.readonly) return false;
    if (old)
      this.#bytes -= old.value.length + name.length + itemBytes(old.items ?? []) + tableBytes(old.table);
    this.vars.delete(name);
    return true;
  }

  define(name: string, body: Command): void {
    if (this.functions.size >= FUNCTIONS) throw new Killed();
    this.functions.set(name, body);
  }

  /** The environment of a program. */
  environment(): Map<ByteString, ByteString> {
    const env = new Map<ByteString, ByteString>();
    for (const [name, { value, exported }] of this.vars) if (exported) env.set(name, value);
    return env;
  }
}
