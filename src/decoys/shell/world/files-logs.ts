// /var/log of the Debian server: what a quiet machine writes in the days before somebody breaks in.

import type { ByteString } from "../shell.ts";
import type { TreeBuilder } from "./builder.ts";
import { distributionOf } from "./distribution.ts";
import { type PastLogin, peopleOf } from "./last-login.ts";
import type { World } from "./world.ts";

const HOUR = 3_600_000;
const DAYS = 4;
/** Bytes of one record in utmp(5)'s files, and of one in lastlog(8)'s, on x86_64. */
const UTMP_BYTES = 384;
const LASTLOG_BYTES = 292;

const two = (value: number): string => String(value).padStart(2, "0");

/** `Nov  3 04:17:01`. */
function stamp(ms: number): string {
  const [, day = "", month = "", , time = ""] =
    /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(ms).toUTCString()) ?? [];
  return `${month} ${String(Number(day)).padStart(2)} ${time}`;
}

interface Line {
  readonly at: number;
  readonly text: string;
}

const render = (world: World, lines: readonly Line[]): string =>
  [...lines]
    .sort((a, b) => a.at - b.at)
    .map(({ at, text }) => `${stamp(at)} ${world.persona.hostname} ${text}\n`)
    .join("");

/** The hours at whose 17th minute cron ran since the log was turned over. */
function cronRuns(world: World, now: number): { at: number; pid: number }[] {
  const from = Math.max(world.persona.bootedAt, now - DAYS * 24 * HOUR);
  const random = world.persona.random("shell-logs");
  const runs: { at: number; pid: number }[] = [];
  let pid = 1200 + random.below(3000);
  for (let hour = Math.ceil(from / HOUR); hour * HOUR + 17 * 60_000 < now; hour++) {
    pid += 20 + random.below(60);
    runs.push({ at: hour * HOUR + 17 * 60_000 + 1000, pid });
  }
  return runs;
}

function sessions(world: World): { name: string; uid: number; login: PastLogin }[] {
  return peopleOf(world.persona).map(({ name, uid }) => ({ name, uid, login: world.lastLogin(uid) }));
}

function authLog(world: World, now: number): string {
  const lines: Line[] = cronRuns(world, now).flatMap(({ at, pid }) => [
    { at, text: `CRON[${pid}]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)` },
    { at: at + 1, text: `CRON[${pid}]: pam_unix(cron:session): session closed for user root` },
  ]);
  for (const { name, uid, login } of sessions(world)) {
    const pid = 900 + (login.port % 700);
    const from = `${world.network.prefix}.${login.host} port ${login.port}`;
    lines.push(
      { at: login.at - 400, text: `sshd[${pid}]: Accepted password for ${name} from ${from} ssh2` },
      {
        at: login.at - 300,
        text: `sshd[${pid}]: pam_unix(sshd:session): session opened for user ${name}(uid=${uid}) by (uid=0)`,
      },
      {
        at: login.at + login.lasted,
        text: `sshd[${pid}]: Received disconnect from ${from}:11: disconnected by user`,
      },
      {
        at: login.at + login.lasted + 1,
        text: `sshd[${pid}]: pam_unix(sshd:session): session closed for user ${name}`,
      },
    );
  }
  return render(world, lines);
}

function syslog(world: World, now: number): string {
  return render(
    world,
    cronRuns(world, now).flatMap(({ at, pid }) => [
      { at, text: `CRON[${pid + 1}]: (root) CMD (cd / && run-parts --report /etc/cron.hourly)` },
      ...(new Date(at).getUTCHours() % 6 === 0
        ? [
            {
              at: at + 1_500_000,
              text: "systemd[1]: Starting apt-daily.service - Daily apt download activities...",
            },
            {
              at: at + 1_503_000,
              text: "systemd[1]: Finished apt-daily.service - Daily apt download activities.",
            },
          ]
        : []),
    ]),
  );
}

