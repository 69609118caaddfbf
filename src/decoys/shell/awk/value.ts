// Values of awk: numbers, texts, texts that look like numbers, and what was never set. Pure.

import type { ByteString } from "../shell.ts";

/** A text of the input that looks like a number and compares as one. */
export class NumericText {
  readonly text: ByteString;
  readonly value: number;

  constructor(text: ByteString, value: number) {
    this.text = text;
    this.value = value;
  }
}

/** A value; undefined is one that was never set. */
export type Value = number | ByteString | NumericText | undefined;

const NUMBER =
  /^[ \t\n\r\f\v]{0,1000}([-+]?)(0[xX][0-9a-fA-F]{1,16}|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)/;
const LOOKS_NUMERIC = /^[ \t\n\r\f\v]*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?[ \t\n\r\f\v]*$/;
const NUMBER_BYTES = 400;

/** The number that a text begins with, or 0. */
export function parseNumber(text: ByteString): number {
  const match = NUMBER.exec(text.slice(0, 1000 + NUMBER_BYTES));
  if (!match) return 0;
  const value = Number(match[2]);
  return match[1] === "-" ? -value : value;
}

/** A text of the input as a value. */
export function fromInput(text: ByteString): Value {
  if (text.length > NUMBER_BYTES || !LOOKS_NUMERIC.test(text)) return text;
  return new NumericText(text, parseNumber(text));
}

/** A value as a number. */
export function toNumber(value: Value): number {
  if (typeof value === "number") return value;
  if (value === undefined) return 0;
  return typeof value === "string" ? parseNumber(value) : value.value;
}

/** A value as a condition. */
export function toBoolean(value: Value): boolean {
  if (value === undefined) return false;
  return typeof value === "string" ? value !== "" : toNumber(value) !== 0;
}

/** Below, a whole number is shown as one: a C int in mawk, a long long in BusyBox. */
const wholeBound = (busybox: boolean): number => (busybox ? 2 ** 63 : 2 ** 31);

/** How numbers become texts. */
export interface NumberStyle {
  /** `%.6g`, or what CONVFMT or OFMT say, already as a function. */
  readonly fraction: (value: number) => ByteString;
  readonly busybox: boolean;
}

/** A value as a text. */
export function toText(value: Value, style: NumberStyle): ByteString {
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  if (typeof value !== "number") return value.text;
  if (Number.isInteger(value) && Math.abs(value) < wholeBound(style.busybox)) return BigInt(value).toString();
  return style.fraction(value);
}

/** Compares: as numbers when both are or look like ones, else as texts. */
export function compareValues(left: Value, right: Value, style: NumberStyle): number {
  if (typeof left !== "string" && typeof right !== "string") {
    const [a, b] = [toNumber(left), toNumber(right)];
    return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.NaN;
  }
  const [a, b] = [toText(left, style), toText(right, style)];
  return a < b ? -1 : a > b ? 1 : 0;
}
