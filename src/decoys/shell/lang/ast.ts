// The shell language as data.

import type { ByteString } from "../shell.ts";

/** What `${name…}` does beyond giving the value. */
export type ParamOp =
  | { readonly kind: "length" }
  | {
      readonly kind: "default" | "assign" | "error" | "alternative";
      readonly colon: boolean;
      readonly word: Word;
    }
  | { readonly kind: "trim"; readonly op: "#" | "##" | "%" | "%%"; readonly pattern: Word }
  | {
      readonly kind: "replace";
      readonly all: boolean;
      readonly anchor: "" | "#" | "%";
      readonly pattern: Word;
      readonly by: Word;
    }
  | { readonly kind: "substring"; readonly offset: Word; readonly length: Word | null }
  | { readonly kind: "case"; readonly op: "^" | "^^" | "," | ",," };

/** `[@]`, `[*]` or the expression of an index. */
export type Subscript = "@" | "*" | Word;

/** One assignment; `items` is the list of `name=(…)`. */
export interface Assign {
  readonly name: string;
  readonly value: Word;
  readonly append: boolean;
  readonly index?: Word;
  readonly items?: readonly Word[];
}

/** A piece of a word. `quoted` pieces are neither split nor globbed. */
export type Part =
  | { readonly kind: "text"; readonly text: ByteString; readonly quoted: boolean }
  | {
      readonly kind: "param";
      readonly name: string;
      readonly op: ParamOp | null;
      readonly quoted: boolean;
      readonly index?: Subscript;
      readonly indirect?: boolean;
    }
  | { readonly kind: "command"; readonly body: List; readonly quoted: boolean }
  | { readonly kind: "arith"; readonly expression: Word; readonly quoted: boolean }
  | { readonly kind: "bad"; readonly text: ByteString; readonly quoted: boolean };

/** A word: its pieces in order. */
export type Word = readonly Part[];

/** One redirection. `op` as written; `fd` defaults by its direction. */
export interface Redirect {
  readonly op: "<" | ">" | ">>" | ">|" | "<>" | "<&" | ">&" | "&>" | "&>>" | "<<" | "<<<";
  readonly fd: number | null;
  /** The file, descriptor or here-string. */
  readonly target: Word;
  /** Body of a here-document, filled in when its line has ended. */
  body?: Word;
}

export interface SimpleCommand {
  readonly kind: "simple";
  readonly assigns: readonly Assign[];
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
  readonly line: number;
}

export type Compound =
  | { readonly kind: "subshell" | "group"; readonly body: List }
  | {
      readonly kind: "if";
      readonly branches: readonly { readonly test: List; readonly body: List }[];
      readonly otherwise: List | null;
    }
  | {
      readonly kind: "for";
      readonly name: string;
      readonly words: readonly Word[] | null;
      readonly body: List;
    }
  | { readonly kind: "for-arith"; readonly parts: readonly [Word, Word, Word]; readonly body: List }
  | { readonly kind: "while" | "until"; readonly test: List; readonly body: List }
  | {
      readonly kind: "case";
      readonly word: Word;
      readonly items: readonly { readonly patterns: readonly Word[]; readonly body: List }[];
    }
  | { readonly kind: "condition"; readonly words: readonly Word[] }
  | { readonly kind: "arith"; readonly expression: Word };

export type Command =
  | SimpleCommand
  | { readonly kind: "compound"; readonly compound: Compound; readonly redirects: readonly Redirect[] }
  | { readonly kind: "function"; readonly name: string; readonly body: Command };

/** Commands joined by `|`. */
export interface Pipeline {
  readonly negated: boolean;
  /** Its time is told: as bash does, or as POSIX words it. */
  readonly timed?: "bash" | "posix";
  readonly commands: readonly Command[];
}

/** Pipelines joined by `&&` and `||`. */
export interface AndOr {
  readonly first: Pipeline;
  readonly rest: readonly { readonly op: "&&" | "||"; readonly pipeline: Pipeline }[];
}

/** Commands in sequence. `text` is the source of a background job, as `jobs` shows it. */
export interface List {
  readonly items: readonly {
    readonly andOr: AndOr;
    readonly background: boolean;
    readonly text: ByteString;
  }[];
}
