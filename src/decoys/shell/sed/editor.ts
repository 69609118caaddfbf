// Runs a sed script over lines. Every command is counted; the spaces are bounded.

import type { Budget } from "../run/budget.ts";
import { Killed } from "../run/flow.ts";
import type { ByteString } from "../shell.ts";
import type { SedCommand, Substitution } from "./command.ts";
import { type SedLine, Selection } from "./selection.ts";
import { fill, translate, visible } from "./text.ts";

/** What the editor works with. */
export interface SedPlace {
  readonly budget: Budget;
  readonly quiet: boolean;
  put(text: ByteString): Promise<void>;
  /** The text of a file for `r`; empty when it can't be read. */
  read(path: ByteString): ByteString;
  /** Adds a line to a file for `w`. */
  write(path: ByteString, text: ByteString): Promise<void>;
}

const SPACE_BYTES = 1 << 20;
const COMMANDS_PER_STEP = 4;

/** Edits texts one after another; line numbers go on. */
export class SedEditor {
  readonly #script: readonly SedCommand[];
  readonly #place: SedPlace;
  readonly #selection = new Selection();
  #lines: readonly ByteString[] = [];
  /** True when the last line has its line feed. */
  #complete = true;
  #next = 0;
  #number = 0;
  #space: ByteString = "";
  #hold: ByteString = "";
  #after: ByteString[] = [];
  #changed = false;
  #commands = 0;
  /** Set by `q`: the status to end with. */
  quit: number | null = null;

  constructor(script: readonly SedCommand[], place: SedPlace) {
    this.#script = script;
    this.#place = place;
  }

  /** Edits one text. */
  async edit(text: ByteString): Promise<void> {
    this.#complete = text.endsWith("\n");
    this.#lines = text === "" ? [] : (this.#complete ? text.slice(0, -1) : text).split("\n");
    this.#next = 0;
    while (this.#next < this.#lines.length && this.quit === null) {
      this.#take();
      await this.#place.budget.step(1 + (this.#space.length >> 8));
      await this.#cycle();
    }
  }

  #take(): void {
    this.#space = this.#lines[this.#next++] ?? "";
    this.#number++;
  }

  get #last(): boolean {
    return this.#next >= this.#lines.length;
  }

  get #line(): SedLine {
    return { number: this.#number, last: this.#last, space: this.#space };
  }

  async #print(text: ByteString): Promise<void> {
    await this.#place.put(this.#last && !this.#complete ? text : `${text}\n`);
  }

  /** The end of a cycle: what is in the space is shown, then what was appended. */
  async #end(show: boolean): Promise<void> {
    if (show && !this.#place.quiet) await this.#print(this.#space);
    const after = this.#after;
    this.#after = [];
    for (const text of after) await this.#place.put(text);
  }

  async #cycle(): Promise<void> {
    this.#changed = false;
    for (;;) {
      const ending = await this.#run();
      await this.#end(ending === "end");
      if (ending !== "again") return;
      await this.#place.budget.step();
    }
  }

  /** Runs the script once. `again`: without a new line (`D`). */
  async #run(): Promise<"end" | "delete" | "again"> {
    for (let at = 0; at < this.#script.length; at++) {
      const command = this.#script[at];
      if (!command) break;
      if (++this.#commands % COMMANDS_PER_STEP === 0) await this.#place.budget.step();
      const selected = this.#selection.selects(command, this.#line);
      if (command.name === "{") {
        if (!selected) at = command.target - 1;
        continue;
      }
      if (!selected) continue;
      if (this.#branches(command)) at = command.target - 1;
      else {
        const ending = await this.#one(command);
        if (ending) return ending;
      }
      if (this.#space.length + this.#hold.length > SPACE_BYTES) throw new Killed();
    }
    return "end";
  }

  #branches({ name }: SedCommand): boolean {
    if (name === "b") return true;
    if (name !== "t" && name !== "T") return false;
    const goes = this.#changed === (name === "t");
    this.#changed = false;
    return goes;
  }

  async #one(command: SedCommand): Promise<"end" | "delete" | "again" | null> {
    switch (command.name) {
      case "d":
        return "delete";
      case "D": {
        const at = this.#space.indexOf("\n");
        if (at < 0) return "delete";
        this.#space = this.#space.slice(at + 1);
        return "again";
      }
      case "n":
        if (this.#last) return this.#place.quiet ? "delete" : "end";
        await this.#end(true);
        this.#take();
        return null;
      case "N": {
        if (this.#last) return "end";
        const before = this.#space;
        await this.#end(false);
        this.#take();
        this.#space = `${before}\n${this.#space}`;
        return null;
      }
      case "q":
      case "Q":
        this.quit = command.number;
        return command.name === "q" ? "end" : "delete";
      case "c":
        if (!command.to || command.negated || !this.#selection.open(command))
          await this.#place.put(`${command.text}\n`);
        return "delete";
      case "s":
        if (command.change) await this.#substitute(command.change);
        return null;
      default:
        await this.#simple(command);
        return null;
    }
  }

  async #simple(command: SedCommand): Promise<void> {
    const { put } = this.#place;
    switch (command.name) {
      case "p":
        return this.#print(this.#space);
      case "P":
        return put(`${this.#space.split("\n", 1)[0]}\n`);
      case "=":
        return put(`${this.#number}\n`);
      case "i":
        return put(`${command.text}\n`);
      case "l":
        return put(`${visible(this.#space)}\n`);
      case "w":
        return this.#place.write(command.text, `${this.#space}\n`);
      case "a":
        this.#after.push(`${command.text}\n`);
        return;
      case "r":
        this.#after.push(this.#place.read(command.text));
        return;
      case "y":
        this.#space = translate(this.#space, command.text);
        return;
      default:
        this.#spaces(command.name);
    }
  }

  #spaces(name: string): void {
    if (name === "h") this.#hold = this.#space;
    else if (name === "H") this.#hold += `\n${this.#space}`;
    else if (name === "g") this.#space = this.#hold;
    else if (name === "G") this.#space += `\n${this.#hold}`;
    else if (name === "z") this.#space = "";
    else if (name === "x") [this.#space, this.#hold] = [this.#hold, this.#space];
  }

  async #substitute(change: Substitution): Promise<void> {
    const regex = this.#selection.regex(change.regex);
    const text = this.#space;
    let out = "";
    let from = 0;
    let count = 0;
    let hits = 0;
    for (let at = 0; regex && at <= text.length; ) {
      const match = regex.exec(text, at);
      const [start = -1, end = -1] = match ?? [];
      await this.#place.budget.step(((start < 0 ? text.length : end) - at) >> 8);
      if (!match || start < 0) break;
      // An empty match right behind another one does not count.
      if (end > start || start !== from || count === 0) {
        if (++count >= change.nth) {
          hits++;
          out += text.slice(from, start) + fill(change.by, text, match);
          from = end;
          if (!change.all) break;
        }
      }
      if (out.length > SPACE_BYTES) throw new Killed();
      if (hits % 64 === 63) await this.#place.budget.step();
      at = end > start ? end : end + 1;
    }
    if (hits === 0) return;
    this.#changed = true;
    this.#space = out + text.slice(from);
    if (change.print) await this.#print(this.#space);
    if (change.file !== null) await this.#place.write(change.file, `${this.#space}\n`);
  }
}
