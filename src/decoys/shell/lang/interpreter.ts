// Runs parsed commands: lists, pipelines, compound commands, functions.
// Every step is counted; what ends it early travels as the exceptions of flow.ts.

import type { Budget } from "../run/budget.ts";
import {
  BrokenPipe,
  CommandAborted,
  FunctionReturn,
  Interrupted,
  Killed,
  LoopJump,
  ShellExit,
  SyntaxFault,
} from "../run/flow.ts";
import type { LoginContext, ProcInit, Terminal, User } from "../run/proc.ts";
import { collectOutput, createPipe, emptyInput } from "../run/streams.ts";
import type { ByteString } from "../shell.ts";
import type { FsView } from "../vfs/view.ts";
import type { AndOr, Command, Compound, List, Pipeline } from "./ast.ts";
import type { Builtin } from "./builtins/builtin.ts";
import { evaluateCondition } from "./condition.ts";
import { errorPrefix, syntaxError } from "./dialect.ts";
import { arithmetic, type Expander, expandPattern, expandText, expandWords } from "./expand.ts";
import { globMatcher } from "./glob.ts";
import { createScriptReader } from "./parser.ts";
import { redirect, type Streams, standard } from "./redirect.ts";
import { findBuiltin, runSimple, runWords } from "./simple.ts";
import type { ShellState } from "./state.ts";

const SUBSTITUTION_BYTES = 1 << 20;
const PIPELINE = 64;
const JOBS = 32;

/** What a shell process is made of. */
export interface InterpreterInit {
  readonly login: LoginContext;
  readonly user: User;
  readonly state: ShellState;
  readonly budget: Budget;
  readonly terminal: Terminal | null;
  readonly depth: number;
}

/** A background job. */
export interface Job {
  readonly number: number;
  readonly pid: number;
  readonly text: ByteString;
  done: boolean;
  status: number;
  readonly finished: Promise<void>;
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

  /**
   * Runs a script to its end and gives its status. Throws ShellExit, Interrupted and Killed only; syntax errors are
   * printed and give 2.
   */
  async runSource(source: ByteString, streams: Streams): Promise<number> {
    const reader = createScriptReader(source, this.state.identity.dialect === "bash");
    try {
      for (;;) {
        const list = reader.next();
        if (!list) return this.state.status;
        await this.list(list, streams);
      }
    } catch (error) {
      if (error instanceof SyntaxFault) return this.#syntaxFault(error, source, streams);
      if (error instanceof FunctionReturn) return error.status;
      if (error instanceof LoopJump) return 0;
      if (error instanceof BrokenPipe) return 141;
      throw error;
    }
  }

