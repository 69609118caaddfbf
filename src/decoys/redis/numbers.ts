// Numbers as the server reads and prints them: strict 64-bit integers, doubles in %.17g, plain decimals.
// Refuses what the server refuses: signs, blanks, leading zeros.

const INT64_MAX = 9_223_372_036_854_775_807n;
const INT64_MIN = -9_223_372_036_854_775_808n;

/** Longest text of a double that the server tries. */
const DOUBLE_TEXT = 256;

/** True within the signed 64-bit range. */
export function isInt64(value: bigint): boolean {
  return value >= INT64_MIN && value <= INT64_MAX;
}

/** A signed 64-bit integer in its one canonical spelling, or null. */
export function parseInteger(text: string): bigint | null {
  if (text.length > 20 || !/^(?:0|-?[1-9][0-9]*)$/.test(text)) return null;
  const value = BigInt(text);
  return isInt64(value) ? value : null;
}

/** A double (`inf` and exponents included), or null. */
export function parseDouble(text: string): number | null {
  if (text.length > DOUBLE_TEXT) return null;
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinite) return infinite[1] === "-" ? -Infinity : Infinity;
  if (!/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,10})?$/.test(text)) return null;
  return Number(text);
}

/** `%.17g` of C. */
export function formatDouble(value: number): string {
  if (value === Infinity) return "inf";
  if (value === -Infinity) return "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 53) return String(value);
  const [mantissa = "", exponent] = value.toPrecision(17).split("e");
  const trimmed = mantissa.includes(".") ? mantissa.replace(/0{1,17}$/, "").replace(/\.$/, "") : mantissa;
  if (exponent === undefined) return trimmed;
  return `${trimmed}e${exponent.charAt(0)}${exponent.slice(1).padStart(2, "0")}`;
}

/** A plain decimal without exponent or trailing zeros, as INCRBYFLOAT answers. */
export function formatDecimal(value: number): string {
  const rounded = Number(value.toPrecision(15));
  if (Number.isInteger(rounded)) return BigInt(rounded).toString();
  const text = rounded.toFixed(17);
  const short = String(rounded);
  return /e/.test(short) ? text.replace(/0{1,17}$/, "") : short;
}
