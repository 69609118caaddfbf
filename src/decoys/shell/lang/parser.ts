// Words and operators to commands: the grammar of a POSIX shell with what intruders use of bash.
// Throws SyntaxFault and nothing else; bounded in depth by the scanner and in size by its source.

import { SyntaxFault } from "../run/flow.ts";
import type { ByteString } from "../shell.ts";
import { toAssign } from "./assignment.ts";
import type { AndOr, Assign, Command, Compound, List, Part, Pipeline, Redirect, Word } from "./ast.ts";
import { Scanner } from "./scanner.ts";

/** Most bytes of one script. */
export const SOURCE_BYTES = 512 * 1024;

const RESERVED = new Set(["then", "else", "elif", "fi", "do", "done", "esac", "}", "in"]);
const NEWLINE = "newline";
/** Builtins whose operands may be lists. */
const DECLARATIONS = new Set(["declare", "typeset", "local", "readonly"]);
/** What `time` alone times. */
const NOTHING: Command = {
  kind: "simple",
  assigns: [],
  words: [[{ kind: "text", text: ":", quoted: false }]],
  redirects: [],
  line: 1,
};

/** A script read as a shell reads it: one complete command line at a time. */
export interface ScriptReader {
  /** The next lines' commands, or null at the end. Throws SyntaxFault when they have no meaning. */
  next(): List | null;
  /** Line number of what `next` gave. */
  readonly line: number;
}

/** Reads a script, so that what stands before a syntax error is run. */
export function createScriptReader(source: ByteString, bash: boolean): ScriptReader {
  const scanner = new Scanner(source.slice(0, SOURCE_BYTES), bash, (inner, end) =>
    new Parser(inner).nested(end),
  );
  const parser = new Parser(scanner);
  return {
    next: () => parser.commandLine(),
    get line() {
      return scanner.line;
    },
  };
}

/** The text of a word that holds nothing but unquoted text, or null. */
export function literal(word: Word): string | null {
  const [only] = word;
  return word.length === 1 && only?.kind === "text" && !only.quoted ? only.text : null;
}

class Parser {
  readonly #s: Scanner;
  #pending: { redirect: Redirect; end: ByteString; quoted: boolean; stripTabs: boolean }[] = [];

  constructor(scanner: Scanner) {
    this.#s = scanner;
  }

