// Runs parsed commands: lists, pipelines, compound commands, functions.
// Every step is counted; what ends it early travels as the exceptions of flow.ts.

import type { Budget } from "../run/budget.ts";
import { CommandAborted, Killed, ShellExit } from "../run/flow.ts";
import type { LoginContext, ProcInit, Terminal, User } from "../run/proc.ts";
import { collectOutput } from "../run/streams.ts";
import type { ByteString } from "../shell.ts";
import type { FsView } from "../vfs/view.ts";
import type { AndOr, Command, List } from "./ast.ts";
import type { Builtin } from "./builtins/builtin.ts";
import { runCompound } from "./compound.ts";
import { errorPrefix } from "./dialect.ts";
import type { Expander } from "./expand.ts";
import { type Job, startJob } from "./jobs.ts";
import { runPipeline } from "./pipeline.ts";
import { redirect, type Streams, standard } from "./redirect.ts";
import { runExitTrap, runScript } from "./script.ts";
import { runTrap } from "./signals.ts";
import { findBuiltin, runSimple, runWords } from "./simple.ts";
import { runStage } from "./stage.ts";
import type { ShellState } from "./state.ts";

const SUBSTITUTION_BYTES = 1 << 20;

/** What a shell process is made of. */
export interface InterpreterInit {
  readonly login: LoginContext;
  readonly user: User;
  readonly state: ShellState;
  readonly budget: Budget;
  readonly terminal: Terminal | null;
  readonly depth: number;
}

/** One shell process. */
export class Interpreter implements Expander {
  readonly login: LoginContext;
  readonly user: User;
  readonly state: ShellState;
  readonly terminal: Terminal | null;
  readonly depth: number;
  readonly jobs: Job[] = [];
  budget: Budget;
  history: ByteString[] = [];
  /** The streams of what runs now. */
  #streams: Streams = new Map();
  readonly #startedAt: number;

  constructor(init: InterpreterInit) {
    this.login = init.login;
    this.user = init.user;
    this.state = init.state;
    this.budget = init.budget;
    this.terminal = init.terminal;
    this.depth = init.depth;
    this.#startedAt = init.login.session.clock.now();
  }

  get fs(): FsView {
    return this.login.fs.at(this.user, this.state.cwd);
  }

  random(): number {
    return this.login.session.random.fraction();
  }

  seconds(): number {
    return Math.floor((this.login.session.clock.now() - this.#startedAt) / 1000);
  }

  homeOf(name: ByteString): ByteString | undefined {
    return this.login.world.user(name)?.home;
  }

  /** How a child of this shell is started. */
  procInit(streams: Streams): ProcInit {
    const { login, user, budget, terminal, depth } = this;
    return {
      login,
      user,
      budget,
      terminal,
      depth,
      cwd: this.state.cwd,
      env: this.state.environment(),
      ...standard(streams),
    };
  }

  /** Prints an error of the shell itself. */
  async complain(text: ByteString): Promise<void> {
    await standard(this.#streams).stderr.write(
      `${errorPrefix(this.state.identity, this.state.line)}${text}\n`,
    );
  }

  /** Runs something with other streams in force, so that also the shell's own errors go there. */
  async within<T>(streams: Streams, run: () => Promise<T>): Promise<T> {
    const outer = this.#streams;
    this.#streams = streams;
    try {
      return await run();
    } finally {
      this.#streams = outer;
    }
  }

  /** Runs words that are expanded already, as the shell itself would. */
  words(
    argv: readonly ByteString[],
    streams: Streams,
    options: { readonly functions?: boolean } = {},
  ): Promise<number> {
    return runWords(this, argv, streams, options);
  }

  builtin(name: ByteString): Builtin | undefined {
    return findBuiltin(this, name);
  }

  /** A copy for a subshell. */
  fork(): Interpreter {
    const { login, user, budget, terminal, depth } = this;
    const child = new Interpreter({
      login,
      user,
      budget,
      terminal,
      depth: depth + 1,
      state: this.state.fork(),
    });
    child.history = this.history;
    return child;
  }

  /** Runs a script to its end and gives its status. */
  runSource(source: ByteString, streams: Streams): Promise<number> {
    return runScript(this, source, streams);
  }

  /** Runs what `trap` set for the end of this shell, and gives the status that it ends with. */
  leave(status: number, streams: Streams): Promise<number> {
    return runExitTrap(this, status, streams);
  }

  async list(list: List, streams: Streams): Promise<number> {
    for (const item of list.items) {
      if (item.background) await startJob(this, item, streams);
      else await this.andOr(item.andOr, streams);
    }
    return this.state.status;
  }

  async andOr(andOr: AndOr, streams: Streams): Promise<void> {
    let last = andOr.first;
    this.state.status = await runPipeline(this, andOr.first, streams);
    for (const { op, pipeline } of andOr.rest) {
      if ((this.state.status === 0) !== (op === "&&")) continue;
      last = pipeline;
      this.state.status = await runPipeline(this, pipeline, streams);
    }
    const tested = last.negated || last !== (andOr.rest.at(-1)?.pipeline ?? andOr.first);
    if (this.state.status === 0 || tested || this.#testing > 0) return;
    if (this.state.traps.has("ERR")) await runTrap(this, "ERR", streams);
    if (this.state.options.has("e")) throw new ShellExit(this.state.status);
  }

  #testing = 0;

  /** Runs the test of an `if` or loop: `set -e` does not apply to it. */
  async test(list: List, streams: Streams): Promise<boolean> {
    this.#testing++;
    try {
      return (await this.list(list, streams)) === 0;
    } finally {
      this.#testing--;
    }
  }

  /** Runs one command with the given streams. */
  async command(command: Command, streams: Streams): Promise<number> {
    await this.budget.step();
    const outer = this.#streams;
    this.#streams = streams;
    try {
      switch (command.kind) {
        case "simple":
          this.state.line = command.line;
          return await runSimple(this, command, streams);
        case "function":
          this.state.define(command.name, command.body);
          return 0;
        default:
          return await this.#withRedirects(command, streams);
      }
    } catch (error) {
      if (!(error instanceof CommandAborted)) throw error;
      if (this.state.identity.mode !== "interactive") throw new ShellExit(error.status);
      return error.status;
    } finally {
      this.#streams = outer;
    }
  }

  async #withRedirects(command: Extract<Command, { kind: "compound" }>, streams: Streams): Promise<number> {
    const redirected = await redirect(streams, command.redirects, this);
    if (!redirected) return 1;
    try {
      return await runCompound(this, command.compound, redirected.streams);
    } finally {
      for (const output of redirected.opened) output.close();
    }
  }

  async substitute(body: List): Promise<ByteString> {
    if (this.depth > this.budget.limits.depth) throw new Killed();
    const child = this.fork();
    const output = collectOutput(this.budget, SUBSTITUTION_BYTES);
    const streams = new Map(this.#streams).set(1, { output });
    this.state.status = await runStage(() => child.list(body, streams));
    return output
      .text()
      .replaceAll("\0", "")
      .replace(/\n{1,1000000}$/, "");
  }
}
