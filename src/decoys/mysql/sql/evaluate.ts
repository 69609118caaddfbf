// The value of an expression in a row, or over a group of rows. Counts its steps: a statement that takes too many is ended.

import type { Connection } from "../connection.ts";
import { errors, raise } from "../errors.ts";
import type { Expression, Value } from "./expression.ts";
import { callFunction, toNumber, toText } from "./functions.ts";
import { globMatches } from "./like.ts";
import type { Select } from "./select-parser.ts";

/** What an expression can see. */
export interface Scope {
  readonly connection: Connection;
  /** The value of a column, or undefined when there is none of that name. */
  column(name: string, table: string | null): Value | undefined;
  /** The scopes of a group's rows, for aggregates; null where none is allowed. */
  readonly group: readonly Scope[] | null;
  /** The clause for error messages: `field list`, `where clause` … */
  readonly clause: string;
  /** Runs a subquery to its rows. */
  subquery(select: Select): readonly (readonly Value[])[];
}

const AGGREGATES = new Set(["COUNT", "SUM", "AVG", "MIN", "MAX", "GROUP_CONCAT"]);

/** True when the expression needs a group. */
export function isAggregate(of: Expression): boolean {
  switch (of.kind) {
    case "call":
      return AGGREGATES.has(of.name) || of.args.some(isAggregate);
    case "unary":
      return isAggregate(of.of);
    case "binary":
      return isAggregate(of.a) || isAggregate(of.b);
    default:
      return false;
  }
}

const truth = (value: Value): boolean => value !== null && toNumber(value) !== 0;
const flag = (test: boolean): Value => (test ? 1 : 0);

/** Order of two values: numbers when either is one, else text without case. */
export function compareValues(a: Value, b: Value): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  if (typeof a === "number" || typeof b === "number") return toNumber(a) - toNumber(b);
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  return x === y ? 0 : x < y ? -1 : 1;
}

function aggregate(call: Extract<Expression, { kind: "call" }>, scope: Scope): Value {
  const rows = scope.group ?? [];
  const [arg] = call.args;
  if (call.name === "COUNT" && arg?.kind === "star") return rows.length;
  if (!arg) return raise(errors.parameterCount(call.name));
  let values = rows.map((row) => evaluate(arg, row)).filter((value) => value !== null);
  if (call.distinct) values = [...new Set(values)];
  if (call.name === "COUNT") return values.length;
  if (values.length === 0) return null;
  if (call.name === "GROUP_CONCAT") return values.map(toText).join(",").slice(0, 1024);
  const sorted = [...values].sort(compareValues);
  if (call.name === "MIN") return sorted[0] ?? null;
  if (call.name === "MAX") return sorted.at(-1) ?? null;
  const sum = values.reduce((total: number, value) => total + toNumber(value), 0);
  return call.name === "SUM" ? sum : sum / values.length;
}

function arithmetic(op: string, a: number, b: number): Value {
  switch (op) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return b === 0 ? null : a / b;
    case "DIV":
      return b === 0 ? null : Math.trunc(a / b);
    case "%":
    case "MOD":
      return b === 0 ? null : a % b;
    default:
      return bitwise(op, toBits(a), toBits(b));
  }
}

/** A number as 64 bits; what is no number of that size is 0. */
function toBits(value: number): bigint {
  return Number.isFinite(value) ? BigInt.asUintN(64, BigInt(Math.trunc(value))) : 0n;
}

function bitwise(op: string, a: bigint, b: bigint): number {
  const shift = b > 63n ? 64n : b;
  if (op === "&") return Number(a & b);
  if (op === "|") return Number(a | b);
  if (op === "^") return Number(a ^ b);
  return Number(op === "<<" ? BigInt.asUintN(64, a << shift) : a >> shift);
}

function matches(op: string, a: Value, b: Value, scope: Scope): boolean {
  if (op === "LIKE") return globMatches(toText(b), toText(a), scope.connection);
  // A regular expression of the attacker's is never run: only what has no special character is looked for.
  const pattern = toText(b);
  return /^[\w @.-]{0,256}$/.test(pattern) && toText(a).toLowerCase().includes(pattern.toLowerCase());
}

function compare(op: string, a: Value, b: Value): boolean {
  const order = compareValues(a, b);
  switch (op) {
    case "=":
      return order === 0;
    case "<>":
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    default:
      return order >= 0;
  }
}

