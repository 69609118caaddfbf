// The state of a running awk program: variables with their special meanings, the record, the input.
// Every step is counted against the command line's budget.

import { toByteString } from "../bytes.ts";
import { compileRegex, type Regex, RegexFault } from "../regex/regex.ts";
import { Killed } from "../run/flow.ts";
import type { Proc } from "../run/proc.ts";
import { contentInput, type Input } from "../run/streams.ts";
import type { ByteString } from "../shell.ts";
import { errorTexts } from "../vfs/node.ts";
import { AwkFault } from "./flow.ts";
import { formatValues } from "./format.ts";
import { AwkMemory, TEXT_BYTES } from "./memory.ts";
import { AwkRecord } from "./record.ts";
import { type Ender, RecordSource } from "./source.ts";
import { AwkStreams } from "./streams.ts";
import { fromInput, type NumberStyle, toNumber, toText, type Value } from "./value.ts";

/** Awk steps that cost one step of the budget. */
const STEPS = 16;
const PATTERNS = 256;

/** One running program. */
export class AwkRuntime {
  readonly proc: Proc;
  readonly memory = new AwkMemory();
  readonly streams: AwkStreams;
  readonly record: AwkRecord;
  readonly #patterns = new Map<ByteString, Regex>();
  readonly #operands: ByteString[];
  #input: RecordSource | null = null;
  #anyFile = false;
  #ticks = 0;
  /** 2 once a file could not be read. */
  status = 0;
  previousSeed = 0;

  constructor(proc: Proc, operands: readonly ByteString[]) {
    this.proc = proc;
    this.streams = new AwkStreams(proc);
    this.record = new AwkRecord(
      (text) => this.split(text, this.text(this.get("FS"))),
      () => this.text(this.get("OFS")),
    );
    this.#operands = [...operands];
    const initial: Record<string, Value> = { FS: " ", OFS: " ", ORS: "\n", RS: "\n", SUBSEP: "\x1c" };
    Object.assign(initial, {
      NR: 0,
      FNR: 0,
      RSTART: 0,
      RLENGTH: -1,
      CONVFMT: "%.6g",
      OFMT: "%.6g",
      FILENAME: "",
    });
    for (const [name, value] of Object.entries(initial)) this.memory.set(this.memory.cell(name), value);
    const environ = this.memory.array("ENVIRON");
    for (const [name, value] of proc.init.env) this.memory.setItem(environ, name, fromInput(value));
    const argv = this.memory.array("ARGV");
    for (const [i, word] of ["awk", ...operands].entries())
      this.memory.setItem(argv, String(i), fromInput(word));
    this.memory.set(this.memory.cell("ARGC"), operands.length + 1);
  }