function dpkgLog(world: World): string {
  let at = world.persona.installedAt;
  const packages = distributionOf(world.persona).packages.map(
    ({ name, version, all }) => [`${name}:${all ? "all" : "amd64"}`, version] as const,
  );
  const lines: string[] = [];
  const say = (text: string): void => {
    const date = new Date(at);
    lines.push(
      `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} ${text}\n`,
    );
  };
  say("startup archives unpack");
  for (const [name, version] of packages) {
    at += 1000;
    say(`install ${name} <none> ${version}`);
    say(`status half-installed ${name} ${version}`);
    say(`status unpacked ${name} ${version}`);
  }
  at += 2000;
  say("startup packages configure");
  for (const [name, version] of packages) {
    at += 1000;
    say(`configure ${name} ${version} <none>`);
    say(`status half-configured ${name} ${version}`);
    say(`status installed ${name} ${version}`);
  }
  return lines.join("");
}

/** A record of utmp(5): type 2 is a boot, 7 a login, 8 its end. */
function utmp(record: {
  type: number;
  pid: number;
  line: string;
  user: string;
  host: string;
  at: number;
}): ByteString {
  const bytes = Buffer.alloc(UTMP_BYTES);
  bytes.writeInt32LE(record.type, 0);
  bytes.writeInt32LE(record.pid, 4);
  bytes.write(record.line.slice(0, 31), 8, "latin1");
  bytes.write(record.line === "~" ? "~~" : record.line.slice(-4), 40, "latin1");
  bytes.write(record.user.slice(0, 31), 44, "latin1");
  bytes.write(record.host.slice(0, 255), 76, "latin1");
  bytes.writeUInt32LE(Math.floor(record.at / 1000), 340);
  return bytes.toString("latin1");
}

function wtmp(world: World): ByteString {
  const { bootedAt, os } = world.persona;
  const records = [
    { type: 2, pid: 0, line: "~", user: "reboot", host: os.release, at: bootedAt },
    ...sessions(world).flatMap(({ name, login }) => {
      const pid = 900 + (login.port % 700);
      const one = { pid, line: "pts/0", host: `${world.network.prefix}.${login.host}` };
      return [
        { ...one, type: 7, user: name, at: login.at },
        { ...one, type: 8, user: "", at: login.at + login.lasted },
      ];
    }),
  ];
  return records
    .sort((a, b) => a.at - b.at)
    .map(utmp)
    .join("");
}

function lastlog(world: World): ByteString {
  const people = sessions(world);
  const bytes = Buffer.alloc((Math.max(0, ...people.map(({ uid }) => uid)) + 1) * LASTLOG_BYTES);
  for (const { uid, login } of people) {
    bytes.writeUInt32LE(Math.floor(login.at / 1000), uid * LASTLOG_BYTES);
    bytes.write("pts/0", uid * LASTLOG_BYTES + 4, "latin1");
    bytes.write(`${world.network.prefix}.${login.host}`, uid * LASTLOG_BYTES + 36, "latin1");
  }
  return bytes.toString("latin1");
}

/** Adds them, as they stand when the machine is first looked at. */
export function addLogs(tree: TreeBuilder, world: World): void {
  const now = world.clock.now();
  const raw = (text: ByteString) => ({
    size: text.length,
    slice: (offset: number, length: number) => text.slice(offset, offset + length),
  });
  const newest = Math.max(...sessions(world).map(({ login }) => login.at), world.persona.bootedAt);
  const hour = Math.max(world.persona.bootedAt, cronRuns(world, now).at(-1)?.at ?? 0);
  tree.file("/var/log/auth.log", authLog(world, now), { mode: 0o640, gid: 4, mtimeMs: hour });
  tree.file("/var/log/syslog", syslog(world, now), { mode: 0o640, gid: 4, mtimeMs: hour });
  tree.file("/var/log/dpkg.log", dpkgLog(world), { mtimeMs: world.persona.installedAt + 60_000 });
  tree.file("/var/log/wtmp", raw(wtmp(world)), { mode: 0o664, gid: 43, mtimeMs: newest });
  tree.file("/var/log/lastlog", raw(lastlog(world)), { mode: 0o664, gid: 43, mtimeMs: newest });
  const failures = 3 + world.persona.random("shell-btmp").below(40);
  const failed = {
    type: 6,
    pid: 811,
    line: "ssh:notty",
    user: "root",
    host: `${world.network.prefix}.9`,
    at: newest - 90_000,
  };
  tree.file("/var/log/btmp", raw(utmp(failed).repeat(failures)), { mode: 0o660, gid: 43, mtimeMs: newest });
}
