// A fake process: what a program sees of the machine, its streams and its user.
// Nothing in it reaches the real system.

import type { Session } from "../../decoy.ts";
import type { Account } from "../../personas/persona.ts";
import type { ByteString } from "../shell.ts";
import type { Credentials } from "../vfs/node.ts";
import type { FsView } from "../vfs/view.ts";
import { commandName, statusText } from "../world/process-status.ts";
import type { World } from "../world/world.ts";
import type { Budget } from "./budget.ts";
import type { Input, Output } from "./streams.ts";

/** Somebody who runs programs. */
export interface User extends Credentials {
  readonly name: ByteString;
  readonly home: ByteString;
  readonly shell: ByteString;
  readonly gecos: ByteString;
}

/** A terminal as programs use it. */
export interface Terminal {
  columns: number;
  rows: number;
  readonly type: string;
  /** Shows `prompt` and edits a line, with history and completion. Null at the end of input, "" after Ctrl-C (`interrupted` set). */
  readLine(
    prompt: ByteString,
    options?: {
      history?: ByteString[];
      complete?: (line: ByteString, cursor: number) => { from: number; choices: ByteString[] };
    },
  ): Promise<{ line: ByteString; interrupted: boolean } | null>;
  /** Shows `prompt` and reads a line that is not echoed. Null at the end of input or after Ctrl-C. */
  readSecret(prompt: ByteString): Promise<ByteString | null>;
  /** One typed byte, not echoed: "" once `signal` aborts, null at the end of input. */
  readKey(signal: AbortSignal): Promise<ByteString | null>;
}

/** A process that `ps` shows for this login. */
export interface LiveProcess {
  readonly pid: number;
  readonly user: ByteString;
  readonly command: ByteString;
  readonly startedAt: number;
  readonly tty: ByteString;
}

/** All that the processes of one login share. */
export interface LoginContext {
  readonly account: Account;
  readonly session: Session;
  readonly service: "ssh" | "telnet";
  readonly world: World;
  readonly programs: ReadonlyMap<string, Program>;
  readonly user: User;
  readonly fs: FsView;
  readonly loginAt: number;
  /** Its terminal while it has one. */
  readonly tty: ByteString | null;
  /** Counts a terminal in; the answer counts it out. */
  openTerminal(): () => void;
  readonly live: Map<number, LiveProcess>;
  nextPid(): number;
  /** A budget for one command line, aborted when the login ends; it is the foreground until it is released. */
  budget(): Budget;
  release(budget: Budget): void;
  /** Ctrl-C: aborts the newest foreground command line, but never `base`, the terminal session's own. */
  interruptForeground(base: Budget): void;
  /** The machine goes down (`reboot`): ends the conversation. */
  shutdown(): void;
  readonly down: boolean;
  /** Tells of a command that is being run, once what it starts reads commands itself (a nested shell). */
  announce: (() => void) | null;
  /** Records a secret that was typed into su, sudo or passwd. */
  recordSecret(name: ByteString, secret: ByteString, accepted: boolean): void;
  /** Whether a password is the account's, as far as this source has not set another. */
  admits(name: ByteString, secret: ByteString): boolean;
  /** Sets the password of an account, for this source. */
  setPassword(name: ByteString, secret: ByteString): void;
  /** Records that a file of the persona was looked at, once for each. */
  recordRead(path: ByteString, size: number): void;
  /** How many secrets were recorded. */
  readonly secrets: number;
}

/** How a process is started. */
export interface ProcInit {
  readonly login: LoginContext;
  readonly user: User;
  readonly cwd: ByteString;
  readonly env: ReadonlyMap<ByteString, ByteString>;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly budget: Budget;
  readonly terminal: Terminal | null;
  readonly depth: number;
}

/** What runs a program by its path or name; the kernel's part. */
export type Launch = (argv: readonly ByteString[], init: ProcInit) => Promise<number>;

/** A running program. */
export class Proc {
  readonly argv: readonly ByteString[];
  readonly init: ProcInit;
  readonly fs: FsView;
  readonly pid: number;
  readonly #launch: Launch;

  constructor(argv: readonly ByteString[], init: ProcInit, launch: Launch) {
    this.argv = argv;
    this.init = init;
    this.pid = init.login.nextPid();
    this.fs = init.login.fs.at(init.user, init.cwd, () => this.#status());
    this.#launch = launch;
  }

  /** Name as its errors show it. */
  get name(): ByteString {
    const first = this.argv[0] ?? "";
    return first.slice(first.lastIndexOf("/") + 1);
  }

  get args(): readonly ByteString[] {
    return this.argv.slice(1);
  }

  get login(): LoginContext {
    return this.init.login;
  }

  get world(): World {
    return this.init.login.world;
  }

  get user(): User {
    return this.init.user;
  }

  get stdin(): Input {
    return this.init.stdin;
  }

  get terminal(): Terminal | null {
    return this.init.terminal;
  }

  get budget(): Budget {
    return this.init.budget;
  }

  /** True on the device: BusyBox applets. */
  get busybox(): boolean {
    return this.world.persona.os.flavour === "busybox";
  }

  /** What /proc tells of this process to itself. */
  #status(): ByteString {
    const { user, world, pid, login } = this;
    const parent = [...login.live.keys()].filter((one) => one < pid).at(-1) ?? 1;
    const size = this.busybox ? { vsz: 1092, rss: 604 } : { vsz: 3036, rss: 1596 };
    return statusText(world, {
      ...size,
      pid,
      ppid: parent,
      name: commandName(pid, this.name),
      state: "R (running)",
      user,
    });
  }

  out(text: ByteString): Promise<void> {
    const { budget, stdout } = this.init;
    if (!stdout.discards) budget.spend(text.length);
    return stdout.write(text);
  }

  err(text: ByteString): Promise<void> {
    return this.init.stderr.write(text);
  }

  /** Prints `name: text` as an error and gives the status. */
  async fail(text: ByteString, status = 1): Promise<number> {
    await this.err(`${this.name}: ${text}\n`);
    return status;
  }

  env(name: string): ByteString | undefined {
    return this.init.env.get(name);
  }

  /** Waits for ever, as what would write without an end. Throws Interrupted. */
  async idle(): Promise<never> {
    for (;;) await this.sleep(3_600_000);
  }

  /** A key of the terminal: "" when none came in time, null when there is none to come. */
  async key(ms: number): Promise<ByteString | null> {
    if (!this.terminal) return null;
    const late = new AbortController();
    const cancel = this.login.session.clock.after(ms, () => late.abort());
    const key = await this.terminal.readKey(AbortSignal.any([late.signal, this.budget.signal]));
    cancel();
    this.budget.check();
    return key;
  }

  /** Waits, interruptibly. */
  async sleep(ms: number): Promise<void> {
    await this.login.session.clock.sleep(ms, this.budget.signal);
    this.budget.check();
  }

  now(): number {
    return this.login.session.clock.now();
  }

  /** Runs another program and gives its status. */
  spawn(argv: readonly ByteString[], changes: Partial<ProcInit> = {}): Promise<number> {
    return this.#launch(argv, { ...this.init, ...changes, depth: this.init.depth + 1 });
  }
}

/** A program: what an executable of the machine does. */
export interface Program {
  readonly name: string;
  readonly run: (proc: Proc) => Promise<number>;
}