  /** Counts a step. */
  async tick(cost = 1): Promise<void> {
    this.#ticks += cost;
    if (this.#ticks < STEPS) return;
    const steps = Math.floor(this.#ticks / STEPS);
    this.#ticks %= STEPS;
    await this.proc.budget.step(steps);
  }

  /** Counts the search of a text. */
  scanned(bytes: number): Promise<void> {
    return this.tick(1 + (bytes >> 4));
  }

  style(name: "CONVFMT" | "OFMT" = "CONVFMT"): NumberStyle {
    return {
      busybox: this.proc.busybox,
      fraction: (value) => {
        const format = this.memory.cell(name).value;
        return formatValues(typeof format === "string" ? format : "%.6g", [value], {
          text: String,
          name: "sprintf",
          lenient: true,
        });
      },
    };
  }

  text(value: Value): ByteString {
    return toText(value, this.style());
  }

  /** Guards the length of a text that was put together. */
  bounded(text: ByteString): ByteString {
    if (text.length > TEXT_BYTES) throw new Killed();
    return text;
  }

  get(name: string): Value {
    if (name === "NF" && !this.memory.isLocal(name)) return this.record.count;
    const cell = this.memory.cell(name);
    if (cell.array) throw new AwkFault("type", `type error in use of ${name}`);
    return cell.value;
  }

  set(name: string, value: Value): void {
    if (!this.memory.isLocal(name)) {
      if (name === "NF") this.record.count = Math.trunc(toNumber(value));
      if (name === "FS") this.record.settle();
    }
    this.memory.set(this.memory.cell(name), value);
  }

  field(index: number): Value {
    if (index < 0 || Number.isNaN(index)) throw new AwkFault("type", `negative field index $${index}`);
    const text = this.record.field(Math.trunc(index));
    return text === undefined ? undefined : fromInput(text);
  }

  pattern(source: ByteString): Regex {
    const known = this.#patterns.get(source);
    if (known) return known;
    try {
      const regex = compileRegex(source, { extended: true, intervals: this.proc.busybox });
      if (this.#patterns.size >= PATTERNS) this.#patterns.clear();
      this.#patterns.set(source, regex);
      return regex;
    } catch (error) {
      if (!(error instanceof RegexFault)) throw error;
      throw new AwkFault("regex", `${error.message}\n${source}`);
    }
  }

  /** Cuts a text as a field separator says. */
  split(text: ByteString, separator: ByteString): ByteString[] {
    if (text === "") return [];
    if (separator === " ") return text.split(/[ \t\n]+/).filter((piece) => piece !== "");
    if (separator === "") return text.split("");
    if (separator.length === 1 && separator !== "\\") return text.split(separator);
    return this.splitBy(text, this.pattern(separator));
  }

  splitBy(text: ByteString, regex: Regex): ByteString[] {
    const pieces: ByteString[] = [];
    let from = 0;
    for (let at = 0; at <= text.length; ) {
      const [start = -1, end = -1] = regex.exec(text, at) ?? [];
      if (start < 0) break;
      if (end === start) {
        at = end + 1;
        continue;
      }
      pieces.push(text.slice(from, start));
      from = end;
      at = end;
    }
    pieces.push(text.slice(from));
    return pieces;
  }

  ender(): Ender {
    const text = this.text(this.get("RS"));
    return text.length <= 1 ? text : this.pattern(text);
  }

  /** The next record of the operands, or null at their end. */
  async nextRecord(): Promise<ByteString | null> {
    for (;;) {
      this.#input ??= await this.#nextInput();
      if (!this.#input) return null;
      const record = await this.#input.next(this.ender());
      if (record !== null) {
        this.set("NR", toNumber(this.get("NR")) + 1);
        this.set("FNR", toNumber(this.get("FNR")) + 1);
        return record;
      }
      this.#input = null;
    }
  }

  skipFile(): void {
    this.#input = null;
  }

  async #nextInput(): Promise<RecordSource | null> {
    for (let word = this.#operands.shift(); word !== undefined; word = this.#operands.shift()) {
      if (word === "") continue;
      if (this.assign(word)) continue;
      this.#anyFile = true;
      const input = await this.#open(word);
      if (!input) continue;
      this.set("FILENAME", word);
      this.set("FNR", 0);
      return new RecordSource(input);
    }
    if (this.#anyFile) return null;
    this.#anyFile = true;
    return new RecordSource(this.proc.stdin);
  }

  /** Carries out `name=value`; false when the word is none. */
  assign(word: ByteString): boolean {
    const match = /^([A-Za-z_]\w{0,255})=([\s\S]*)$/.exec(word);
    if (!match) return false;
    this.set(match[1] ?? "", fromInput(match[2] ?? ""));
    return true;
  }

  async #open(path: ByteString): Promise<Input | null> {
    if (path === "-") return this.proc.stdin;
    const file = this.proc.fs.open(path);
    if (file.ok) return contentInput((offset, length) => toByteString(file.value.read(offset, length)));
    await this.streams.flush();
    const why = errorTexts[file.code];
    await this.proc.fail(this.proc.busybox ? `${path}: ${why}` : `cannot open ${path} (${why})`);
    this.status = this.proc.busybox ? 1 : 2;
    // mawk gives up at the first file that it can't read.
    if (!this.proc.busybox) this.#operands.length = 0;
    return null;
  }
}
