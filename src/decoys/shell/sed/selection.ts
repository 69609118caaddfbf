// Which lines a sed command applies to: addresses and ranges, and the pattern that an empty one repeats.
// Keeps one mark per open range and nothing of the text.

import type { Regex } from "../regex/regex.ts";
import type { ByteString } from "../shell.ts";
import type { Address, SedCommand } from "./command.ts";

/** The line at hand. */
export interface SedLine {
  readonly number: number;
  readonly last: boolean;
  readonly space: ByteString;
}

/** Remembers open ranges from line to line. */
export class Selection {
  readonly #ranges = new Map<SedCommand, number | null>();
  #lastRegex: Regex | null = null;

  /** True while the range of a command goes on. */
  open(command: SedCommand): boolean {
    return this.#ranges.has(command);
  }

  /** True when a command applies to the line at hand. */
  selects(command: SedCommand, line: SedLine): boolean {
    return this.#inRange(command, line) !== command.negated;
  }

  #inRange(command: SedCommand, line: SedLine): boolean {
    const { from, to } = command;
    if (!from) return true;
    if (!to) return this.#matches(from, line);
    const until = this.#ranges.get(command);
    if (until === undefined) {
      const zero = from.kind === "line" && from.line === 0;
      if (!zero && !this.#matches(from, line)) return false;
      if (zero && line.number > 1) return false;
      if (to.kind === "after") this.#ranges.set(command, line.number + to.lines);
      else if (to.kind === "line") this.#ranges.set(command, to.line);
      else if (!zero || !this.#matches(to, line)) this.#ranges.set(command, null);
      const end = this.#ranges.get(command);
      if (typeof end === "number" && end <= line.number) this.#ranges.delete(command);
      return true;
    }
    if (until === null) {
      if (to.kind !== "after" && this.#matches(to, line)) this.#ranges.delete(command);
      return true;
    }
    if (line.number >= until) this.#ranges.delete(command);
    return line.number <= until;
  }

  #matches(address: Address, line: SedLine): boolean {
    switch (address.kind) {
      case "line":
        return line.number === address.line;
      case "step":
        return address.step === 0
          ? line.number === address.first
          : line.number >= address.first && (line.number - address.first) % address.step === 0;
      case "last":
        return line.last;
      default:
        return this.regex(address.regex)?.test(line.space) ?? false;
    }
  }

  /** A pattern, or the last one used for an empty one. */
  regex(regex: Regex | null): Regex | null {
    if (regex) this.#lastRegex = regex;
    return this.#lastRegex;
  }
}
