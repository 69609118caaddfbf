// printf of awk: C's conversions over awk's values. Pure; bounded in width and in what it gives.

import type { ByteString } from "../shell.ts";
import { AwkFault } from "./flow.ts";
import { NumericText, toNumber, type Value } from "./value.ts";

const SPEC = /^%([-+ #0]{0,8})(\*|[0-9]{1,4})?(?:\.(\*|[0-9]{0,4}))?[hlLqjzt]{0,2}([diouxXeEfFgGcs%])/;
const WIDEST = 4096;
const MOST_BYTES = 1 << 20;

/** `%g`: the shorter of two notations, without trailing zeros. */
function general(value: number, precision: number, keepZeros: boolean): string {
  const digits = precision === 0 ? 1 : precision;
  const exponent = value === 0 ? 0 : Number(value.toExponential(digits - 1).split("e")[1]);
  const plain = exponent >= -4 && exponent < digits;
  const text = plain ? value.toFixed(Math.max(0, digits - 1 - exponent)) : exponential(value, digits - 1);
  if (keepZeros || !text.includes(".")) return text;
  const [mantissa = "", power] = text.split("e");
  return mantissa.replace(/\.?0+$/, "") + (power === undefined ? "" : `e${power}`);
}

function exponential(value: number, precision: number): string {
  return value.toExponential(precision).replace(/e([-+])([0-9])$/, "e$10$2");
}

function unusual(value: number): string | null {
  // What a processor makes of an invalid operation has its sign bit set.
  if (Number.isNaN(value)) return "-nan";
  return Number.isFinite(value) ? null : value < 0 ? "-inf" : "inf";
}

/** A number in one of C's floating-point notations, without sign flags or width. */
function formatReal(kind: string, value: number, precision = 6): string {
  const odd = unusual(value);
  if (odd !== null) return odd;
  const places = Math.min(precision, 100);
  const lower = kind.toLowerCase();
  if (lower === "f") return Math.abs(value) < 1e21 ? value.toFixed(places) : wide(value, places);
  return lower === "e" ? exponential(value, places) : general(value, places, false);
}

function wide(value: number, places: number): string {
  return BigInt(value).toString() + (places > 0 ? `.${"0".repeat(places)}` : "");
}

function whole(value: number): bigint {
  if (Number.isNaN(value)) return -(2n ** 63n);
  if (value >= 2 ** 63) return 2n ** 63n - 1n;
  return value <= -(2 ** 63) ? -(2n ** 63n) : BigInt(Math.trunc(value));
}

interface Spec {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly kind: string;
}

function formatNumber(value: number, spec: Spec): string {
  const { flags, kind, precision } = spec;
  let text: string;
  if ("diouxX".includes(kind)) {
    const number = whole(value);
    const base = kind === "o" ? 8 : kind === "x" || kind === "X" ? 16 : 10;
    const unsigned = kind === "d" || kind === "i" ? number : BigInt.asUintN(64, number);
    const digits = (unsigned < 0n ? -unsigned : unsigned).toString(base).padStart(precision ?? 1, "0");
    const prefix = flags.includes("#") && number !== 0n ? (base === 16 ? "0x" : base === 8 ? "0" : "") : "";
    text = (unsigned < 0n ? "-" : "") + prefix + digits;
  } else text = formatReal(kind, value, precision);
  if ("diEeFfGg".includes(kind) && !text.startsWith("-"))
    text = (flags.includes("+") ? "+" : flags.includes(" ") ? " " : "") + text;
  return "XEG".includes(kind) ? text.toUpperCase() : text;
}

function pad(text: ByteString, spec: Spec): ByteString {
  const { flags, width, kind, precision } = spec;
  if (flags.includes("-")) return text.padEnd(width);
  const zeros =
    flags.includes("0") && !"cs".includes(kind) && !("diouxX".includes(kind) && precision !== undefined);
  if (!zeros || /n/.test(text)) return text.padStart(width);
  const sign = /^[-+ ]?(?:0[xX])?/.exec(text)?.[0] ?? "";
  return sign + text.slice(sign.length).padStart(width - sign.length, "0");
}

function oneChar(value: Value): ByteString {
  if (typeof value === "number") return String.fromCharCode(value & 255);
  if (value instanceof NumericText) return String.fromCharCode(value.value & 255);
  return (value ?? "").charAt(0) || "\0";
}

/** Formats values. `text` gives a value as a text; `name` is what a complaint calls the function. */
export function formatValues(
  format: ByteString,
  values: readonly Value[],
  at: { readonly text: (value: Value) => ByteString; readonly name: string; readonly lenient: boolean },
): ByteString {
  let used = 0;
  let out = "";
  const take = (): Value => {
    if (used >= values.length && !at.lenient)
      throw new AwkFault("arguments", `not enough arguments passed to ${at.name}("${format}")`);
    return values[used++];
  };
  const measure = (text: string | undefined): number | undefined => {
    const size = text === undefined ? undefined : text === "*" ? toNumber(take()) : Number(text);
    return size === undefined || Number.isNaN(size)
      ? undefined
      : Math.trunc(Math.max(-WIDEST, Math.min(WIDEST, size)));
  };
  for (let i = 0; i < format.length && out.length < MOST_BYTES; ) {
    const match = format.charAt(i) === "%" ? SPEC.exec(format.slice(i, i + 32)) : null;
    if (!match) {
      out += format.charAt(i++);
      continue;
    }
    i += match[0].length;
    const [, flags = "", widthText, precisionText, kind = "s"] = match;
    if (kind === "%") {
      out += "%";
      continue;
    }
    const width = measure(widthText) ?? 0;
    const size = measure(precisionText);
    const precision = size !== undefined && size < 0 ? undefined : size;
    const spec: Spec = { flags: width < 0 ? `${flags}-` : flags, width: Math.abs(width), precision, kind };
    const value = take();
    const text =
      kind === "s"
        ? at.text(value).slice(0, precision)
        : kind === "c"
          ? oneChar(value)
          : formatNumber(toNumber(value), spec);
    out += pad(text, spec);
  }
  return out;
}
