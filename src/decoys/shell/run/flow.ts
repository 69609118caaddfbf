// How a program ends other than by returning: as exceptions that never leave the interpreter.

/** `break` and `continue`. */
export class LoopJump extends Error {
  readonly kind: "break" | "continue";
  /** Loops that are still to be left. */
  levels: number;

  constructor(kind: "break" | "continue", levels: number) {
    super(kind);
    this.kind = kind;
    this.levels = levels;
  }
}

/** `return`. */
export class FunctionReturn extends Error {
  readonly status: number;

  constructor(status: number) {
    super("return");
    this.status = status;
  }
}

/** `exit` of the shell at hand. */
export class ShellExit extends Error {
  readonly status: number;

  constructor(status: number) {
    super("exit");
    this.status = status;
  }
}

/** The reader of a pipe has gone (SIGPIPE). */
export class BrokenPipe extends Error {
  constructor() {
    super("broken pipe");
  }
}

/** Ctrl-C or the end of the session. */
export class Interrupted extends Error {
  constructor() {
    super("interrupted");
  }
}

/** A bound was hit: the kernel of a small machine would have killed it. */
export class Killed extends Error {
  constructor() {
    super("killed");
  }
}

/** An expansion error that ends the command (`${x?}`, division by zero …). The text has been shown. */
export class CommandAborted extends Error {
  readonly status: number;

  constructor(status: number) {
    super("aborted");
    this.status = status;
  }
}

/** A syntax error of a script, as its shell words it. `lines` go to standard error. */
export class SyntaxFault extends Error {
  /** The unexpected token as written, or null at the end of input. */
  readonly token: string | null;
  readonly line: number;
  /** For the end of input: what was looked for. */
  readonly wanted: { readonly quote?: string; readonly word?: string };

  constructor(token: string | null, line: number, wanted: SyntaxFault["wanted"] = {}) {
    super("syntax");
    this.token = token;
    this.line = line;
    this.wanted = wanted;
  }
}