function binary(op: string, left: Expression, right: Expression, scope: Scope): Value {
  const a = evaluate(left, scope);
  if ((op === "AND" || op === "&&") && a !== null && !truth(a)) return 0;
  if ((op === "OR" || op === "||") && truth(a)) return 1;
  const b = evaluate(right, scope);
  if (op === "<=>") return flag(a === null || b === null ? a === b : compareValues(a, b) === 0);
  if (op === "AND" || op === "&&") return b !== null && !truth(b) ? 0 : a === null || b === null ? null : 1;
  if (op === "OR" || op === "||") return truth(b) ? 1 : a === null || b === null ? null : 0;
  if (a === null || b === null) return null;
  if (op === "XOR") return flag(truth(a) !== truth(b));
  if (op === "LIKE" || op === "REGEXP" || op === "RLIKE") return flag(matches(op, a, b, scope));
  if (/^[=<>!]/.test(op) && op !== "<<" && op !== ">>") return flag(compare(op, a, b));
  const result = arithmetic(op, toNumber(a), toNumber(b));
  return typeof result === "number" && !Number.isFinite(result) ? null : result;
}

function unary(op: string, of: Expression, scope: Scope): Value {
  const value = evaluate(of, scope);
  switch (op) {
    case "IS NULL":
    case "IS UNKNOWN":
      return flag(value === null);
    case "IS TRUE":
      return flag(truth(value));
    case "IS FALSE":
      return flag(value !== null && !truth(value));
    case "NOT":
      return value === null ? null : flag(!truth(value));
    case "~":
      return value === null ? null : Number(BigInt.asUintN(64, ~toBits(toNumber(value))));
    default:
      return value === null ? null : -toNumber(value);
  }
}

function systemVariable(name: string, scope: Scope): Value {
  const bare = name.replace(/^(?:global|session|local|persist)\./i, "");
  const value = scope.connection.variable(bare) ?? raise(errors.unknownVariable(bare));
  if (value === "ON" || value === "OFF") return value === "ON" ? 1 : 0;
  return /^[0-9]{1,15}$/.test(value) ? Number(value) : value;
}

function membership(of: Expression, list: readonly Expression[], scope: Scope): Value {
  const value = evaluate(of, scope);
  if (value === null) return null;
  const candidates = list.flatMap((item) =>
    item.kind === "subquery"
      ? scope.subquery(item.select).map((row) => row[0] ?? null)
      : [evaluate(item, scope)],
  );
  if (candidates.some((candidate) => candidate !== null && compareValues(value, candidate) === 0)) return 1;
  return candidates.includes(null) ? null : 0;
}

/** Characters of text that cost as much as one evaluation. */
const TEXT_STEP = 16;

/** Takes steps off the statement; ends it when there are none left. */
export function spend(connection: Connection, steps: number): void {
  connection.steps -= steps;
  if (connection.steps < 0) raise(errors.interrupted);
}

/** The value of an expression. Long texts cost steps too, so that no row multiplies them for nothing. */
export function evaluate(of: Expression, scope: Scope): Value {
  spend(scope.connection, 1);
  const value = compute(of, scope);
  if (typeof value === "string") spend(scope.connection, Math.floor(value.length / TEXT_STEP));
  return typeof value === "number" && !Number.isFinite(value) ? null : value;
}

function compute(of: Expression, scope: Scope): Value {
  switch (of.kind) {
    case "value":
      return of.value;
    case "system":
      return systemVariable(of.name, scope);
    case "user":
      return scope.connection.userVariables.get(of.name.toLowerCase()) ?? null;
    case "column": {
      const value = scope.column(of.name, of.table);
      const full = of.table === null ? of.name : `${of.table}.${of.name}`;
      return value === undefined ? raise(errors.unknownColumn(full, scope.clause)) : value;
    }
    case "call": {
      if (AGGREGATES.has(of.name)) {
        return scope.group
          ? aggregate(of, scope)
          : raise({ code: 1111, state: "HY000", text: "Invalid use of group function" });
      }
      return callFunction(
        of.name,
        of.args.map((arg) => evaluate(arg, scope)),
        scope.connection,
      );
    }
    case "unary":
      return unary(of.op, of.of, scope);
    case "binary":
      return binary(of.op, of.a, of.b, scope);
    case "in":
      return membership(of.of, of.list, scope);
    case "case": {
      const value = of.of ? evaluate(of.of, scope) : null;
      for (const [when, then] of of.arms) {
        const test = evaluate(when, scope);
        if (of.of ? test !== null && compareValues(test, value) === 0 : truth(test))
          return evaluate(then, scope);
      }
      return of.otherwise ? evaluate(of.otherwise, scope) : null;
    }
    case "subquery": {
      const rows = scope.subquery(of.select);
      if (rows.length > 1) raise({ code: 1242, state: "21000", text: "Subquery returns more than 1 row" });
      if ((rows[0]?.length ?? 1) > 1) raise(errors.operandColumns);
      return rows[0]?.[0] ?? null;
    }
    case "star":
      return raise(errors.syntax("*", 1));
  }
}
