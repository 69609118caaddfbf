// The values of a command's own options, as text, numbers and lists. Throws `usage` for what is none.

import { DecnetError } from "../contract/errors.ts";
import type { CommandCall } from "./command.ts";

/** A text, or undefined where the option was not given. */
export function textOption(call: CommandCall, name: string): string | undefined {
  const given = call.options[name];
  return typeof given === "string" && given !== "" ? given : undefined;
}

/** A whole number. */
export function numberOption(call: CommandCall, name: string): number | undefined {
  const given = call.options[name];
  if (given === undefined) return undefined;
  if (typeof given === "string" && /^\d{1,6}$/.test(given)) return Number(given);
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new DecnetError("usage", `--${flag} takes a number`);
}

/** Names between commas; empty where the option was not given. */
export function listOption(call: CommandCall, name: string): readonly string[] {
  const names = (textOption(call, name) ?? "").split(",").map((item) => item.trim());
  return names.filter((item) => item !== "");
}

/** Prints JSON for scripts. */
export function printJson(call: CommandCall, content: unknown): void {
  call.terminal.out(`${JSON.stringify(content, null, 2)}\n`);
}
