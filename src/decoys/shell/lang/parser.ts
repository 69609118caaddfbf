// Words and operators to commands: the grammar of a POSIX shell with what intruders use of bash.
// Throws SyntaxFault and nothing else; bounded in depth by the scanner and in size by its source.

import { SyntaxFault } from "../run/flow.ts";
import type { ByteString } from "../shell.ts";
import { toAssign } from "./assignment.ts";
import type { AndOr, Assign, Command, Compound, List, Pipeline, Redirect, Word } from "./ast.ts";
import { CompoundParser, type FunctionCommand } from "./compound-parser.ts";
import { Scanner } from "./scanner.ts";
import { scanArith } from "./substitution-scanner.ts";
import { Tokens } from "./tokens.ts";
import { literal } from "./word.ts";

/** Most bytes of one script. */
export const SOURCE_BYTES = 512 * 1024;

const RESERVED = new Set(["then", "else", "elif", "fi", "do", "done", "esac", "}", "in"]);
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

class Parser {
  readonly #s: Scanner;
  readonly #t: Tokens;
  readonly #compounds: CompoundParser;

  constructor(scanner: Scanner) {
    this.#s = scanner;
    this.#t = new Tokens(scanner);
    this.#compounds = new CompoundParser(this.#t, {
      list: (stops) => this.#list(stops),
      body: (stops) => this.#body(stops),
      function: (name) => this.#function(name),
    });
  }

  /** A list up to the closing parenthesis (taken) or the end of the source. */
  nested(end: ")" | null): List {
    const list = this.#list([]);
    const op = this.#s.operator();
    if (end === ")" && op === ")") this.#s.takeOperator(")");
    else if (op !== null) throw this.#t.unexpected();
    else if (end === ")") throw new SyntaxFault(null, this.#s.line, { quote: ")" });
    else if (!this.#s.ended) throw this.#t.unexpected();
    this.#t.hereDocuments();
    return list;
  }

  /** One complete command line, or null at the end. */
  commandLine(): List | null {
    this.#t.newlines();
    if (this.#s.ended) return null;
    const list = this.#list([], true);
    const op = this.#s.operator();
    if (op === "\n") {
      this.#s.next();
      this.#t.hereDocuments();
    } else if (op !== null || !this.#s.ended) throw this.#t.unexpected();
    else this.#t.hereDocuments();
    return list;
  }

  #list(stops: readonly string[], oneLine = false): List {
    const items: { andOr: AndOr; background: boolean; text: ByteString }[] = [];
    for (;;) {
      if (!oneLine) this.#t.newlines();
      else if (this.#s.operator() === "\n") break;
      const word = this.#t.reserved();
      if (word !== null && (stops.includes(word) || RESERVED.has(word)) && word !== "in") {
        if (!stops.includes(word)) throw this.#t.unexpected();
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
    if (list.items.length === 0) throw this.#t.ended(stops[0] ?? "}");
    return list;
  }

  #andOr(): AndOr {
    const first = this.#pipeline();
    const rest: { op: "&&" | "||"; pipeline: Pipeline }[] = [];
    for (;;) {
      const op = this.#s.operator();
      if (op !== "&&" && op !== "||") return { first, rest };
      this.#s.takeOperator(op);
      this.#t.newlines();
      rest.push({ op, pipeline: this.#pipeline() });
    }
  }

  /** `time` and its option, taken. */
  #timed(): { timed?: "bash" | "posix" } {
    if (!this.#s.bash || this.#t.reserved() !== "time") return {};
    this.#t.takeReserved("time");
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
    while (this.#t.reserved() === "!") {
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
      this.#t.newlines();
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
        const expression = scanArith(this.#s);
        if (expression) return this.#withRedirects({ kind: "arith", expression });
      }
      this.#s.takeOperator("(");
      const body = this.#s.descend(() => this.#list([]));
      if (this.#s.operator() !== ")" || body.items.length === 0) throw this.#t.ended(")");
      this.#s.takeOperator(")");
      return this.#withRedirects({ kind: "subshell", body });
    }
    const word = this.#t.reserved();
    if (word === null) return null;
    const made = this.#compounds.at(word);
    return made === null || made.kind === "function" ? made : this.#withRedirects(made);
  }

  #withRedirects(compound: Compound): Command {
    const redirects: Redirect[] = [];
    for (let next = this.#t.redirect(); next; next = this.#t.redirect()) redirects.push(next);
    return { kind: "compound", compound, redirects };
  }

  #function(name: string): FunctionCommand {
    this.#t.newlines();
    const body = this.#compound();
    if (!body) throw this.#t.unexpected();
    return { kind: "function", name, body };
  }

  #simple(): Command {
    const assigns: Assign[] = [];
    const words: Word[] = [];
    const redirects: Redirect[] = [];
    const { line } = this.#s;
    for (;;) {
      const redirect = this.#t.redirect();
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
        if (this.#s.operator() !== ")") throw this.#t.unexpected();
        this.#s.takeOperator(")");
        return this.#s.descend(() => this.#function(name));
      }
    }
    if (assigns.length + words.length + redirects.length === 0) throw this.#t.unexpected();
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
      if (!word) throw this.#t.ended(")");
      items.push(word);
    }
    this.#s.takeOperator(")");
    return items;
  }
}