  async #syntaxFault(fault: SyntaxFault, source: ByteString, streams: Streams): Promise<number> {
    const text = source.split("\n", fault.line)[fault.line - 1] ?? "";
    const { stderr } = standard(streams);
    for (const line of syntaxError(this.state.identity, fault, text)) await stderr.write(`${line}\n`);
    this.state.status = 2;
    return 2;
  }

  async list(list: List, streams: Streams): Promise<number> {
    for (const item of list.items) {
      if (item.background) await this.#background(item.andOr, item.text, streams);
      else await this.#andOr(item.andOr, streams);
    }
    return this.state.status;
  }

  async #andOr(andOr: AndOr, streams: Streams): Promise<void> {
    let last = andOr.first;
    this.state.status = await this.#pipeline(andOr.first, streams);
    for (const { op, pipeline } of andOr.rest) {
      if ((this.state.status === 0) !== (op === "&&")) continue;
      last = pipeline;
      this.state.status = await this.#pipeline(pipeline, streams);
    }
    const tested = last.negated || last !== (andOr.rest.at(-1)?.pipeline ?? andOr.first);
    if (this.state.status !== 0 && this.state.options.has("e") && !tested && this.#testing === 0)
      throw new ShellExit(this.state.status);
  }

  #testing = 0;

  /** Runs the test of an `if` or loop: `set -e` does not apply to it. */
  async #test(list: List, streams: Streams): Promise<boolean> {
    this.#testing++;
    try {
      return (await this.list(list, streams)) === 0;
    } finally {
      this.#testing--;
    }
  }

  async #background(andOr: AndOr, text: ByteString, streams: Streams): Promise<void> {
    const running = this.jobs.filter((job) => !job.done);
    if (running.length >= JOBS) {
      await this.complain("fork: retry: Resource temporarily unavailable");
      throw new Killed();
    }
    const child = this.fork();
    const number = Math.max(0, ...running.map((job) => job.number)) + 1;
    const pid = this.login.nextPid();
    const detached = new Map(streams);
    detached.set(0, { input: emptyInput() });
    const run = async (): Promise<void> => {
      job.status = await child.#stage(() => child.#andOr(andOr, detached).then(() => child.state.status));
    };
    const job: Job = {
      number,
      pid,
      text,
      done: false,
      status: 0,
      finished: Promise.resolve()
        .then(run)
        .catch(() => undefined)
        .then(() => {
          job.done = true;
          this.login.live.delete(pid);
        }),
    };
    this.login.live.set(pid, {
      pid,
      user: this.user.name,
      command: text.slice(0, 4096),
      startedAt: this.login.session.clock.now(),
      tty: this.login.tty ?? "?",
    });
    this.jobs.push(job);
    if (this.jobs.length > 2 * JOBS) this.jobs.splice(0, this.jobs.length - 2 * JOBS);
    this.state.lastBackground = pid;
    this.state.status = 0;
    if (this.state.identity.mode === "interactive" && this.state.identity.dialect === "bash") {
      await standard(streams).stderr.write(`[${number}] ${pid}\n`);
    }
    await this.budget.step(8);
  }

  /** Runs as a process of its own: what ends only that process becomes its status. */
  async #stage(run: () => Promise<number>): Promise<number> {
    try {
      return await run();
    } catch (error) {
      if (error instanceof ShellExit || error instanceof FunctionReturn || error instanceof CommandAborted)
        return error.status;
      if (error instanceof BrokenPipe) return 141;
      if (error instanceof LoopJump) return 0;
      throw error;
    }
  }

  async #pipeline(pipeline: Pipeline, streams: Streams): Promise<number> {
    const { commands, negated } = pipeline;
    const [only] = commands;
    const started = this.login.session.clock.now();
    let status: number;
    if (commands.length === 1 && only) {
      status = await this.command(only, streams);
      this.state.pipeStatus = [status];
    } else status = await this.#pipe(commands, streams);
    if (pipeline.timed) await this.#tellTime(pipeline.timed, started, streams);
    return negated ? (status === 0 ? 1 : 0) : status;
  }

  /** What `time` says; the processor's part is what little a fake process would have used. */
  async #tellTime(form: "bash" | "posix", started: number, streams: Streams): Promise<void> {
    const real = (this.login.session.clock.now() - started) / 1000 + 0.001 + 0.002 * this.random();
    const user = Math.min(real, 0.001 + 0.001 * this.random());
    const text = (seconds: number): string =>
      form === "posix" ? seconds.toFixed(2) : `${Math.floor(seconds / 60)}m${(seconds % 60).toFixed(3)}s`;
    const gap = form === "posix" ? " " : "\t";
    await standard(streams).stderr.write(
      `${form === "posix" ? "" : "\n"}real${gap}${text(real)}\nuser${gap}${text(user)}\nsys${gap}${text(Math.min(real, 0.001))}\n`,
    );
  }

  async #pipe(commands: readonly Command[], streams: Streams): Promise<number> {
    if (commands.length > PIPELINE || this.depth > this.budget.limits.depth) {
      await this.complain("fork: retry: Resource temporarily unavailable");
      throw new Killed();
    }
    const pipes = commands.slice(1).map(() => createPipe(this.budget));
    const stages = commands.map(async (command, i) => {
      const child = this.fork();
      const table = new Map(streams);
      const before = pipes[i - 1];
      const after = pipes[i];
      if (before) table.set(0, { input: before.input });
      if (after) table.set(1, { output: after.output });
      if (!this.budget.fork()) {
        await this.complain("fork: retry: Resource temporarily unavailable");
        this.budget.interrupt();
        throw new Killed();
      }
      try {
        return await child.#stage(() => child.command(command, table));
      } catch (error) {
        if (error instanceof Killed) this.budget.interrupt();
        throw error;
      } finally {
        this.budget.exit();
        after?.output.close();
        before?.input.close();
      }
    });
    const ends = await Promise.allSettled(stages);
    const broken = ends.filter((end) => end.status === "rejected").map((end) => end.reason as unknown);
    if (broken.length > 0) throw broken.find((reason) => reason instanceof Killed) ?? broken[0];
    const statuses = ends.map((end) => (end.status === "fulfilled" ? end.value : 1));
    this.state.pipeStatus = statuses;
    if (this.state.options.has("pipefail")) return statuses.filter((status) => status !== 0).at(-1) ?? 0;
    return statuses.at(-1) ?? 0;
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
      return await this.#compound(command.compound, redirected.streams);
    } finally {
      for (const output of redirected.opened) output.close();
    }
  }

  async #compound(compound: Compound, streams: Streams): Promise<number> {
    switch (compound.kind) {
      case "subshell":
        return this.#subshell(compound.body, streams);
      case "group":
        return this.list(compound.body, streams);
      case "if":
        for (const { test, body } of compound.branches)
          if (await this.#test(test, streams)) return this.list(body, streams);
        return compound.otherwise ? this.list(compound.otherwise, streams) : 0;
      case "for":
        return this.#for(compound, streams);
      case "for-arith":
        return this.#forArith(compound, streams);
      case "while":
      case "until":
        return this.#loop(
          async () => (await this.#test(compound.test, streams)) === (compound.kind === "while"),
          () => this.list(compound.body, streams),
        );
      case "case":
        return this.#case(compound, streams);
      case "condition":
        return (await evaluateCondition(compound.words, this)) ? 0 : 1;
      default:
        return (await arithmetic(compound.expression, this)) === 0n ? 1 : 0;
    }
  }

  async #subshell(body: List, streams: Streams): Promise<number> {
    if (this.depth > this.budget.limits.depth) throw new Killed();
    const child = this.fork();
    const status = await child.#stage(() => child.list(body, streams));
    return child.leave(status, streams);
  }

  /** Runs what `trap` set for the end of this shell, and gives the status that it ends with. */
  async leave(status: number, streams: Streams): Promise<number> {
    const source = this.state.traps.get("EXIT");
    this.state.traps.delete("EXIT");
    if (source === undefined || source === "") return status;
    this.state.status = status;
    try {
      await this.runSource(source, streams);
      return status;
    } catch (error) {
      const cut = error instanceof ShellExit ? error.status : statusOfCut(error);
      if (cut === null) throw error;
      return cut;
    }
  }

  /** Runs `body` while `more`, honouring break and continue. */
  async #loop(
    more: () => Promise<boolean>,
    body: () => Promise<number>,
    after?: () => Promise<void>,
  ): Promise<number> {
    let status = 0;
    this.state.depth++;
    try {
      for (;;) {
        await this.budget.step();
        try {
          if (!(await more())) return status;
          status = await body();
        } catch (error) {
          if (!(error instanceof LoopJump)) throw error;
          if (--error.levels > 0 && this.state.depth > 1) throw error;
          status = 0;
          if (error.kind === "break") return 0;
        }
        await after?.();
      }
    } finally {
      this.state.depth--;
    }
  }

  async #for(loop: Extract<Compound, { kind: "for" }>, streams: Streams): Promise<number> {
    const values = loop.words === null ? this.state.positional : await expandWords(loop.words, this);
    if (!/^[A-Za-z_]\w*$/.test(loop.name)) {
      await this.complain(`\`${loop.name}': not a valid identifier`);
      return 1;
    }
    let i = 0;
    const more = (): Promise<boolean> => {
      const value = values[i++];
      if (value === undefined) return Promise.resolve(false);
      this.state.set(loop.name, value);
      return Promise.resolve(true);
    };
    return this.#loop(more, () => this.list(loop.body, streams));
  }

  async #forArith(loop: Extract<Compound, { kind: "for-arith" }>, streams: Streams): Promise<number> {
    const [first, test, next] = loop.parts;
    await arithmetic(first, this);
    const more = async (): Promise<boolean> =>
      (await expandText(test, this)).trim() === "" || (await arithmetic(test, this)) !== 0n;
    const after = async (): Promise<void> => void (await arithmetic(next, this));
    return this.#loop(more, () => this.list(loop.body, streams), after);
  }

  async #case(compound: Extract<Compound, { kind: "case" }>, streams: Streams): Promise<number> {
    const text = await expandText(compound.word, this);
    for (const { patterns, body } of compound.items) {
      for (const pattern of patterns) {
        if (globMatcher(await expandPattern(pattern, this))(text)) return this.list(body, streams);
      }
    }
    return 0;
  }

  /** Calls a function. */
  async call(body: Command, args: readonly ByteString[], streams: Streams): Promise<number> {
    if (this.state.locals.length >= this.budget.limits.depth * 4) throw new Killed();
    const { positional, depth } = this.state;
    this.state.positional = args;
    this.state.depth = 0;
    this.state.locals.push(new Map());
    this.state.returnable++;
    try {
      return await this.command(body, streams);
    } catch (error) {
      if (error instanceof FunctionReturn) return error.status;
      throw error;
    } finally {
      this.state.positional = positional;
      this.state.depth = depth;
      this.state.returnable--;
      for (const [name, old] of this.state.locals.pop() ?? []) {
        if (old) this.state.vars.set(name, old);
        else this.state.vars.delete(name);
      }
    }
  }

  async substitute(body: List): Promise<ByteString> {
    if (this.depth > this.budget.limits.depth) throw new Killed();
    const child = this.fork();
    const output = collectOutput(this.budget, SUBSTITUTION_BYTES);
    const streams = new Map(this.#streams).set(1, { output });
    this.state.status = await child.#stage(() => child.list(body, streams));
    return output
      .text()
      .replaceAll("\0", "")
      .replace(/\n{1,1000000}$/, "");
  }
}

/** The status of a run that was cut short: 130 after Ctrl-C, 137 at a bound. */
export function statusOfCut(error: unknown): number | null {
  if (error instanceof Interrupted) return 130;
  if (error instanceof Killed) return 137;
  return null;
}
