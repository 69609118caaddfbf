// Becoming somebody else: su and sudo. Nobody becomes anybody but in the fake machine.

import type { Proc, User } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { askPassword } from "./ask-password.ts";
import { parseOptions, program } from "./options.ts";

/** Runs a login shell or a command as somebody else. */
async function become(
  proc: Proc,
  user: User,
  at: { command: ByteString | null; argv?: readonly ByteString[]; login: boolean },
): Promise<number> {
  const env = new Map(proc.init.env);
  env.set("USER", user.name).set("LOGNAME", user.name).set("HOME", user.home).set("SHELL", user.shell);
  if (user.shell.endsWith("nologin") || user.shell.endsWith("false")) {
    await proc.out("This account is currently not available.\n");
    return 1;
  }
  const cwd = at.login ? user.home : proc.init.cwd;
  if (at.argv) return proc.spawn(at.argv, { user, env, cwd });
  const shell = proc.busybox ? "/bin/sh" : user.shell;
  return proc.spawn(at.command === null ? (at.login ? [shell, "-l"] : [shell]) : [shell, "-c", at.command], {
    user,
    env,
    cwd,
  });
}

async function su(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, {
    short: "lmpc:s:",
    long: { login: "l", command: "c", shell: "s" },
  });
  if (typeof options === "number") return options;
  const dash = options.rest[0] === "-";
  const name = (dash ? options.rest[1] : options.rest[0]) ?? "root";
  const user = proc.world.user(name);
  if (!user)
    return proc.fail(
      proc.busybox
        ? `unknown user ${name}`
        : `user ${name} does not exist or the user entry does not contain all the required fields`,
    );
  if (proc.user.uid !== 0 && !(await askPassword(proc, "Password: ", name)))
    return proc.fail(proc.busybox ? "incorrect password" : "Authentication failure");
  return become(proc, user, { command: options.value("c") ?? null, login: dash || options.has("l") });
}

async function sudo(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, {
    short: "nSEHikslu:p:AbKv",
    long: { user: "u", stdin: "S", "non-interactive": "n", login: "i", shell: "s" },
    inOrder: true,
  });
  if (typeof options === "number") {
    await proc.err(
      "usage: sudo -h | -K | -k | -V\nusage: sudo [-ABbEHnPS] [-g group] [-u user] [VAR=value] [-i | -s] [command [arg ...]]\n",
    );
    return 1;
  }
  const user = proc.world.user(options.value("u") ?? "root");
  if (!user)
    return proc.fail(
      `unknown user ${options.value("u") ?? ""}\nsudo: error initializing audit plugin sudoers_audit`,
    );
  if (proc.user.uid !== 0) {
    const refused = await sudoPassword(proc, { stdin: options.has("S"), never: options.has("n") });
    if (refused !== null) return refused;
  }
  if (options.has("l")) {
    await proc.out(
      `Matching Defaults entries for ${proc.user.name} on ${proc.world.persona.hostname}:\n    env_reset, mail_badpass, secure_path=/usr/local/sbin\\:/usr/local/bin\\:/usr/sbin\\:/usr/bin\\:/sbin\\:/bin, use_pty\n\nUser ${proc.user.name} may run the following commands on ${proc.world.persona.hostname}:\n    (ALL : ALL) ALL\n`,
    );
    return 0;
  }
  if (options.has("v") || options.has("k") || options.has("K")) return 0;
  const shell = options.has("i") || options.has("s");
  if (options.rest.length === 0 && !shell) {
    await proc.err(
      "usage: sudo -h | -K | -k | -V\nusage: sudo -v [-ABkNnS] [-g group] [-h host] [-p prompt] [-u user]\nusage: sudo -l [-ABkNnS] [-g group] [-h host] [-p prompt] [-U user] [-u user] [command [arg ...]]\nusage: sudo [-ABbEHkNnPS] [-r role] [-t type] [-C num] [-D directory] [-g group] [-h host] [-p prompt] [-R directory] [-T timeout] [-u user] [VAR=value] [-i | -s] [command [arg ...]]\nusage: sudo -e [-ABkNnS] [-r role] [-t type] [-C num] [-D directory] [-g group] [-h host] [-p prompt] [-R directory] [-T timeout] [-u user] file ...\n",
    );
    return 1;
  }
  if (shell)
    return become(proc, user, {
      command: options.rest.length > 0 ? options.rest.join(" ") : null,
      login: options.has("i"),
    });
  const status = await become(proc, user, { command: null, argv: options.rest, login: false });
  if (status === 127 && !proc.fs.stat(options.rest[0] ?? "").ok)
    return proc.fail(`${options.rest[0]}: command not found`);
  return status;
}

async function sudoPassword(proc: Proc, how: { stdin: boolean; never: boolean }): Promise<number | null> {
  if (how.never) return proc.fail("a password is required");
  const terminal = proc.terminal !== null && proc.stdin.isTerminal;
  if (!terminal && !how.stdin)
    return proc.fail(
      "a terminal is required to read the password; either use the -S option to read from standard input or configure an askpass helper\nsudo: a password is required",
    );
  for (let tries = 0; tries < 3; tries++) {
    const prompt = `[sudo] password for ${proc.user.name}: `;
    if (!terminal) await proc.err(prompt);
    const before = proc.login.secrets;
    if (await askPassword(proc, prompt, proc.user.name)) return null;
    if (proc.login.secrets === before) {
      if (tries > 0) await proc.err("sudo: no password was provided\n");
      return proc.fail(
        tries === 0 ? "no password was provided\nsudo: a password is required" : "a password is required",
      );
    }
    if (tries < 2) await proc.err("Sorry, try again.\n");
  }
  return proc.fail("3 incorrect password attempts");
}

/** The programs of this file. */
export const becomePrograms = [program("su", su), program("sudo", sudo)];
