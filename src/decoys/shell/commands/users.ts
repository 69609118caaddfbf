// Who is there: id, whoami, w, who, last …

import type { Proc } from "../run/proc.ts";
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
];
