// One login: the files, processes and budgets that the channels of one conversation share.

import { Interpreter } from "./lang/interpreter.ts";
import type { Stream } from "./lang/redirect.ts";
import { createContext, type LoginInit } from "./login-context.ts";
import { environment, loginShell } from "./login-shell.ts";
import type { Budget } from "./run/budget.ts";
import { Interrupted, Killed, ShellExit } from "./run/flow.ts";
import type { LoginContext } from "./run/proc.ts";
import { promptOf } from "./run/repl.ts";
import { emptyInput, sinkOutput, sourceInput } from "./run/streams.ts";
import type { ByteString, Login, Shell, ShellOptions } from "./shell.ts";
import { createCaptures } from "./vfs/captures.ts";
import { FsView } from "./vfs/view.ts";
import { mountOf } from "./world/mounts.ts";
import { toUser } from "./world/users.ts";

const contexts = new WeakMap<Login, LoginContext>();

/** The inside of a login, for the terminal loop. */
export function contextOf(login: Login): LoginContext {
  const context = contexts.get(login);
  if (!context) throw new TypeError("not a login of this module");
  return context;
}

/** Opens a login. */
export function createLogin(init: LoginInit): Login {
  const { machine, world, account, session } = init;
  const captures = createCaptures(session);
  const readOnly = (path: ByteString): boolean =>
    mountOf(world.mounts, path)?.options.startsWith("ro") ?? false;
  const { tree } = init.disk;
  const user =
    world.userById(account.uid)?.name === toUser(account).name
      ? (world.user(toUser(account).name) ?? toUser(account))
      : toUser(account);
  const root = mountOf(world.mounts, "/");
  const volume = {
    tree,
    readOnly,
    totalKib: root?.size ?? 0,
    usedKib: root?.used ?? 0,
    upload: captures.upload,
    captor: captures,
  };
  const home = user.home;
  const fs = new FsView(volume, user, home);
  const context = createContext(init, user, fs);
  let closing: Promise<void> | undefined;
  const login: Login = {
    account,
    machine,
    session,
    fs,
    openShell: (options) => openShell(context, options),
    close() {
      closing ??= (async () => {
        context.endAll();
        tree.eachDirty(captures.take, captures);
        await captures.settle();
        init.disk.release();
      })();
      return closing;
    },
  };
  contexts.set(login, context);
  return login;
}

function openShell(context: LoginContext, options: ShellOptions): Shell {
  const first = context.budget();
  const env = environment(context, { terminal: options.terminal?.type ?? null, extra: options.env });
  const { state, command } = loginShell(context, { budget: first, env, mode: "command" });
  const { user, live } = context;
  const shell = new Interpreter({ login: context, user, state, budget: first, terminal: null, depth: 0 });
  context.release(first);
  live.set(state.pid, { pid: state.pid, user: user.name, command, startedAt: context.loginAt, tty: "?" });
  let current: Budget | null = null;
  let exited = false;
  return {
    fs: context.fs,
    prompt: () => promptOf(shell),
    async run(line, stdin) {
      const budget = context.budget();
      current = budget;
      shell.budget = budget;
      const streams = new Map<number, Stream>([
        [0, { input: stdin ? sourceInput(stdin, budget.signal) : emptyInput() }],
        [1, { output: sinkOutput(options.stdout, budget) }],
        [2, { output: sinkOutput(options.stderr, budget) }],
      ]);
      try {
        const status = await shell.runSource(line, streams);
        // Without a prompt a shell that was given one command ends with it.
        return options.loginShell ? status : await shell.leave(status, streams);
      } catch (error) {
        if (error instanceof ShellExit) {
          exited = true;
          return shell.leave(error.status, streams);
        }
        if (error instanceof Interrupted) return 130;
        if (!(error instanceof Killed)) throw error;
        budget.interrupt();
        return 137;
      } finally {
        current = null;
        context.release(budget);
        if (context.down) exited = true;
      }
    },
    interrupt: () => current?.interrupt(),
    get exited() {
      return exited;
    },
    resize: () => undefined,
  };
}
