// A shell on a terminal: greeting, prompt loop, line editing, recording. Shared by ssh `shell` and telnet.
// Knows no protocol: bytes in, bytes out, and the size of the window.

import { capture } from "../../contract/captured.ts";
import { createRecorder } from "./asciicast.ts";
import { fromByteString } from "./bytes.ts";
import { Interpreter } from "./lang/interpreter.ts";
import type { Stream } from "./lang/redirect.ts";
import { contextOf } from "./login.ts";
import { environment, loginShell } from "./login-shell.ts";
import type { Budget } from "./run/budget.ts";
import { BrokenPipe, Interrupted, Killed, ShellExit } from "./run/flow.ts";
import type { LoginContext } from "./run/proc.ts";
import { readEvalLoop } from "./run/repl.ts";
import type { ByteSink, ByteSource, ByteString, Login } from "./shell.ts";
import { PseudoTerminal } from "./terminal.ts";

/** What a terminal session needs. */
export interface InteractiveOptions {
  readonly login: Login;
  /** What the client types; null ends the session. */
  readonly input: ByteSource;
  /** What its screen shows: CR LF line ends are made here. */
  readonly output: ByteSink;
  readonly terminal: { readonly columns: number; readonly rows: number; readonly type: string };
  readonly env?: ReadonlyMap<ByteString, ByteString>;
  /** Shown first. Default `machine.greeting`. Empty for none. */
  readonly greeting?: ByteString;
  /** Runs this one command on the terminal in place of a prompt loop (`ssh -t host command`). */
  readonly command?: ByteString;
}

/** A running terminal session. */
export interface Interactive {
  /** Resolves with the shell's exit status when it has ended; the recording is then captured. Rejects only for a bug. */
  readonly done: Promise<number>;
  resize(columns: number, rows: number): void;
  /** Ends it as a hang-up would. Idempotent. */
  hangup(): void;
}

/** The size of a window when the client tells nothing sensible. */
const usable = (value: number, fallback: number): number =>
  Number.isInteger(value) && value > 0 && value <= 1000 ? value : fallback;

/**
 * Starts a shell on a terminal. Records `command.executed` for each line (via `shell`, or `exec` for `command`) and
 * `terminal.recorded` at the end. Does not close the login: the caller does.
 */
export function runInteractive(options: InteractiveOptions): Interactive {
  const context = contextOf(options.login);
  const columns = usable(options.terminal.columns, 80);
  const rows = usable(options.terminal.rows, 24);
  const { type } = options.terminal;
  const recorder = createRecorder(context.session, { columns, rows, type });
  const budget = context.budget();
  const closeTerminal = context.openTerminal();
  const terminal = new PseudoTerminal({
    input: options.input,
    output: options.output,
    columns,
    rows,
    type,
    recorder,
    onInterrupt: () => context.interruptForeground(budget),
  });
  const done = converse(context, { options, terminal, budget })
    .catch((error: unknown) => {
      if (error instanceof Interrupted || error instanceof Killed || error instanceof BrokenPipe) return 129;
      throw error;
    })
    .finally(async () => {
      terminal.hangup();
      closeTerminal();
      budget.interrupt();
      context.release(budget);
      await recorder.finish();
    });
  const hangup = (): void => terminal.hangup();
  context.session.signal.addEventListener("abort", hangup, { once: true });
  return {
    done,
    resize: (width, height) => terminal.resize(usable(width, 80), usable(height, 24)),
    hangup,
  };
}

async function converse(
  context: LoginContext,
  at: { options: InteractiveOptions; terminal: PseudoTerminal; budget: Budget },
): Promise<number> {
  const { options, terminal, budget } = at;
  const { user, live } = context;
  const env = environment(context, { terminal: options.terminal.type, extra: options.env });
  const mode = options.command === undefined ? "interactive" : "command";
  const { state, command } = loginShell(context, { budget, env, mode });
  const shell = new Interpreter({ login: context, user, state, budget, terminal, depth: 0 });
  live.set(state.pid, {
    pid: state.pid,
    user: user.name,
    command,
    startedAt: context.loginAt,
    tty: context.tty ?? "?",
  });
  const output = terminal.stream(async (bytes) => {
    if (shell.budget === budget) budget.check();
    else await shell.budget.carry(bytes);
  });
  const streams = new Map<number, Stream>([
    [0, { input: terminal.input() }],
    [1, { output }],
    [2, { output }],
  ]);
  if (options.command !== undefined) return runCommand(shell, options.command, streams);
  await output.write(
    options.greeting ?? options.login.machine.greeting(options.login.account, context.session),
  );
  if (state.identity.dialect === "bash") {
    const remembered = context.fs.readText(`${user.home}/.bash_history`, 64 * 1024);
    if (remembered.ok)
      shell.history.push(
        ...remembered.value
          .split("\n")
          .filter((line) => line !== "")
          .slice(-500),
      );
  }
  return readEvalLoop(shell, streams, { login: true });
}

async function runCommand(
  shell: Interpreter,
  command: ByteString,
  streams: ReadonlyMap<number, Stream>,
): Promise<number> {
  // A budget of its own, so that Ctrl-C reaches it.
  shell.budget = shell.login.budget();
  const finish = (status: number): number => {
    shell.login.session.record("command.executed", {
      command: capture(fromByteString(command)),
      via: "exec",
      status,
    });
    return status;
  };
  try {
    return finish(await shell.runSource(command, streams));
  } catch (error) {
    if (error instanceof ShellExit) return finish(error.status);
    if (error instanceof Interrupted) return finish(130);
    if (error instanceof Killed) return finish(137);
    throw error;
  }
}