  /** A list up to the closing parenthesis (taken) or the end of the source. */
  nested(end: ")" | null): List {
    const list = this.#list([]);
    const op = this.#s.operator();
    if (end === ")" && op === ")") this.#s.takeOperator(")");
    else if (op !== null) throw this.#unexpected();
    else if (end === ")") throw new SyntaxFault(null, this.#s.line, { quote: ")" });
    else if (!this.#s.ended) throw this.#unexpected();
    this.#hereDocuments();
    return list;
  }

  /** One complete command line, or null at the end. */
  commandLine(): List | null {
    this.#newlines();
    if (this.#s.ended) return null;
    const list = this.#list([], true);
    const op = this.#s.operator();
    if (op === "\n") {
      this.#s.next();
      this.#hereDocuments();
    } else if (op !== null || !this.#s.ended) throw this.#unexpected();
    else this.#hereDocuments();
    return list;
  }

  #unexpected(): SyntaxFault {
    const op = this.#s.operator();
    if (op !== null) return new SyntaxFault(op === "\n" ? NEWLINE : op, this.#s.line);
    if (this.#s.ended) return new SyntaxFault(null, this.#s.line);
    const from = this.#s.at;
    const { line } = this.#s;
    this.#s.word();
    return new SyntaxFault(this.#s.source.slice(from, this.#s.at), line);
  }

  #newlines(): void {
    while (this.#s.operator() === "\n") {
      this.#s.next();
      this.#hereDocuments();
    }
  }

  /** The reserved word here, not taken. */
  #reserved(): string | null {
    this.#s.skipBlanks();
    const rest = /^(?:[a-z]{2,8}|[{}!]|\[\[)(?=[\s;&|()<>]|$)/.exec(
      this.#s.source.slice(this.#s.at, this.#s.at + 10),
    );
    return rest ? rest[0] : null;
  }

  #takeReserved(word: string): void {
    this.#newlinesBefore(word);
    if (this.#reserved() !== word) throw this.#ended(word);
    for (let i = 0; i < word.length; i++) this.#s.next();
  }

  #newlinesBefore(word: string): void {
    if (word !== "in") this.#newlines();
    else while (this.#s.operator() === "\n") this.#s.next();
  }

  #ended(wanted: string): SyntaxFault {
    const fault = this.#unexpected();
    return fault.token === null ? new SyntaxFault(null, fault.line, { word: wanted }) : fault;
  }

  #list(stops: readonly string[], oneLine = false): List {
    const items: { andOr: AndOr; background: boolean; text: ByteString }[] = [];
    for (;;) {
      if (!oneLine) this.#newlines();
      else if (this.#s.operator() === "\n") break;
      const word = this.#reserved();
      if (word !== null && (stops.includes(word) || RESERVED.has(word)) && word !== "in") {
        if (!stops.includes(word)) throw this.#unexpected();
        break;
      }
      const op = this.#s.operator();
      if (this.#s.ended || op === ")" || op === ";;") break;
      const from = this.#s.at;
      const andOr = this.#andOr();
      const text = this.#s.source.slice(from, this.#s.at).trim();
      const end = this.#s.operator();
      items.push({ andOr, background: end === "&", text });
      if (end === ";" || end === "&") this.#s.takeOperator(end);
      else if (end !== "\n") break;
    }
    return { items };
  }

  #body(stops: readonly string[]): List {
    const list = this.#s.descend(() => this.#list(stops));
    if (list.items.length === 0) throw this.#ended(stops[0] ?? "}");
    return list;
  }

  #andOr(): AndOr {
    const first = this.#pipeline();
    const rest: { op: "&&" | "||"; pipeline: Pipeline }[] = [];
    for (;;) {
      const op = this.#s.operator();
      if (op !== "&&" && op !== "||") return { first, rest };
      this.#s.takeOperator(op);
      this.#newlines();
      rest.push({ op, pipeline: this.#pipeline() });
    }
  }

  /** `time` and its option, taken. */
  #timed(): { timed?: "bash" | "posix" } {
    if (!this.#s.bash || this.#reserved() !== "time") return {};
    this.#takeReserved("time");
    this.#s.skipBlanks();
    if (!/^-p[\s;]/.test(`${this.#s.source.slice(this.#s.at, this.#s.at + 3)}\n`)) return { timed: "bash" };
    this.#s.takeOperator("-p");
    return { timed: "posix" };
  }

  #pipeline(): Pipeline {
    let negated = false;
    const timed = this.#timed();
    if (timed.timed && (this.#s.ended || [";", "\n"].includes(this.#s.operator() ?? "")))
      return { negated, ...timed, commands: [NOTHING] };
    while (this.#reserved() === "!") {
      this.#s.next();
      negated = !negated;
    }
    const commands = [this.#command()];
    for (;;) {
      const op = this.#s.operator();
      if (op !== "|" && op !== "|&") return { negated, ...timed, commands };
      this.#s.takeOperator(op);
      if (op === "|&") {
        const last = commands.at(-1);
        const both: Redirect = { op: ">&", fd: 2, target: [{ kind: "text", text: "1", quoted: false }] };
        if (last && last.kind !== "function")
          commands[commands.length - 1] = { ...last, redirects: [...last.redirects, both] };
      }
      this.#newlines();
      commands.push(this.#command());
    }
  }

  #command(): Command {
    const compound = this.#compound();
    if (compound) return compound;
    return this.#simple();
  }

  #compound(): Command | null {
    const op = this.#s.operator();
    if (op === "(") {
      if (this.#s.bash && this.#s.looking("((")) {
        const expression = this.#s.arithCommand();
        if (expression) return this.#withRedirects({ kind: "arith", expression });
      }
      this.#s.takeOperator("(");
      const body = this.#s.descend(() => this.#list([]));
      if (this.#s.operator() !== ")" || body.items.length === 0) throw this.#ended(")");
      this.#s.takeOperator(")");
      return this.#withRedirects({ kind: "subshell", body });
    }
    const word = this.#reserved();
    if (word === null) return null;
    const parse = this.#compounds.get(word);
    if (!parse || (word === "[[" && !this.#s.bash) || (word === "function" && !this.#s.bash)) return null;
    for (let i = 0; i < word.length; i++) this.#s.next();
    const made = this.#s.descend(parse);
    return "body" in made && made.kind === "function" ? made : this.#withRedirects(made as Compound);
  }

  readonly #compounds = new Map<string, () => Compound | Extract<Command, { kind: "function" }>>([
    [
      "{",
      () => {
        const body = this.#body(["}"]);
        this.#takeReserved("}");
        return { kind: "group", body };
      },
    ],
    ["if", () => this.#if()],
    ["for", () => this.#for()],
    ["while", () => this.#loop("while")],
    ["until", () => this.#loop("until")],
    ["case", () => this.#case()],
    ["[[", () => this.#condition()],
    [
      "function",
      () => {
        const name = literal(this.#s.word() ?? []);
        if (name === null) throw this.#unexpected();
        if (this.#s.operator() === "(") {
          this.#s.takeOperator("(");
          if (this.#s.operator() !== ")") throw this.#unexpected();
          this.#s.takeOperator(")");
        }
        return this.#function(name);
      },
    ],
  ]);

  #withRedirects(compound: Compound): Command {
    const redirects: Redirect[] = [];
    for (let next = this.#redirect(); next; next = this.#redirect()) redirects.push(next);
    return { kind: "compound", compound, redirects };
  }

  #if(): Compound {
    const branches: { test: List; body: List }[] = [];
    let otherwise: List | null = null;
    for (;;) {
      const test = this.#body(["then"]);
      this.#takeReserved("then");
      const body = this.#body(["fi", "else", "elif"]);
      branches.push({ test, body });
      this.#newlines();
      if (this.#reserved() !== "elif") break;
      this.#takeReserved("elif");
    }
    if (this.#reserved() === "else") {
      this.#takeReserved("else");
      otherwise = this.#body(["fi"]);
    }
    this.#takeReserved("fi");
    return { kind: "if", branches, otherwise };
  }

  #doGroup(): List {
    this.#takeReserved("do");
    const body = this.#body(["done"]);
    this.#takeReserved("done");
    return body;
  }

  #for(): Compound {
    this.#s.skipBlanks();
    if (this.#s.bash && this.#s.looking("((")) return this.#forArith();
    const name = literal(this.#s.word() ?? []);
    if (name === null) throw this.#unexpected();
    let words: Word[] | null = null;
    while (this.#s.operator() === "\n") this.#s.next();
    if (this.#reserved() === "in") {
      this.#takeReserved("in");
      words = [];
      for (let word = this.#s.word(); word; word = this.#s.word()) words.push(word);
    }
    if (this.#s.operator() === ";") this.#s.takeOperator(";");
    return { kind: "for", name, words, body: this.#doGroup() };
  }

  #forArith(): Compound {
    const expression = this.#s.arithCommand();
    if (!expression) throw this.#unexpected();
    const parts: [Part[], Part[], Part[]] = [[], [], []];
    let at = 0;
    for (const part of expression) {
      if (part.kind !== "text") {
        (parts[at] ?? parts[2]).push(part);
        continue;
      }
      for (const [i, text] of part.text.split(";").entries()) {
        if (i > 0) at++;
        (parts[at] ?? parts[2]).push({ ...part, text });
      }
    }
    if (this.#s.operator() === ";") this.#s.takeOperator(";");
    return { kind: "for-arith", parts, body: this.#doGroup() };
  }

  #loop(kind: "while" | "until"): Compound {
    const test = this.#body(["do"]);
    return { kind, test, body: this.#doGroup() };
  }

  #case(): Compound {
    const word = this.#s.word();
    if (!word) throw this.#unexpected();
    this.#takeReserved("in");
    const items: { patterns: Word[]; body: List }[] = [];
    for (;;) {
      this.#newlines();
      if (this.#reserved() === "esac") break;
      if (this.#s.operator() === "(") this.#s.takeOperator("(");
      const patterns: Word[] = [];
      for (;;) {
        const pattern = this.#s.word();
        if (!pattern) throw this.#ended("esac");
        patterns.push(pattern);
        if (this.#s.operator() !== "|") break;
        this.#s.takeOperator("|");
      }
      if (this.#s.operator() !== ")") throw this.#ended(")");
      this.#s.takeOperator(")");
      items.push({ patterns, body: this.#s.descend(() => this.#list(["esac"])) });
      if (this.#s.operator() === ";;") this.#s.takeOperator(";;");
      else break;
    }
    this.#takeReserved("esac");
    return { kind: "case", word, items };
  }

  /** `[[ … ]]`: its words and operators in order, operators as unquoted text. */
  #condition(): Compound {
    const words: Word[] = [];
    for (;;) {
      this.#newlines();
      const op = this.#s.operator();
      if (op === ";" || op === "&" || op === "|" || (op === null && this.#s.ended)) throw this.#ended("]]");
      if (op !== null) {
        this.#s.takeOperator(op);
        words.push([{ kind: "text", text: op, quoted: false }]);
        continue;
      }
      const word = this.#s.word();
      if (!word) throw this.#ended("]]");
      if (literal(word) === "]]") return { kind: "condition", words };
      words.push(word);
    }
  }

  #function(name: string): Extract<Command, { kind: "function" }> {
    this.#newlines();
    const body = this.#compound();
    if (!body) throw this.#unexpected();
    return { kind: "function", name, body };
  }

  #simple(): Command {
    const assigns: Assign[] = [];
    const words: Word[] = [];
    const redirects: Redirect[] = [];
    const { line } = this.#s;
    for (;;) {
      const redirect = this.#redirect();
      if (redirect) {
        redirects.push(redirect);
        continue;
      }
      const word = this.#s.word();
      if (!word) break;
      const declares = this.#s.bash && DECLARATIONS.has(literal(words[0] ?? []) ?? "");
      const assign = words.length === 0 || (declares && this.#s.peek() === "(") ? toAssign(word) : null;
      if (assign && this.#s.bash && assign.value.length === 0 && this.#s.peek() === "(")
        assigns.push({ ...assign, items: this.#items() });
      else if (assign && (this.#s.bash || !assign.index)) assigns.push(assign);
      else words.push(word);
      const name =
        words.length === 1 && assigns.length === 0 && redirects.length === 0 ? literal(word) : null;
      if (name !== null && this.#s.operator() === "(") {
        this.#s.takeOperator("(");
        if (this.#s.operator() !== ")") throw this.#unexpected();
        this.#s.takeOperator(")");
        return this.#s.descend(() => this.#function(name));
      }
    }
    if (assigns.length + words.length + redirects.length === 0) throw this.#unexpected();
    return { kind: "simple", assigns, words, redirects, line };
  }

  /** The words of `name=(…)`, at its parenthesis. */
  #items(): Word[] {
    this.#s.takeOperator("(");
    const items: Word[] = [];
    for (;;) {
      while (this.#s.operator() === "\n") this.#s.next();
      if (this.#s.operator() === ")") break;
      const word = this.#s.word();
      if (!word) throw this.#ended(")");
      items.push(word);
    }
    this.#s.takeOperator(")");
    return items;
  }

  #redirect(): Redirect | null {
    this.#s.skipBlanks();
    const digits = /^[0-9]{1,3}(?=[<>])/.exec(this.#s.source.slice(this.#s.at, this.#s.at + 4));
    const saved = this.#s.at;
    if (digits) this.#s.at += digits[0].length;
    const op = this.#s.operator();
    if (op === null || !/[<>]/.test(op)) {
      this.#s.at = saved;
      return null;
    }
    this.#s.takeOperator(op);
    const target = this.#s.word();
    if (!target) throw this.#unexpected();
    const fd = digits ? Number(digits[0]) : null;
    if (op !== "<<" && op !== "<<-") return { op: op as Redirect["op"], fd, target };
    const redirect: Redirect = { op: "<<", fd, target };
    const end = target.map((part) => (part.kind === "text" ? part.text : "")).join("");
    const quoted = target.some((part) => part.quoted);
    this.#pending.push({ redirect, end, quoted, stripTabs: op === "<<-" });
    return redirect;
  }

  /** Reads the bodies of the here-documents of the line that has just ended. */
  #hereDocuments(): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const { redirect, end, quoted, stripTabs } of pending) {
      let text = "";
      while (!this.#s.ended) {
        let line = "";
        while (!this.#s.ended && this.#s.peek() !== "\n") line += this.#s.next();
        if (!this.#s.ended) this.#s.next();
        if (stripTabs) line = line.replace(/^\t{1,1000}/, "");
        if (line === end) break;
        text += `${line}\n`;
      }
      redirect.body = quoted ? [{ kind: "text", text, quoted: true }] : this.#hereBody(text);
    }
  }

  #hereBody(text: ByteString): Word {
    const parts: Part[] = [{ kind: "text", text: "", quoted: true }];
    const inner = new Scanner(text, this.#s.bash, (scanner, end) => new Parser(scanner).nested(end));
    inner.depth = this.#s.depth;
    inner.descend(() => {
      while (!inner.ended) inner.quotedPiece(parts, inner.next(), "$`\\");
    });
    return parts;
  }
}
