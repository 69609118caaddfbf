// Redirections: which stream each file descriptor of a command is.

import { toByteString } from "../bytes.ts";
import type { Budget } from "../run/budget.ts";
import { BrokenPipe } from "../run/flow.ts";
import { contentInput, emptyInput, fileOutput, type Input, type Output, textInput } from "../run/streams.ts";
import type { ByteString } from "../shell.ts";
import { errorTexts } from "../vfs/node.ts";
import type { FsView } from "../vfs/view.ts";
import type { Redirect } from "./ast.ts";
import { redirectFailed } from "./dialect.ts";
import { type Expander, expandText } from "./expand.ts";

/** A descriptor: readable, writable or both. */
export interface Stream {
  readonly input?: Input;
  readonly output?: Output;
}

/** Descriptors of a process. */
export type Streams = ReadonlyMap<number, Stream>;

/** The standard streams of a descriptor table. Closed ones read as empty and refuse writes. */
export function standard(streams: Streams): { stdin: Input; stdout: Output; stderr: Output } {
  return {
    stdin: streams.get(0)?.input ?? emptyInput(),
    stdout: streams.get(1)?.output ?? closedOutput,
    stderr: streams.get(2)?.output ?? closedOutput,
  };
}

const closedOutput: Output = Object.freeze({
  write: () => Promise.reject(new BrokenPipe()),
  close: () => undefined,
  isTerminal: false,
});

/** What redirecting needs. */
export interface Redirector extends Expander {
  readonly budget: Budget;
  readonly fs: FsView;
}

/** The streams with redirections applied, and what must be closed after; null when one failed (and was complained of). */
export async function redirect(
  streams: Streams,
  redirects: readonly Redirect[],
  shell: Redirector,
): Promise<{ streams: Streams; opened: Output[] } | null> {
  if (redirects.length === 0) return { streams, opened: [] };
  const table = new Map(streams);
  const opened: Output[] = [];
  for (const one of redirects) {
    if (await apply(table, { one, opened, shell })) continue;
    for (const output of opened) output.close();
    return null;
  }
  return { streams: table, opened };
}

interface Step {
  readonly one: Redirect;
  readonly opened: Output[];
  readonly shell: Redirector;
}

async function apply(table: Map<number, Stream>, step: Step): Promise<boolean> {
  const { one, shell } = step;
  switch (one.op) {
    case "<<":
      table.set(one.fd ?? 0, { input: textInput(await expandText(one.body ?? [], shell)) });
      return true;
    case "<<<":
      table.set(one.fd ?? 0, { input: textInput(`${await expandText(one.target, shell)}\n`) });
      return true;
    case "<":
      return openInput(table, step, await expandText(one.target, shell));
    case "<&":
    case ">&":
      return duplicate(table, step, await expandText(one.target, shell));
    default:
      return openOutput(table, step, await expandText(one.target, shell));
  }
}

async function openInput(table: Map<number, Stream>, step: Step, path: ByteString): Promise<boolean> {
  const { one, shell } = step;
  const opened = shell.fs.open(path);
  // A directory opens; reading it fails, which for a fake shell is as good as empty.
  if (!opened.ok && opened.code === "EISDIR") {
    table.set(one.fd ?? 0, { input: emptyInput() });
    return true;
  }
  if (!opened.ok) {
    await shell.complain(redirectFailed(shell.state.identity, { path, code: opened.code, write: false }));
    return false;
  }
  const file = opened.value;
  table.set(one.fd ?? 0, {
    input: contentInput((offset, length) => toByteString(file.read(offset, length))),
  });
  return true;
}

async function duplicate(table: Map<number, Stream>, step: Step, target: ByteString): Promise<boolean> {
  const { one, shell } = step;
  const fd = one.fd ?? (one.op === "<&" ? 0 : 1);
  if (target === "-") {
    table.delete(fd);
    return true;
  }
  if (/^[0-9]{1,3}$/.test(target)) {
    const source = table.get(Number(target));
    if (source) {
      table.set(fd, source);
      return true;
    }
    await shell.complain(
      shell.state.identity.dialect === "bash"
        ? `${target}: Bad file descriptor`
        : `${target}: Bad file descriptor`,
    );
    return false;
  }
  if (one.op === ">&" && one.fd === null && shell.state.identity.dialect !== "dash")
    return openOutput(table, step, target);
  await shell.complain(
    shell.state.identity.dialect === "bash" ? `${target}: ambiguous redirect` : "Syntax error: Bad fd number",
  );
  return false;
}

async function openOutput(table: Map<number, Stream>, step: Step, path: ByteString): Promise<boolean> {
  const { one, opened, shell } = step;
  const append = one.op === ">>" || one.op === "&>>";
  const terminal = path === "/dev/tty" ? table.get(1) : undefined;
  if (terminal) {
    table.set(one.fd ?? 1, terminal);
    return true;
  }
  const alias = /^\/dev\/(stdout|stderr|fd\/([0-9]))$/.exec(path);
  const aliased = alias
    ? table.get(alias[2] !== undefined ? Number(alias[2]) : alias[1] === "stdout" ? 1 : 2)
    : undefined;
  if (aliased) {
    table.set(one.fd ?? 1, aliased);
    return true;
  }
  const file = shell.fs.openWrite(path, {
    via: "shell",
    mode: 0o666 & ~shell.state.umask,
    truncate: !append && one.op !== "<>",
  });
  if (!file.ok) {
    await shell.complain(redirectFailed(shell.state.identity, { path, code: file.code, write: true }));
    return false;
  }
  const output = fileOutput(file.value, {
    append,
    budget: shell.budget,
    failed: (code) => void shell.complain(`write error: ${errorTexts[code as keyof typeof errorTexts]}`),
  });
  opened.push(output);
  const stream: Stream = { output };
  if (one.op === "&>" || one.op === "&>>" || (one.op === ">&" && one.fd === null)) {
    table.set(1, stream);
    table.set(2, stream);
  } else table.set(one.fd ?? (one.op === "<>" ? 0 : 1), stream);
  return true;
}
