// Words to fields: parameters, substitutions, arithmetic, splitting, globs, quote removal (POSIX 2.6).

import type { Budget } from "../run/budget.ts";
import { CommandAborted } from "../run/flow.ts";
import type { ByteString } from "../shell.ts";
import type { FsView } from "../vfs/view.ts";
import { evaluate } from "./arith.ts";
import { arithScope } from "./arith-scope.ts";
import { ArithFault } from "./arith-value.ts";
import type { List, Part, Word } from "./ast.ts";
import { expandBraces } from "./braces.ts";
import { escapeGlob, expandPath, hasGlob } from "./glob.ts";
import { type Expansions, expandParameter } from "./parameter.ts";
import type { ShellState } from "./state.ts";

/** What expansion needs of the shell around it. */
export interface Expander {
  readonly state: ShellState;
  readonly budget: Budget;
  readonly fs: FsView;
  /** Output of a command substitution, trailing line feeds removed. */
  substitute(body: List): Promise<ByteString>;
  complain(text: ByteString): Promise<void>;
  /** As `$RANDOM` and `$SECONDS`. */
  random(): number;
  seconds(): number;
  /** The home folder of a user, for `~name`. */
  homeOf(name: ByteString): ByteString | undefined;
}

interface Field {
  text: ByteString;
  pattern: ByteString;
  /** True when there was a quote, so that an empty field stays. */
  quoted: boolean;
}

/** What one piece contributes: values that stay apart (`$@`) or one that may be split. */
export type Value = { readonly list: readonly ByteString[] } | { readonly text: ByteString };

class FieldMaker {
  readonly done: Field[] = [];
  #open: Field | null = null;

  get open(): Field {
    this.#open ??= { text: "", pattern: "", quoted: false };
    return this.#open;
  }

  add(text: ByteString, quoted: boolean): void {
    const { open } = this;
    open.text += text;
    open.pattern += quoted ? escapeGlob(text) : text;
    if (quoted) open.quoted = true;
  }

  end(): void {
    if (this.#open && (this.#open.text !== "" || this.#open.quoted)) this.done.push(this.#open);
    this.#open = null;
  }

  /** Splits unquoted text at the characters of IFS. */
  split(text: ByteString, ifs: ByteString): void {
    let piece = "";
    let lastWasBreak = false;
    for (const char of text) {
      if (!ifs.includes(char)) {
        piece += char;
        lastWasBreak = false;
        continue;
      }
      if (piece !== "") this.add(piece, false);
      const blank = char === " " || char === "\t" || char === "\n";
      if (!blank && !lastWasBreak) this.open.quoted = this.open.quoted || piece === "";
      piece = "";
      this.end();
      lastWasBreak = true;
    }
    if (piece !== "") this.add(piece, false);
  }
}

/** All fields of some words, with braces, splitting and globs. */
export async function expandWords(words: readonly Word[], shell: Expander): Promise<ByteString[]> {
  const out: ByteString[] = [];
  for (const word of words) {
    for (const choice of shell.state.identity.dialect === "bash" ? expandBraces(word) : [word]) {
      const maker = new FieldMaker();
      await expandInto(maker, choice, shell, true);
      maker.end();
      for (const field of maker.done) await pushField(out, field, shell);
    }
  }
  shell.budget.move(out.reduce((sum, field) => sum + field.length, 0));
  return out;
}

async function pushField(out: ByteString[], field: Field, shell: Expander): Promise<void> {
  if (!hasGlob(field.pattern) || shell.state.options.has("f")) {
    out.push(field.text);
    return;
  }
  const paths = await expandPath(field.pattern, shell.fs, shell.budget);
  if (paths.length === 0) out.push(field.text);
  else for (const path of paths) out.push(path);
}

/** One word as one text: no splitting, no globs (assignments, `case`, here-documents, redirections). */
export async function expandText(word: Word, shell: Expander): Promise<ByteString> {
  const maker = new FieldMaker();
  await expandInto(maker, word, shell, false);
  shell.budget.move(maker.open.text.length);
  return maker.open.text;
}

/** One word as a pattern: what was quoted is matched literally. */
export async function expandPattern(word: Word, shell: Expander): Promise<ByteString> {
  const maker = new FieldMaker();
  await expandInto(maker, word, shell, false);
  return maker.open.pattern;
}

async function expandInto(maker: FieldMaker, word: Word, shell: Expander, split: boolean): Promise<void> {
  for (const [i, part] of word.entries()) {
    if (part.kind === "text") {
      const text = i === 0 && !part.quoted ? tilde(part.text, shell, word.length === 1) : part.text;
      if (text !== part.text) maker.add(text, true);
      else maker.add(text, part.quoted);
      continue;
    }
    const value = await partValue(part, shell);
    addValue(maker, { value, quoted: part.quoted, split, shell });
  }
}

function addValue(
  maker: FieldMaker,
  at: { value: Value; quoted: boolean; split: boolean; shell: Expander },
): void {
  const { value, quoted, split, shell } = at;
  const ifs = shell.state.get("IFS") ?? " \t\n";
  if ("list" in value) {
    if (!split) {
      maker.add(value.list.join(" "), quoted);
      return;
    }
    for (const [i, item] of value.list.entries()) {
      if (i > 0) maker.end();
      if (quoted) maker.add(item, true);
      else maker.split(item, ifs);
    }
    return;
  }
  if (quoted || !split) maker.add(value.text, quoted);
  else maker.split(value.text, ifs);
}

async function partValue(part: Exclude<Part, { kind: "text" }>, shell: Expander): Promise<Value> {
  switch (part.kind) {
    case "param":
      return expandParameter(part, { shell, expand: expansions });
    case "command":
      return { text: await shell.substitute(part.body) };
    case "arith":
      return { text: String(await arithmetic(part.expression, shell)) };
    default:
      await shell.complain(
        shell.state.identity.dialect === "bash"
          ? `${part.text}: bad substitution`
          : "syntax error: bad substitution",
      );
      throw new CommandAborted(shell.state.identity.dialect === "bash" ? 1 : 2);
  }
}

/** The value of an arithmetic word. */
export async function arithmetic(expression: Word, shell: Expander): Promise<bigint> {
  const text = await expandText(expression, shell);
  try {
    return evaluate(text, arithScope(shell.state));
  } catch (error) {
    if (!(error instanceof ArithFault)) throw error;
    const { dialect } = shell.state.identity;
    const short = error.message.startsWith("division by 0")
      ? dialect === "ash"
        ? "divide by zero"
        : "division by zero"
      : "syntax error";
    await shell.complain(
      dialect === "bash"
        ? `${text}: ${error.message}`
        : dialect === "ash"
          ? short
          : `arithmetic expression: ${short}: "${text}"`,
    );
    throw new CommandAborted(dialect === "bash" ? 1 : 2);
  }
}

function tilde(text: ByteString, shell: Expander, whole: boolean): ByteString {
  if (!text.startsWith("~")) return text;
  const slash = text.indexOf("/");
  if (slash < 0 && !whole) return text;
  const name = text.slice(1, slash < 0 ? undefined : slash);
  const home =
    name === ""
      ? shell.state.get("HOME")
      : name === "+"
        ? shell.state.cwd
        : name === "-"
          ? shell.state.get("OLDPWD")
          : shell.homeOf(name);
  return home === undefined ? text : home + (slash < 0 ? "" : text.slice(slash));
}

const expansions: Expansions = { text: expandText, pattern: expandPattern, arithmetic };
