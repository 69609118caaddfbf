// echo and printf: their escapes and conversions, as each shell has them.

import { CONTROL_LETTERS } from "../control-letters.ts";
import type { ByteString } from "../shell.ts";
import type { Dialect } from "./dialect.ts";

const ESCAPES = new Map([...CONTROL_LETTERS, ["\\", "\\"], ["e", "\x1b"], ["E", "\x1b"]]);

/** Backslash escapes; `stop` is set by `\c`. `leadingZero`: octal is `\0nnn` (echo) and not `\nnn` (printf). */
function expandEscapes(text: ByteString, leadingZero: boolean): { text: ByteString; stop: boolean } {
  let out = "";
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char !== "\\" || i + 1 >= text.length) {
      out += char;
      continue;
    }
    const rest = text.slice(i + 1, i + 6);
    const hex = /^x([0-9a-fA-F]{1,2})/.exec(rest);
    const octal = leadingZero ? /^0([0-7]{0,3})/.exec(rest) : /^([0-7]{1,3})/.exec(rest);
    const known = ESCAPES.get(rest.charAt(0));
    if (rest.startsWith("c")) return { text: out, stop: true };
    if (hex) out += String.fromCharCode(Number.parseInt(hex[1] ?? "0", 16));
    else if (octal) out += String.fromCharCode(Number.parseInt(octal[1] || "0", 8) & 255);
    else if (known !== undefined) out += known;
    else out += char + rest.charAt(0);
    i += hex?.[0].length ?? octal?.[0].length ?? 1;
  }
  return { text: out, stop: false };
}

/** What echo prints for its arguments. dash always takes escapes and knows `-n` only. */
export function formatEcho(args: readonly ByteString[], dialect: Dialect): ByteString {
  let newline = true;
  let escapes = dialect === "dash";
  let from = 0;
  const option = dialect === "dash" ? /^-n$/ : /^-[neE]{1,8}$/;
  while (from < args.length && option.test(args[from] ?? "")) {
    const flags = args[from++] ?? "";
    if (flags.includes("n")) newline = false;
    for (const flag of flags) if (flag === "e" || flag === "E") escapes = flag === "e";
    if (dialect === "dash") break;
  }
  const text = args.slice(from).join(" ");
  if (!escapes) return newline ? `${text}\n` : text;
  const done = expandEscapes(text, true);
  return done.text + (newline && !done.stop ? "\n" : "");
}

const SPEC = /^%([-+ #0]{0,5})(\*|[0-9]{1,4})?(?:\.(\*|[0-9]{1,4})?)?([diouxXeEfgGcsbq%])/;

/** What printf prints, and its complaints. The format is used again while arguments are left, at most 10,000 times. */
export function formatPrintf(
  format: ByteString,
  args: readonly ByteString[],
): { text: ByteString; errors: ByteString[] } {
  const errors: ByteString[] = [];
  let out = "";
  let used = 0;
  for (let round = 0; round < 10_000 && out.length < 1 << 20; round++) {
    const before = used;
    for (let i = 0; i < format.length; ) {
      if (format.charAt(i) === "\\") {
        const octal = /^\\(?:[0-7]{1,3}|x[0-9a-fA-F]{1,2}|[\s\S])/.exec(format.slice(i, i + 5));
        const done = expandEscapes(octal?.[0] ?? "\\", false);
        out += done.text;
        if (done.stop) return { text: out, errors };
        i += octal?.[0].length ?? 1;
        continue;
      }
      const spec = format.charAt(i) === "%" ? SPEC.exec(format.slice(i, i + 24)) : null;
      if (!spec) {
        if (format.charAt(i) === "%" && i + 1 < format.length) {
          errors.push(`\`${format.charAt(i + 1)}': invalid format character`);
          return { text: out, errors };
        }
        out += format.charAt(i++);
        continue;
      }
      i += spec[0].length;
      const take = (): ByteString | undefined => args[used++];
      const piece = convert(spec, take, errors);
      out += piece.text;
      if (piece.stop) return { text: out, errors };
    }
    if (used >= args.length || used === before) break;
  }
  return { text: out, errors };
}

function convert(
  spec: RegExpExecArray,
  take: () => ByteString | undefined,
  errors: ByteString[],
): { text: ByteString; stop: boolean } {
  const [, flags = "", widthText, precisionText, kind = "s"] = spec;
  if (kind === "%") return { text: "%", stop: false };
  const width = Math.min(65_536, widthText === "*" ? Number(take()) || 0 : Number(widthText ?? 0));
  const precision =
    precisionText === "*"
      ? Number(take()) || 0
      : precisionText === undefined
        ? undefined
        : Number(precisionText);
  const value = take();
  const pad = (text: ByteString): ByteString => {
    if (flags.includes("-")) return text.padEnd(width);
    if (flags.includes("0") && "dioxXufeEgG".includes(kind))
      return text.startsWith("-") ? `-${text.slice(1).padStart(width - 1, "0")}` : text.padStart(width, "0");
    return text.padStart(width);
  };
  switch (kind) {
    case "s":
      return { text: pad((value ?? "").slice(0, precision)), stop: false };
    case "b": {
      const done = expandEscapes(value ?? "", true);
      return { text: pad(done.text.slice(0, precision)), stop: done.stop };
    }
    case "q":
      return {
        text: pad(
          /^[\w./:-]+$/.test(value ?? "") ? (value ?? "") : `'${(value ?? "").replaceAll("'", "'\\''")}'`,
        ),
        stop: false,
      };
    case "c":
      return { text: pad((value ?? "").charAt(0)), stop: false };
    default:
      return { text: pad(number(kind, { value: value ?? "0", precision, flags }, errors)), stop: false };
  }
}

function number(
  kind: string,
  at: { value: ByteString; precision: number | undefined; flags: string },
  errors: ByteString[],
): ByteString {
  const { value, precision, flags } = at;
  const quoted = /^["']([\s\S])/.exec(value);
  const parsed = quoted
    ? (quoted[1] ?? "").charCodeAt(0)
    : Number(/^-?0[0-7]+$/.test(value) ? Number.parseInt(value, 8) : value.trim() === "" ? 0 : value);
  if (Number.isNaN(parsed)) errors.push(`${value}: invalid number`);
  const real = Number.isNaN(parsed) ? Number.parseFloat(value) || 0 : parsed;
  const sign = flags.includes("+") && real >= 0 ? "+" : flags.includes(" ") && real >= 0 ? " " : "";
  if ("fF".includes(kind)) return sign + real.toFixed(Math.min(precision ?? 6, 100));
  if ("eE".includes(kind))
    return sign + real.toExponential(Math.min(precision ?? 6, 100)).replace(/e([+-])(\d)$/, "e$10$2");
  if ("gG".includes(kind)) return sign + String(Number(real.toPrecision(Math.min(precision || 6, 100))));
  const whole = Number.isFinite(real) ? BigInt(Math.trunc(real)) : 0n;
  const base = kind === "o" ? 8 : kind === "x" || kind === "X" ? 16 : 10;
  const unsigned = base !== 10 || kind === "u" ? BigInt.asUintN(64, whole) : whole;
  const digits = unsigned.toString(base).padStart(precision ?? 0, "0");
  const prefixed =
    flags.includes("#") && base === 16
      ? `0x${digits}`
      : flags.includes("#") && base === 8
        ? `0${digits}`
        : digits;
  return sign + (kind === "X" ? prefixed.toUpperCase() : prefixed);
}
