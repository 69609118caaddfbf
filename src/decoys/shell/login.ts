// One login: the files, processes and budgets that the channels of one conversation share.

import { capture } from "../../contract/captured.ts";
import type { Session } from "../decoy.ts";
import type { Account } from "../personas/persona.ts";
import { fromByteString } from "./bytes.ts";
import { setBashVariables } from "./lang/bash-variables.ts";
import { Interpreter } from "./lang/interpreter.ts";
import type { Stream } from "./lang/redirect.ts";
import { ShellState } from "./lang/state.ts";
import { Budget, RUN_LIMITS } from "./run/budget.ts";
import { Interrupted, Killed, ShellExit } from "./run/flow.ts";
import { DEFAULT_PATH } from "./run/kernel.ts";
import type { LiveProcess, LoginContext, Program, User } from "./run/proc.ts";
import { promptOf } from "./run/repl.ts";
import { emptyInput, sinkOutput, sourceInput } from "./run/streams.ts";
import type { ByteString, Login, Machine, Shell, ShellOptions } from "./shell.ts";
import { createCaptures } from "./vfs/captures.ts";
import type { Disk } from "./vfs/disks.ts";
import { FsView } from "./vfs/view.ts";
import { mountOf } from "./world/mounts.ts";
import { toUser } from "./world/users.ts";
import type { World } from "./world/world.ts";

const READS = 200;
/** The port that the persona's sshd listens on, whatever this process was given. */
const SSH_PORT = 22;

/** What a login is made of. */
export interface LoginInit {
  readonly machine: Machine;
  readonly world: World;
  readonly programs: ReadonlyMap<string, Program>;
  readonly account: Account;
  readonly session: Session;
  readonly service: "ssh" | "telnet";
  /** The files, released when the login ends. */
  readonly disk: Disk;
  readonly number: number;
}

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

interface OwnContext extends LoginContext {
  endAll(): void;
}

function createContext(init: LoginInit, user: User, fs: FsView): OwnContext {
  const { session, world, service } = init;
  const budgets: Budget[] = [];
  const live = new Map<number, LiveProcess>();
  const reads = new Set<ByteString>();
  let pid = 2000 + ((init.number * 37) % 20_000) + session.random.below(40);
  let down = false;
  let secrets = 0;
  let terminals = 0;
  const endAll = (): void => {
    for (const budget of budgets.splice(0)) budget.interrupt();
  };
  session.signal.addEventListener("abort", endAll, { once: true });
  return {
    account: init.account,
    session,
    world,
    service,
    user,
    fs,
    live,
    programs: init.programs,
    loginAt: session.clock.now(),
    get tty() {
      return terminals > 0 ? `pts/${init.number % 4}` : null;
    },
    openTerminal() {
      terminals++;
      let open = true;
      return () => {
        if (open) terminals--;
        open = false;
      };
    },
    nextPid() {
      pid = pid >= 32_000 ? 2000 : pid + 1;
      return pid;
    },
    budget() {
      const budget = new Budget(RUN_LIMITS);
      if (session.signal.aborted) budget.interrupt();
      budgets.push(budget);
      // Those of long gone background jobs: the oldest are let go.
      if (budgets.length > 256) budgets.shift()?.interrupt();
      return budget;
    },
    release(budget) {
      const at = budgets.indexOf(budget);
      if (at >= 0) budgets.splice(at, 1);
      // Moved to the far end, where Ctrl-C does not reach it, for what still runs in the background.
      budgets.unshift(budget);
      if (budgets.length > 64) budgets.shift()?.interrupt();
    },
    interruptForeground(base) {
      const newest = budgets.at(-1);
      if (newest && newest !== base) newest.interrupt();
    },
    shutdown() {
      down = true;
    },
    get down() {
      return down;
    },
    announce: null,
    recordSecret(name, secret, accepted) {
      secrets++;
      session.record("auth.attempted", {
        method: "password",
        username: capture(fromByteString(name)),
        secret: capture(fromByteString(secret)),
        accepted,
      });
    },
    recordRead(path, size) {
      if (reads.has(path) || reads.size >= READS) return;
      reads.add(path);
      session.record("file.read", { name: capture(fromByteString(path)), size, via: "shell" });
    },
    get secrets() {
      return secrets;
    },
    endAll,
  };
}

/** The environment of a login. */
export function environment(
  context: LoginContext,
  at: { terminal: string | null; extra?: ReadonlyMap<ByteString, ByteString> | undefined },
): Map<ByteString, ByteString> {
  const { user, session, world } = context;
  const { remote } = session.connection;
  const address = world.network.address(session);
  const debian = world.persona.os.flavour === "debian";
  const env = new Map<ByteString, ByteString>([
    ["USER", user.name],
    ["LOGNAME", user.name],
    ["HOME", user.home],
  ]);
  const path = !debian
    ? "/sbin:/usr/sbin:/bin:/usr/bin"
    : user.uid === 0
      ? DEFAULT_PATH
      : "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games";
  env.set("PATH", path).set("SHELL", user.shell);
  if (debian) env.set("LANG", "en_US.UTF-8").set("MAIL", `/var/mail/${user.name}`);
  if (context.service === "ssh") {
    env
      .set("SSH_CLIENT", `${remote.ip} ${remote.port} ${SSH_PORT}`)
      .set("SSH_CONNECTION", `${remote.ip} ${remote.port} ${address} ${SSH_PORT}`);
    if (at.terminal !== null) env.set("SSH_TTY", `/dev/${context.tty}`);
  }
  if (at.terminal !== null) env.set("TERM", at.terminal);
  for (const [name, value] of at.extra ?? []) if (env.size < 128) env.set(name, value);
  return env;
}

/** The shell of a login's account. */
export function loginShell(
  context: LoginContext,
  at: { budget: Budget; env: ReadonlyMap<ByteString, ByteString>; mode: "interactive" | "command" },
) {
  const debian = context.world.persona.os.flavour === "debian";
  const base = debian ? "bash" : "sh";
  const name = at.mode === "interactive" ? `-${base}` : base;
  const home = context.fs.stat(context.user.home);
  const cwd = home.ok && home.value.type === "directory" ? context.user.home : "/";
  const state = new ShellState({
    identity: { dialect: debian ? "bash" : "ash", name, mode: at.mode },
    env: at.env,
    cwd,
    pid: context.nextPid(),
  });
  state.set("PWD", cwd, true);
  state.set("IFS", " \t\n", false);
  if (debian) setBashVariables(state, context.world, context.user);
  return { state, command: at.mode === "interactive" ? name : debian ? "bash -c" : "sh -c" };
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
