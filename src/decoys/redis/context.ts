// What a command may use, and the readers of arguments that answer with the server's own errors.

import type { Session } from "../decoy.ts";
import type { Client } from "./client.ts";
import type { Command } from "./commands.ts";
import type { Database } from "./keyspace.ts";
import { refuse } from "./keyspace.ts";
import { parseDouble, parseInteger } from "./numbers.ts";
import type { Reply } from "./reply.ts";
import type { World, Worlds } from "./world.ts";

/** One invocation's surroundings. */
export interface Context {
  readonly world: World;
  readonly worlds: Worlds;
  readonly client: Client;
  readonly command: Command;
  readonly session: Session;
  /** The client's current database. */
  readonly db: Database;
  /** True within EXEC or a script: nothing blocks there. */
  readonly nested: boolean;
  now(): number;
  /** Runs another command as if the client had sent it, from a script. */
  call(args: readonly string[]): Promise<Reply>;
}

/** A command: arguments without the name (and without the subcommand's name). */
export type Handler = (context: Context, args: readonly string[]) => Reply | Promise<Reply>;
/** Handlers by command name (`get`, `config|set`). */
export type Handlers = Readonly<Record<string, Handler>>;

export const NOT_AN_INTEGER = "ERR value is not an integer or out of range";
export const SYNTAX = "ERR syntax error";

/** A signed 64-bit argument. */
export function toBigInt(text: string | undefined, error: string = NOT_AN_INTEGER): bigint {
  return parseInteger(text ?? "") ?? refuse(error);
}

/** An integer argument that fits a safe number; larger ones are clamped, which no bound here can tell apart. */
export function toInt(text: string | undefined, error: string = NOT_AN_INTEGER): number {
  const value = toBigInt(text, error);
  if (value > Number.MAX_SAFE_INTEGER) return Number.MAX_SAFE_INTEGER;
  return value < Number.MIN_SAFE_INTEGER ? Number.MIN_SAFE_INTEGER : Number(value);
}

/** A float argument. */
export function toFloat(text: string | undefined, error = "ERR value is not a valid float"): number {
  return parseDouble(text ?? "") ?? refuse(error);
}

/** Refuses to grow the keyspace beyond the server's memory. */
export function admit(context: Context, bytes: number): void {
  if (context.world.admit(bytes)) return;
  refuse("OOM command not allowed when used memory > 'maxmemory'.");
}

/** The wrong-arity error of a command. */
export function arityError(name: string): string {
  return `ERR wrong number of arguments for '${name}' command`;
}

/** Arguments in pairs; an odd one is the command's arity error. */
export function toPairs(args: readonly string[], name: string): [string, string][] {
  if (args.length === 0 || args.length % 2 !== 0) refuse(arityError(name));
  const pairs: [string, string][] = [];
  for (let i = 0; i < args.length; i += 2) pairs.push([args[i] ?? "", args[i + 1] ?? ""]);
  return pairs;
}

/** A range of indexes of a list of `length` as LRANGE reads it: [start, end), empty when start >= end. */
export function toRange(start: number, stop: number, length: number): readonly [number, number] {
  const from = Math.max(start < 0 ? length + start : start, 0);
  const to = Math.min(stop < 0 ? length + stop : stop, length - 1);
  return from > to || from >= length ? [0, 0] : [from, to + 1];
}
