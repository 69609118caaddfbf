// `systemctl status` of a unit that runs: since when, its process, what it uses. Formats of systemd 252.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { timeParts } from "./options.ts";
import { processName, processRows } from "./process-rows.ts";

/** A unit of the machine. */
export interface UnitFacts {
  readonly name: string;
  readonly text: string;
  /** The name of its main process. */
  readonly process: string;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const MONTH = 2_629_800;
const YEAR = 12 * MONTH;

const many = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? "" : "s"}`;

/** A stretch of time as systemd tells how long ago something was. */
export function agoText(seconds: number): string {
  const of = (large: number, small: number): [number, number] => [
    Math.floor(seconds / large),
    Math.floor((seconds % large) / small),
  ];
  const pair = (large: number, small: number, units: readonly [string, string]): string => {
    const [a, b] = of(large, small);
    return b === 0 ? many(a, units[0]) : `${many(a, units[0])} ${many(b, units[1])}`;
  };
  if (seconds >= YEAR) return `${pair(YEAR, MONTH, ["year", "month"])} ago`;
  if (seconds >= MONTH) return `${pair(MONTH, DAY, ["month", "day"])} ago`;
  if (seconds >= WEEK) return `${pair(WEEK, DAY, ["week", "day"])} ago`;
  if (seconds >= DAY) return `${many(Math.floor(seconds / DAY), "day")} ago`;
  if (seconds >= 5 * HOUR) return `${Math.floor(seconds / HOUR)}h ago`;
  if (seconds >= HOUR) return `${of(HOUR, MINUTE).join("h ")}min ago`;
  if (seconds >= 5 * MINUTE) return `${Math.floor(seconds / MINUTE)}min ago`;
  if (seconds >= MINUTE) return `${of(MINUTE, 1).join("min ")}s ago`;
  return `${Math.floor(seconds)}s ago`;
}

const DOT = "\xe2\x97\x8f";
const [BRANCH, LAST] = ["\xe2\x94\x9c\xe2\x94\x80", "\xe2\x94\x94\xe2\x94\x80"];

/** The text of a unit that does not run: its package is there, and nobody started it. */
export function stoppedStatus(name: ByteString, text: ByteString): ByteString {
  return `\xe2\x97\x8b ${name}.service - ${text}\n     Loaded: loaded (/lib/systemd/system/${name}.service; disabled; preset: enabled)\n     Active: inactive (dead)\n`;
}

/** The text of a unit that is active. */
export function unitStatus(proc: Proc, { name, text, process }: UnitFacts): ByteString {
  const rows = processRows(proc).filter((row) => row.tty === "?" && processName(row) === process);
  const [main] = rows;
  const at = main?.startedAt ?? proc.world.persona.bootedAt;
  const time = timeParts(at);
  const since = `${time.weekday} ${time.year}-${time.monthNumber}-${time.day.padStart(2, "0")} ${time.hour}:${time.minute}:${time.second} UTC`;
  const kib = rows.reduce((sum, row) => sum + row.rss, 0);
  const limit = Math.floor(proc.world.persona.hardware.memoryKib / 870);
  const shown = (command: string): string => (command.includes(": ") ? `"${command}"` : command);
  const lines = [
    `${DOT} ${name}.service - ${text}`,
    `     Loaded: loaded (/lib/systemd/system/${name}.service; enabled; preset: enabled)`,
    `     Active: active (running) since ${since}; ${agoText((proc.now() - at) / 1000)}`,
    `   Main PID: ${main?.pid ?? 1} (${process})`,
    `      Tasks: ${rows.length} (limit: ${limit})`,
    `     Memory: ${(kib / 1024).toFixed(1)}M`,
    `        CPU: ${(main?.cpuSeconds ?? 0).toFixed(3)}s`,
    `     CGroup: /system.slice/${name}.service`,
    ...rows.map(
      (row, i) => `             ${i === rows.length - 1 ? LAST : BRANCH}${row.pid} ${shown(row.command)}`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}
