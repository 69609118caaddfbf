// Dates as strftime(3) writes them, in UTC and the C locale. Pure; bounded in width.

import type { ByteString } from "../shell.ts";

const MONTHS = "January February March April May June July August September October November December".split(
  " ",
);
const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");
const DAY = 86_400_000;

const dayOfYear = (date: Date): number =>
  Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY) + 1;

/** The week of the year, its first one beginning with the first `start` (0 is Sunday). */
const week = (date: Date, start: 0 | 1): number =>
  Math.floor((dayOfYear(date) + 6 - ((date.getUTCDay() + 7 - start) % 7)) / 7);

/** Year and week of ISO 8601. */
function isoWeek(date: Date): [number, number] {
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * DAY);
  return [thursday.getUTCFullYear(), Math.floor((dayOfYear(thursday) - 1) / 7) + 1];
}

const COMPOSED = new Map([
  ["c", "%a %b %e %H:%M:%S %Y"],
  ["D", "%m/%d/%y"],
  ["F", "%Y-%m-%d"],
  ["h", "%b"],
  ["r", "%I:%M:%S %p"],
  ["R", "%H:%M"],
  ["T", "%H:%M:%S"],
  ["x", "%m/%d/%y"],
  ["X", "%H:%M:%S"],
]);

/** A number, its width and what fills it. */
type Numeric = readonly [value: number, width: number, fill: string];

function numeric(code: string, date: Date): Numeric | null {
  const hour = date.getUTCHours();
  const values: Record<string, Numeric> = {
    C: [Math.floor(date.getUTCFullYear() / 100), 2, "0"],
    d: [date.getUTCDate(), 2, "0"],
    e: [date.getUTCDate(), 2, " "],
    g: [isoWeek(date)[0] % 100, 2, "0"],
    G: [isoWeek(date)[0], 4, "0"],
    H: [hour, 2, "0"],
    I: [hour % 12 || 12, 2, "0"],
    j: [dayOfYear(date), 3, "0"],
    k: [hour, 2, " "],
    l: [hour % 12 || 12, 2, " "],
    m: [date.getUTCMonth() + 1, 2, "0"],
    M: [date.getUTCMinutes(), 2, "0"],
    q: [Math.floor(date.getUTCMonth() / 3) + 1, 1, "0"],
    s: [Math.floor(date.getTime() / 1000), 1, "0"],
    S: [date.getUTCSeconds(), 2, "0"],
    u: [date.getUTCDay() || 7, 1, "0"],
    U: [week(date, 0), 2, "0"],
    V: [isoWeek(date)[1], 2, "0"],
    w: [date.getUTCDay(), 1, "0"],
    W: [week(date, 1), 2, "0"],
    y: [date.getUTCFullYear() % 100, 2, "0"],
    Y: [date.getUTCFullYear(), 4, "0"],
  };
  return values[code] ?? null;
}

function name(code: string, date: Date): string | null {
  const values: Record<string, string> = {
    a: (DAYS[date.getUTCDay()] ?? "").slice(0, 3),
    A: DAYS[date.getUTCDay()] ?? "",
    b: (MONTHS[date.getUTCMonth()] ?? "").slice(0, 3),
    B: MONTHS[date.getUTCMonth()] ?? "",
    n: "\n",
    N: `${String(date.getUTCMilliseconds()).padStart(3, "0")}${String((date.getTime() * 7919) % 1_000_000).padStart(6, "0")}`,
    p: date.getUTCHours() < 12 ? "AM" : "PM",
    P: date.getUTCHours() < 12 ? "am" : "pm",
    t: "\t",
    z: "+0000",
    ":z": "+00:00",
    Z: "UTC",
    "%": "%",
  };
  return values[code] ?? null;
}

/** A time in the words of a format: strftime's, with the flags `- _ 0 ^ #` and a width of GNU date. */
export function formatDate(format: ByteString, ms: number): ByteString {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return "";
  return format
    .slice(0, 4096)
    .replace(
      /%([-_0^#]?)([0-9]{0,3})[EO]?(:?[A-Za-z%])/g,
      (whole, flag: string, wide: string, code: string) => {
        const composed = COMPOSED.get(code);
        const number = numeric(code, date);
        if (number) {
          const [value, width, fill] = number;
          const filler = flag === "_" ? " " : flag === "0" ? "0" : fill;
          return flag === "-" ? String(value) : String(value).padStart(Number(wide) || width, filler);
        }
        const text = composed === undefined ? name(code, date) : formatDate(composed, ms);
        if (text === null) return whole;
        const cut =
          code === "N" && wide !== "" ? text.slice(0, Number(wide)) : text.padStart(Number(wide) || 0);
        return flag === "^" || flag === "#" ? cut.toUpperCase() : cut;
      },
    );
}
