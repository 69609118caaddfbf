// Who is there and becoming somebody else: id, whoami, w, who, last, su, sudo, passwd …

import type { Proc, User } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { pastAddress, peopleOf } from "../world/last-login.ts";
import { parseOptions, program, quoted, timeParts } from "./options.ts";
import { uptimeLine } from "./resources.ts";

async function id(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, {
    short: "ugGnr",
    long: { user: "u", group: "g", groups: "G", name: "n" },
  });
  if (typeof options === "number") return options;
  const [name] = options.rest;
  const user = name === undefined ? proc.user : proc.world.user(name);
  if (!user)
    return proc.fail(proc.busybox ? `unknown user ${name}` : `${quoted(proc, name ?? "")}: no such user`);
  const { groupName } = proc.world;
  const groups = [...new Set([user.gid, ...user.groups])];
  const n = options.has("n");
  if (options.has("u")) await proc.out(`${n ? user.name : user.uid}\n`);
  else if (options.has("g")) await proc.out(`${n ? groupName(user.gid) : user.gid}\n`);
  else if (options.has("G")) await proc.out(`${groups.map((gid) => (n ? groupName(gid) : gid)).join(" ")}\n`);
  else
    await proc.out(
      `uid=${user.uid}(${user.name}) gid=${user.gid}(${groupName(user.gid)}) groups=${groups.map((gid) => `${gid}(${groupName(gid)})`).join(",")}\n`,
    );
  return 0;
}

const remote = (proc: Proc): string => proc.login.session.connection.remote.ip;

async function w(proc: Proc): Promise<number> {
  const at = timeParts(proc.login.loginAt);
  await proc.out(uptimeLine(proc));
  await proc.out("USER     TTY      FROM             LOGIN@   IDLE   JCPU   PCPU WHAT\n");
  if (proc.login.tty)
    await proc.out(
      `${proc.login.user.name.slice(0, 8).padEnd(8)} ${proc.login.tty.padEnd(8)} ${remote(proc).slice(0, 16).padEnd(16)} ${at.hour}:${at.minute}    0.00s  0.03s  0.00s w\n`,
    );
  return 0;
}

async function who(proc: Proc): Promise<number> {
  const at = timeParts(proc.login.loginAt);
  if (proc.args.includes("-b")) {
    const boot = timeParts(proc.world.persona.bootedAt);
    await proc.out(
      `         system boot  ${boot.year}-${boot.monthNumber}-${boot.day.padStart(2, "0")} ${boot.hour}:${boot.minute}\n`,
    );
    return 0;
  }
  const when = `${at.year}-${at.monthNumber}-${at.day.padStart(2, "0")} ${at.hour}:${at.minute}`;
  if (proc.login.tty)
    await proc.out(
      `${proc.login.user.name.padEnd(8)} ${proc.login.tty.padEnd(12)} ${when} (${remote(proc)})\n`,
    );
  return 0;
}

interface Visit {
  readonly at: number;
  readonly text: string;
}

/** The visits that wtmp holds, newest first. */
function visits(proc: Proc): Visit[] {
  const { world, login } = proc;
  const { persona } = world;
  const clock = (ms: number): string => {
    const time = timeParts(ms);
    return `${time.hour}:${time.minute}`;
  };
  const row = (user: string, line: string, from: { host: string; at: number; end: string }): Visit => {
    const time = timeParts(from.at);
    return {
      at: from.at,
      text: `${user.slice(0, 8).padEnd(8)} ${line.slice(0, 12).padEnd(12)} ${from.host.slice(0, 16).padEnd(16)} ${time.weekday} ${time.month} ${time.day.padStart(2)} ${clock(from.at)} ${from.end}\n`,
    };
  };
  const all = [
    row("reboot", "system boot", { host: persona.os.release, at: persona.bootedAt, end: "  still running" }),
    ...peopleOf(persona).map((account) => {
      const past = world.lastLogin(account.uid);
      const minutes = Math.floor(past.lasted / 60_000);
      const end = `- ${clock(past.at + past.lasted)}  (00:${String(minutes).padStart(2, "0")})`;
      return row(account.name, "pts/0", { host: pastAddress(past, login.session), at: past.at, end });
    }),
  ];
  if (login.tty)
    all.push(
      row(login.user.name, login.tty, { host: remote(proc), at: login.loginAt, end: "  still logged in" }),
    );
  return all.sort((a, b) => b.at - a.at);
}

async function last(proc: Proc): Promise<number> {
  const count = Number(/^-n?(\d{1,6})$/.exec(proc.args.join(""))?.[1] ?? Number.POSITIVE_INFINITY);
  const names = proc.args.filter((arg) => !arg.startsWith("-") && !/^\d+$/.test(arg));
  const all = visits(proc);
  const shown = all
    .filter(({ text }) => names.length === 0 || names.includes(text.split(" ", 1)[0] ?? ""))
    .slice(0, count);
  const oldest = timeParts(all.at(-1)?.at ?? proc.world.persona.bootedAt);
  await proc.out(
    `${shown.map(({ text }) => text).join("")}\nwtmp begins ${oldest.weekday} ${oldest.month} ${oldest.day.padStart(2)} ${oldest.hour}:${oldest.minute}:${oldest.second} ${oldest.year}\n`,
  );
  return 0;
}

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

