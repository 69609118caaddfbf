// What a running awk program remembers: variables, arrays, the frames of its functions.
// Bounded in bytes and items: beyond, the program is killed.

import { Killed } from "../run/flow.ts";
import type { ByteString } from "../shell.ts";
import { AwkFault } from "./flow.ts";
import { NumericText, type Value } from "./value.ts";

/** An array. */
export type AwkArray = Map<ByteString, Value>;

/** A variable that a function was given unset becomes an array when it is used as one. */
export interface Cell {
  value: Value;
  array: AwkArray | null;
  /** The caller's cell that an unset argument stands for. */
  readonly outer: Cell | null;
}

const BYTES = 8 << 20;
const ITEM_BYTES = 32;
const FRAMES = 200;
/** Most bytes of one text. */
export const TEXT_BYTES = 1 << 20;

const sizeOf = (value: Value): number =>
  typeof value === "string" ? value.length : value instanceof NumericText ? value.text.length : 0;

/** The memory of one program. */
export class AwkMemory {
  readonly #globals = new Map<string, Cell>();
  readonly #frames: Map<string, Cell>[] = [];
  #bytes = 0;

  cell(name: string): Cell {
    const local = this.#frames.at(-1)?.get(name);
    if (local) return local;
    const known = this.#globals.get(name);
    if (known) return known;
    const made: Cell = { value: undefined, array: null, outer: null };
    this.#globals.set(name, made);
    return made;
  }

  /** True for a name that is a parameter here: it hides the special variable of that name. */
  isLocal(name: string): boolean {
    return this.#frames.at(-1)?.has(name) ?? false;
  }

  set(cell: Cell, value: Value): void {
    if (cell.array) throw new AwkFault("type", "assigning to an array");
    this.#count(sizeOf(value) - sizeOf(cell.value));
    cell.value = value;
  }

  array(name: string): AwkArray {
    const cell = this.cell(name);
    if (cell.array) return cell.array;
    if (cell.value !== undefined) throw new AwkFault("type", `type error in use of ${name}`);
    const array: AwkArray = new Map();
    for (let one: Cell | null = cell; one; one = one.outer) one.array = array;
    return array;
  }

  setItem(array: AwkArray, key: ByteString, value: Value): void {
    const fresh = array.has(key) ? 0 : key.length + ITEM_BYTES;
    this.#count(fresh + sizeOf(value) - sizeOf(array.get(key)));
    array.set(key, value);
  }

  /** An item; asking for one makes it. */
  item(array: AwkArray, key: ByteString): Value {
    if (!array.has(key)) this.setItem(array, key, undefined);
    return array.get(key);
  }

  deleteItem(array: AwkArray, key: ByteString): void {
    if (!array.has(key)) return;
    this.#count(-(key.length + ITEM_BYTES + sizeOf(array.get(key))));
    array.delete(key);
  }

  clear(array: AwkArray): void {
    for (const key of [...array.keys()]) this.deleteItem(array, key);
  }

  enter(frame: Map<string, Cell>): void {
    if (this.#frames.length >= FRAMES) throw new Killed();
    this.#frames.push(frame);
  }

  leave(): void {
    this.#frames.pop();
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > BYTES) throw new Killed();
  }
}
