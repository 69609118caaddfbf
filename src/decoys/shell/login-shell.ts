// The shell that a login starts: its variables, its name, its place.

import { setBashVariables } from "./lang/bash-variables.ts";
import { ShellState } from "./lang/state.ts";
import type { Budget } from "./run/budget.ts";
import { DEFAULT_PATH } from "./run/kernel.ts";
import type { LoginContext } from "./run/proc.ts";
import type { ByteString } from "./shell.ts";

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
      .set("SSH_CLIENT", `${remote.ip} ${remote.port} ${session.port}`)
      .set("SSH_CONNECTION", `${remote.ip} ${remote.port} ${address} ${session.port}`);
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