/** Asks for a password up to `tries` times; what was typed is judged by the persona and recorded. */
async function askPassword(proc: Proc, prompt: ByteString, name: ByteString): Promise<boolean> {
  const secret =
    proc.terminal && proc.stdin.isTerminal
      ? await proc.terminal.readSecret(prompt)
      : ((await proc.stdin.line(256))?.replace(/\n$/, "") ?? null);
  if (secret === null) return false;
  const accepted = proc.world.persona.admits(
    Buffer.from(name, "latin1").toString("utf8"),
    Buffer.from(secret, "latin1").toString("utf8"),
  );
  proc.login.recordSecret(name, secret, accepted);
  if (!accepted) await proc.sleep(2000);
  return accepted;
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

async function passwd(proc: Proc): Promise<number> {
  const name = proc.args.find((arg) => !arg.startsWith("-")) ?? proc.user.name;
  if (!proc.world.user(name))
    return proc.fail(proc.busybox ? `unknown user ${name}` : `user '${name}' does not exist`);
  if (proc.user.uid !== 0 && name !== proc.user.name)
    return proc.fail(`You may not view or modify password information for ${name}.`);
  const ask = async (prompt: ByteString): Promise<ByteString | null> => {
    if (proc.terminal && proc.stdin.isTerminal) return proc.terminal.readSecret(prompt);
    await proc.err(prompt);
    return (await proc.stdin.line(256))?.replace(/\n$/, "") ?? null;
  };
  if (proc.busybox) await proc.out(`Changing password for ${name}\n`);
  else if (proc.user.uid !== 0) {
    await proc.out(`Changing password for ${name}.\n`);
    if (!(await askPassword(proc, "Current password: ", name))) {
      await proc.err("passwd: Authentication token manipulation error\npasswd: password unchanged\n");
      return 10;
    }
  }
  const first = await ask("New password: ");
  const second =
    first === null ? null : await ask(proc.busybox ? "Retype password: " : "Retype new password: ");
  if (first !== null) proc.login.recordSecret(name, first, false);
  if (first === null || second === null || first === "") {
    await proc.err(
      proc.busybox
        ? `passwd: password for ${name} is unchanged\n`
        : "No password has been supplied.\npasswd: Authentication token manipulation error\npasswd: password unchanged\n",
    );
    return proc.busybox ? 1 : 10;
  }
  if (first !== second) {
    await proc.err(
      proc.busybox
        ? `Passwords don't match\npasswd: password for ${name} is unchanged\n`
        : "Sorry, passwords do not match.\npasswd: Authentication token manipulation error\npasswd: password unchanged\n",
    );
    return proc.busybox ? 1 : 10;
  }
  await proc.out(
    proc.busybox
      ? `passwd: password for ${name} changed by ${proc.user.name}\n`
      : "passwd: password updated successfully\n",
  );
  return 0;
}

async function chpasswd(proc: Proc): Promise<number> {
  if (proc.user.uid !== 0) return proc.fail("cannot lock /etc/passwd; try again later.");
  for (let line = await proc.stdin.line(1024); line !== null; line = await proc.stdin.line(1024)) {
    const [name = "", secret = ""] = line.trim().split(/:(.*)/s, 2);
    if (name !== "") proc.login.recordSecret(name, secret, false);
  }
  return 0;
}

/** The programs of this file. */
export const userPrograms = [
  program("id", id),
  program("whoami", async (proc) => {
    await proc.out(`${proc.user.name}\n`);
    return 0;
  }),
  program("logname", async (proc) => {
    await proc.out(`${proc.login.user.name}\n`);
    return 0;
  }),
  program("groups", async (proc) => {
    await proc.out(
      `${[...new Set([proc.user.gid, ...proc.user.groups])].map((gid) => proc.world.groupName(gid)).join(" ")}\n`,
    );
    return 0;
  }),
  program("w", w),
  program("who", who),
  program("users", async (proc) => {
    await proc.out(proc.login.tty ? `${proc.login.user.name}\n` : "\n");
    return 0;
  }),
  program("last", last),
  program("tty", async (proc) => {
    await proc.out(proc.stdin.isTerminal ? `/dev/${proc.login.tty ?? "pts/0"}\n` : "not a tty\n");
    return proc.stdin.isTerminal ? 0 : 1;
  }),
  program("su", su),
  program("sudo", sudo),
  program("passwd", passwd),
  program("chpasswd", chpasswd),
  ...["useradd", "userdel", "usermod"].map((name) =>
    program(name, async (proc) => {
      if (proc.user.uid !== 0)
        return proc.fail(`Permission denied.\n${proc.name}: cannot lock /etc/passwd; try again later.`);
      return proc.args.length === 0 ? proc.fail("no user given", 2) : 0;
    }),
  ),
];
