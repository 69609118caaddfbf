// How awk programs fail and leave early. Nothing of it leaves the awk folder but AwkFault, to be worded.

/** What is wrong with a program. */
export type FaultKind =
  | "syntax"
  | "missing-brace"
  /** The end within an expression within braces: both are told. */
  | "cut"
  | "string"
  | "character"
  | "regex"
  | "undefined"
  | "arguments"
  | "division"
  | "type";

/** A program that can't be read or that failed; how it is told differs between the products. */
export class AwkFault extends Error {
  readonly kind: FaultKind;
  readonly detail: string;
  readonly line: number;

  constructor(kind: FaultKind, detail: string, line = 0) {
    super(kind);
    this.kind = kind;
    this.detail = detail;
    this.line = line;
  }
}

/** `next` and `nextfile`. */
export class NextRecord extends Error {
  readonly file: boolean;

  constructor(file: boolean) {
    super("next");
    this.file = file;
  }
}

/** `exit`; a status only when one was given. */
export class AwkExit extends Error {
  readonly status: number | null;

  constructor(status: number | null) {
    super("exit");
    this.status = status;
  }
}
