// date: the clock of the machine, in the formats of strftime, and the times that -d names. The clock can't be set.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { formatDate } from "./date-format.ts";
import { parseOptions, program, quoted } from "./options.ts";

const PLAIN = "%a %b %e %H:%M:%S %Z %Y";
const UNITS = new Map([
  ["sec", 1000],
  ["second", 1000],
  ["min", 60_000],
  ["minute", 60_000],
  ["hour", 3_600_000],
  ["day", 86_400_000],
  ["week", 604_800_000],
]);
const NAMED = new Map([
  ["now", 0],
  ["today", 0],
  ["yesterday", -86_400_000],
  ["tomorrow", 86_400_000],
]);
const ISO = new Map([
  ["", "%Y-%m-%d"],
  ["date", "%Y-%m-%d"],
  ["hours", "%Y-%m-%dT%H%:z"],
  ["minutes", "%Y-%m-%dT%H:%M%:z"],
  ["seconds", "%Y-%m-%dT%H:%M:%S%:z"],
]);

/** The time that a text names, or null. */
/** A time as `date -d` and `touch -d` read it, or null. */
export function parseTime(text: ByteString, now: number): number | null {
  const trimmed = text.trim();
  const named = NAMED.get(trimmed);
  if (named !== undefined) return now + named;
  const epoch = /^@(-?[0-9]{1,12})$/.exec(trimmed);
  if (epoch) return Number(epoch[1]) * 1000;
  const relative = /^([-+]?[0-9]{1,9}) ?([a-z]{3,6}?)s?( ago)?$/.exec(trimmed);
  const unit = UNITS.get(relative?.[2] ?? "");
  if (relative && unit !== undefined) return now + Number(relative[1]) * unit * (relative[3] ? -1 : 1);
  const date =
    /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?(?: ?(?:Z|UTC))?$/.exec(
      trimmed,
    );
  if (!date) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = date
    .slice(1)
    .map((part) => Number(part ?? 0));
  const at = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  return at.getUTCMonth() === month - 1 && at.getUTCDate() === day && hour < 24 ? at.getTime() : null;
}

async function date(proc: Proc): Promise<number> {
  // -I takes its value attached only.
  const iso = proc.args
    .map((arg) => /^(?:-I|--iso-8601=?)([a-z]*)$/.exec(arg)?.[1])
    .find((kind) => kind !== undefined);
  const args = proc.args.filter((arg) => !/^(?:-I|--iso-8601)/.test(arg));
  const long = { utc: "u", universal: "u", date: "d", "rfc-email": "R", reference: "r", set: "s" };
  const options = await parseOptions(proc, { short: "ud:Rr:s:", long }, args);
  if (typeof options === "number") return options;
  const operand = options.rest.find((arg) => !arg.startsWith("+"));
  const setting = options.value("s") ?? operand;
  if (setting !== undefined && proc.user.uid !== 0)
    return proc.fail(
      proc.busybox ? "can't set date: Operation not permitted" : "cannot set date: Operation not permitted",
    );
  const named = options.value("d");
  const stat = options.has("r") ? proc.fs.stat(options.value("r") ?? "") : null;
  if (stat && !stat.ok) return proc.fail(`${options.value("r")}: No such file or directory`);
  const at = named !== undefined ? parseTime(named, proc.now()) : (stat?.value.mtimeMs ?? proc.now());
  if (at === null)
    return proc.fail(proc.busybox ? `invalid date '${named}'` : `invalid date ${quoted(proc, named ?? "")}`);
  const format = options.rest.find((arg) => arg.startsWith("+"))?.slice(1);
  const chosen = format ?? (options.has("R") ? "%a, %d %b %Y %H:%M:%S %z" : (ISO.get(iso ?? "-") ?? PLAIN));
  await proc.out(`${formatDate(chosen, at)}\n`);
  return 0;
}

/** The programs of this file. */
export const datePrograms = [program("date", date)];
