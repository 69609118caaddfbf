// A cursor over the words of a script: reserved words, line ends, redirections and the here-documents they announce.
// Throws SyntaxFault and nothing else.

import { SyntaxFault } from "../run/flow.ts";
import type { ByteString } from "../shell.ts";
import type { Part, Redirect, Word } from "./ast.ts";
import type { Scanner } from "./scanner.ts";

const NEWLINE = "newline";

/** What the grammar reads from. */
export class Tokens {
  readonly scan: Scanner;
  #pending: { redirect: Redirect; end: ByteString; quoted: boolean; stripTabs: boolean }[] = [];

  constructor(scanner: Scanner) {
    this.scan = scanner;
  }

  /** What stands here, as the fault that it is. */
  unexpected(): SyntaxFault {
    const op = this.scan.operator();
    if (op !== null) return new SyntaxFault(op === "\n" ? NEWLINE : op, this.scan.line);
    if (this.scan.ended) return new SyntaxFault(null, this.scan.line);
    const from = this.scan.at;
    const { line } = this.scan;
    this.scan.word();
    return new SyntaxFault(this.scan.source.slice(from, this.scan.at), line);
  }

  /** Line ends, and the here-documents behind them. */
  newlines(): void {
    while (this.scan.operator() === "\n") {
      this.scan.next();
      this.hereDocuments();
    }
  }

  /** The reserved word here, not taken. */
  reserved(): string | null {
    this.scan.skipBlanks();
    const rest = /^(?:[a-z]{2,8}|[{}!]|\[\[)(?=[\s;&|()<>]|$)/.exec(
      this.scan.source.slice(this.scan.at, this.scan.at + 10),
    );
    return rest ? rest[0] : null;
  }

  takeReserved(word: string): void {
    this.#newlinesBefore(word);
    if (this.reserved() !== word) throw this.ended(word);
    for (let i = 0; i < word.length; i++) this.scan.next();
  }

  #newlinesBefore(word: string): void {
    if (word !== "in") this.newlines();
    else while (this.scan.operator() === "\n") this.scan.next();
  }

  /** The fault of something else than the word that was wanted. */
  ended(wanted: string): SyntaxFault {
    const fault = this.unexpected();
    return fault.token === null ? new SyntaxFault(null, fault.line, { word: wanted }) : fault;
  }

  /** A redirection, or null when none stands here. */
  redirect(): Redirect | null {
    this.scan.skipBlanks();
    const digits = /^[0-9]{1,3}(?=[<>])/.exec(this.scan.source.slice(this.scan.at, this.scan.at + 4));
    const saved = this.scan.at;
    if (digits) this.scan.at += digits[0].length;
    const op = this.scan.operator();
    if (op === null || !/[<>]/.test(op)) {
      this.scan.at = saved;
      return null;
    }
    this.scan.takeOperator(op);
    const target = this.scan.word();
    if (!target) throw this.unexpected();
    const fd = digits ? Number(digits[0]) : null;
    if (op !== "<<" && op !== "<<-") return { op: op as Redirect["op"], fd, target };
    const redirect: Redirect = { op: "<<", fd, target };
    const end = target.map((part) => (part.kind === "text" ? part.text : "")).join("");
    const quoted = target.some((part) => part.quoted);
    this.#pending.push({ redirect, end, quoted, stripTabs: op === "<<-" });
    return redirect;
  }

  /** Reads the bodies of the here-documents of the line that has just ended. */
  hereDocuments(): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const { redirect, end, quoted, stripTabs } of pending) {
      let text = "";
      while (!this.scan.ended) {
        let line = "";
        while (!this.scan.ended && this.scan.peek() !== "\n") line += this.scan.next();
        if (!this.scan.ended) this.scan.next();
        if (stripTabs) line = line.replace(/^\t{1,1000}/, "");
        if (line === end) break;
        text += `${line}\n`;
      }
      redirect.body = quoted ? [{ kind: "text", text, quoted: true }] : this.#hereBody(text);
    }
  }

  #hereBody(text: ByteString): Word {
    const parts: Part[] = [{ kind: "text", text: "", quoted: true }];
    const inner = this.scan.inside(text);
    inner.descend(() => {
      while (!inner.ended) inner.quotedPiece(parts, inner.next(), "$`\\");
    });
    return parts;
  }
}
