// The prompt loop of an interactive shell, nested ones included: prompt, line, continuation, run.
// Never ends the process around it: exit ends this loop alone.

import { capture } from "../../../contract/captured.ts";
import { fromByteString } from "../bytes.ts";
import type { Interpreter } from "../lang/interpreter.ts";
import { createScriptReader } from "../lang/parser.ts";
import { type Streams, standard } from "../lang/redirect.ts";
import type { ByteString } from "../shell.ts";
import { completer } from "./complete.ts";
import { Interrupted, Killed, ShellExit, SyntaxFault } from "./flow.ts";

const HISTORY = 500;
const COMMAND_BYTES = 64 * 1024;

/** Options of the loop. */
export interface LoopOptions {
  readonly login: boolean;
}

/**
 * Records a line once it has run, or without its status as soon as it has started a shell that reads lines itself, so
 * that the order of what was typed is kept.
 */
function createCommandRecord(shell: Interpreter, line: ByteString): (status: number) => void {
  const { login } = shell;
  const outer = login.announce;
  const command = capture(fromByteString(line));
  let told = false;
  login.announce = () => {
    if (!told) login.session.record("command.executed", { command, via: "shell" });
    told = true;
  };
  return (status) => {
    login.announce = outer;
    if (!told) login.session.record("command.executed", { command, via: "shell", status });
  };
}

/** What a shell of a dialect shows for a prompt. */
export function promptOf(shell: Interpreter): ByteString {
  const { user, login, state } = shell;
  const home = state.get("HOME") ?? user.home;
  const short =
    home !== "/" && (state.cwd === home || state.cwd.startsWith(`${home}/`))
      ? `~${state.cwd.slice(home.length)}`
      : state.cwd;
  const mark = user.uid === 0 ? "#" : "$";
  // Debian's bashrc and the firmware's profile ask for the same.
  if (state.identity.dialect !== "dash")
    return `${user.name}@${login.world.persona.hostname}:${short}${mark} `;
  return `${mark} `;
}

/** Whether what was typed so far wants another line. */
function isIncomplete(source: ByteString, bash: boolean): boolean {
  if (/(?:^|[^\\])(?:\\\\){0,100}\\\n$/.test(source.slice(-202))) return true;
  const reader = createScriptReader(source, bash);
  try {
    while (reader.next());
    return /<<-?\s*['"]?(\w{1,64})/.test(source) && openHereDocument(source);
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    return error.token === null;
  }
}

/** True while a here-document's end has not been typed. */
function openHereDocument(source: ByteString): boolean {
  const lines = source.split("\n");
  const ends: string[] = [];
  for (const line of lines.slice(0, -1)) {
    if (ends.length > 0) {
      if (line.replace(/^\t{1,1000}/, "") === ends[0]) ends.shift();
      continue;
    }
    for (const match of line.matchAll(/(?<!<)<<-?\s*(['"]?)([\w.!-]{1,64})\1/g)) ends.push(match[2] ?? "");
  }
  return ends.length > 0;
}

/** Reads a command with its continuation lines. Null at the end of input; "" when there is nothing to run. */
async function readCommand(shell: Interpreter): Promise<ByteString | null> {
  const { terminal } = shell;
  if (!terminal) return null;
  const bash = shell.state.identity.dialect === "bash";
  let source = "";
  for (;;) {
    const prompt = source === "" ? promptOf(shell) : "> ";
    const typed = await terminal.readLine(prompt, { history: shell.history, complete: completer(shell) });
    if (typed === null) return source === "" ? null : source;
    if (typed.interrupted) {
      shell.state.status = 130;
      return "";
    }
    source += `${typed.line}\n`;
    if (source.length > COMMAND_BYTES || source.trim() === "") return source.trim() === "" ? "" : source;
    if (!isIncomplete(source, bash)) return source;
  }
}

/** Runs the loop until `exit` or the end of input; gives the exit status. Throws Interrupted when the session ends. */
export async function readEvalLoop(
  shell: Interpreter,
  streams: Streams,
  options: LoopOptions,
): Promise<number> {
  const { state, login } = shell;
  const { stdout, stderr } = standard(streams);
  const outer = shell.budget;
  login.announce?.();
  if (state.identity.dialect === "ash")
    await stdout.write(
      `\n\n${login.world.busyboxBanner} built-in shell (ash)\nEnter 'help' for a list of built-in commands.\n\n`,
    );
  for (;;) {
    if (login.down || login.session.signal.aborted) return state.status;
    const source = await readCommand(shell);
    if (source === null) {
      await stdout
        .write(
          options.login && state.identity.dialect === "bash"
            ? "logout\n"
            : state.identity.dialect === "bash"
              ? "exit\n"
              : "\n",
        )
        .catch(() => undefined);
      return state.status;
    }
    if (source === "") continue;
    const line = source.replace(/\n$/, "");
    if (shell.history.at(-1) !== line) shell.history.push(line);
    if (shell.history.length > HISTORY) shell.history.shift();
    shell.budget = login.budget();
    const record = createCommandRecord(shell, line);
    let exited = false;
    try {
      await shell.runSource(source, streams);
    } catch (error) {
      if (error instanceof ShellExit) {
        state.status = error.status;
        exited = true;
      } else if (error instanceof Interrupted) state.status = 130;
      else if (error instanceof Killed) {
        state.status = 137;
        shell.budget.interrupt();
        await stderr.write("Killed\n").catch(() => undefined);
      } else throw error;
    }
    record(state.status);
    login.release(shell.budget);
    shell.budget = outer;
    if (exited) {
      if (state.identity.dialect === "bash")
        await stdout.write(options.login ? "logout\n" : "exit\n").catch(() => undefined);
      return state.status;
    }
    await reportJobs(shell, (text) => stderr.write(text));
  }
}

async function reportJobs(shell: Interpreter, write: (text: ByteString) => Promise<void>): Promise<void> {
  for (const [i, job] of shell.jobs.entries()) {
    if (!job.done) continue;
    const mark = i === shell.jobs.length - 1 ? "+" : " ";
    await write(
      `[${job.number}]${mark}  ${(job.status === 0 ? "Done" : `Exit ${job.status}`).padEnd(24)}${job.text}\n`,
    ).catch(() => undefined);
  }
  for (let i = shell.jobs.length - 1; i >= 0; i--) if (shell.jobs[i]?.done) shell.jobs.splice(i, 1);
}
