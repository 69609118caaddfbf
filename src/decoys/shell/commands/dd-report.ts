// What dd says when it is done: records, bytes with their units, seconds and the rate. Pure.
// Formats of GNU coreutils 9.1; BusyBox of the firmware tells the records alone.

/** What was copied. */
export interface Copied {
  /** Whole and partial blocks read, and written. */
  readonly read: readonly [number, number];
  readonly written: readonly [number, number];
  readonly bytes: number;
}

const UNITS = ["", "k", "M", "G", "T", "P"];

/** Rounds half to even, as the C library does. */
function rounded(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
}

/** Bytes in units of 1000 (`kB`) or 1024 (`KiB`): one decimal below ten. */
function amount(bytes: number, unit: 1000 | 1024): string {
  let power = 0;
  let value = bytes;
  for (; value >= unit && power < UNITS.length - 1; power++) value /= unit;
  if (power === 0) return `${bytes} B`;
  const letter = unit === 1024 ? `${UNITS[power]?.toUpperCase()}iB` : `${UNITS[power]}B`;
  const tenths = rounded(value * 10);
  return `${tenths < 100 ? (tenths / 10).toFixed(1) : rounded(value)} ${letter}`;
}

/** Bytes a second, in kB at least: one decimal below a hundred. */
function rate(perSecond: number): string {
  let power = 1;
  let value = perSecond / 1000;
  for (; value >= 1000 && power < UNITS.length - 1; power++) value /= 1000;
  const text = value.toFixed(1);
  return `${text.length > 4 ? value.toFixed(0) : text} ${UNITS[power]}B/s`;
}

/** A number as printf's `%g` shows it. */
function general(value: number): string {
  if (value !== 0 && value < 1e-4) {
    const [digits = "", exponent = ""] = value.toExponential(5).split("e-");
    return `${digits.replace(/\.?0{1,5}$/, "")}e-${exponent.padStart(2, "0")}`;
  }
  const text = value.toPrecision(6);
  return text.includes(".") ? text.replace(/\.?0{1,6}$/, "") : text;
}

/** The line of the bytes, its line feed included. */
export function transferLine(bytes: number, seconds: number): string {
  const [si, iec] = [amount(bytes, 1000), amount(bytes, 1024)];
  const units = bytes < 1000 ? "" : bytes < 1024 ? ` (${si})` : ` (${si}, ${iec})`;
  return `${bytes} byte${bytes === 1 ? "" : "s"}${units} copied, ${general(seconds)} s, ${rate(bytes / seconds)}\n`;
}

/** The lines of the records. */
export function recordLines({ read, written }: Copied): string {
  return `${read.join("+")} records in\n${written.join("+")} records out\n`;
}
