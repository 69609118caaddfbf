// Changing accounts: passwd, chpasswd, useradd … A password that is set is recorded and
// counts for its source alone; accounts are not added or removed.

import type { Proc } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { askPassword } from "./ask-password.ts";
import { program } from "./options.ts";

/** Bytes of /etc/shadow that are looked at. */
const SHADOW_BYTES = 1 << 18;

/** `passwd -S`: what /etc/shadow holds of an account. Debian's passwd writes the date of the last change by its day. */
async function passwordStatus(proc: Proc, name: ByteString): Promise<number> {
  const shadow = proc.fs.at({ uid: 0, gid: 0, groups: [] }, "/").readText("/etc/shadow", SHADOW_BYTES);
  const lines = shadow.ok ? shadow.value.split("\n").map((line) => line.split(":")) : [];
  const [, hash = "*", day = "0", min = "0", max = "99999", warn = "7"] =
    lines.find((fields) => fields[0] === name) ?? [];
  const date = new Date(Number(day) * 86_400_000).toISOString().slice(0, 10);
  const state = hash === "" ? "NP" : /^[!*]/.test(hash) ? "L" : "P";
  await proc.out(`${name} ${state} ${date} ${min} ${max} ${warn} -1\n`);
  return 0;
}

async function passwd(proc: Proc): Promise<number> {
  const name = proc.args.find((arg) => !arg.startsWith("-")) ?? proc.user.name;
  if (!proc.world.user(name))
    return proc.fail(proc.busybox ? `unknown user ${name}` : `user '${name}' does not exist`);
  if (proc.user.uid !== 0 && name !== proc.user.name)
    return proc.fail(`You may not view or modify password information for ${name}.`);
  if (!proc.busybox && (proc.args.includes("-S") || proc.args.includes("--status")))
    return passwordStatus(proc, name);
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
  proc.login.setPassword(name, first);
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
    if (name === "") continue;
    proc.login.recordSecret(name, secret, false);
    if (secret !== "") proc.login.setPassword(name, secret);
  }
  return 0;
}

/** The programs of this file. */
export const accountPrograms = [
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
