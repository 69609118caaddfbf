// What is left: env, echo and test as programs, crontab, reboot …

import { ConditionFault, evaluateTest } from "../lang/condition.ts";
import { formatEcho, formatPrintf } from "../lang/format.ts";
import type { Proc } from "../run/proc.ts";
import { errorTexts } from "../vfs/node.ts";
import { parseOptions, program, readLines } from "./options.ts";
import { spawnOr } from "./wrappers.ts";

async function env(proc: Proc): Promise<number> {
  const options = await parseOptions(proc, {
    short: "iu:0-",
    long: { "ignore-environment": "i", unset: "u" },
    inOrder: true,
  });
  if (typeof options === "number") return 125;
  const changed = new Map(options.has("i") ? [] : proc.init.env);
  if (options.has("u")) changed.delete(options.value("u") ?? "");
  const rest = [...options.rest];
  for (let next = rest[0]; next?.includes("="); next = rest[0]) {
    const at = next.indexOf("=");
    changed.set(next.slice(0, at), next.slice(at + 1));
    rest.shift();
  }
  if (rest.length > 0) return spawnOr(proc, rest, { env: changed });
  for (const [name, value] of changed) await proc.out(`${name}=${value}\n`);
  return 0;
}

async function printf(proc: Proc): Promise<number> {
  const [format, ...args] = proc.args;
  if (format === undefined) return proc.fail("missing operand");
  const { text, errors } = formatPrintf(format, args);
  await proc.out(text);
  for (const error of errors) await proc.fail(error);
  return errors.length > 0 ? 1 : 0;
}

async function test(proc: Proc): Promise<number> {
  const args = proc.name === "[" ? proc.args.slice(0, -1) : proc.args;
  try {
    return evaluateTest(args, {
      fs: proc.fs,
      isTerminal: () => proc.terminal !== null,
      isSet: (name) => proc.init.env.has(name),
    })
      ? 0
      : 1;
  } catch (error) {
    if (!(error instanceof ConditionFault)) throw error;
    return proc.fail(error.message, 2);
  }
}

const TIME_FIELDS = ["minute", "hour", "day-of-month", "month", "day-of-week"] as const;
const TIME_FIELD =
  /^(?:\*|[0-9A-Za-z]{1,3})(?:-[0-9A-Za-z]{1,3})?(?:\/[0-9]{1,3})?(?:,(?:\*|[0-9A-Za-z]{1,3})(?:-[0-9A-Za-z]{1,3})?(?:\/[0-9]{1,3})?){0,100}$/;

/** What cron's own reader would refuse first; it counts lines from zero. */
function crontabFault(lines: readonly string[]): { readonly line: number; readonly why: string } | null {
  for (const [line, raw] of lines.entries()) {
    const text = raw.trim();
    if (text === "" || text.startsWith("#") || /^[A-Za-z_"']\w{0,255}["']?\s*=/.test(text)) continue;
    if (text.startsWith("@")) {
      if (/^@(?:reboot|yearly|annually|monthly|weekly|daily|midnight|hourly)\s+\S/.test(text)) continue;
      return { line, why: "bad time specifier" };
    }
    const words = text.split(/\s+/, 6);
    const bad = TIME_FIELDS.find((_, i) => !TIME_FIELD.test(words[i] ?? ""));
    if (bad !== undefined) return { line, why: `bad ${bad}` };
    if (words.length < 6) return { line, why: "bad command" };
  }
  return null;
}

async function crontab(proc: Proc): Promise<number> {
  const path = `/var/spool/cron/crontabs/${proc.user.name}`;
  const root = proc.login.fs.at({ uid: 0, gid: 0, groups: [] }, "/");
  const options = await parseOptions(proc, { short: "lreu:i" });
  if (typeof options === "number") return options;
  if (options.has("l")) {
    const text = root.readText(path, 1 << 20);
    if (text.ok) await proc.out(text.value);
    else if (proc.busybox) return proc.fail(`can't open '${proc.user.name}': ${errorTexts[text.code]}`);
    else {
      await proc.err(`no crontab for ${proc.user.name}\n`);
      return 1;
    }
    return 0;
  }
  if (options.has("r")) {
    const done = root.unlink(path);
    if (done.ok) return 0;
    await proc.err(`no crontab for ${proc.user.name}\n`);
    return 1;
  }
  if (options.has("e")) return 0;
  const { lines, status } = await readLines(proc, options.rest.slice(0, 1));
  if (status !== 0) return status;
  const wrong = proc.busybox ? null : crontabFault(lines);
  if (wrong !== null) {
    const name = options.rest[0] === undefined ? "-" : options.rest[0];
    await proc.err(`"${name}":${wrong.line}: ${wrong.why}\nerrors in crontab file, can't install.\n`);
    return 1;
  }
  root.mkdir("/var/spool/cron/crontabs", 0o1730);
  const file = root.openWrite(path, { via: "shell", mode: 0o600, truncate: true });
  if (!file.ok) return proc.fail(`${path}: ${errorTexts[file.code]}`);
  file.value.write(0, Uint8Array.from(Buffer.from(lines.map((line) => `${line}\n`).join(""), "latin1")));
  await file.value.close();
  return 0;
}

async function reboot(proc: Proc): Promise<number> {
  if (proc.user.uid !== 0)
    return proc.fail(
      proc.busybox
        ? "Operation not permitted"
        : "Call to Reboot failed: Interactive authentication required.",
    );
  proc.login.shutdown();
  return 0;
}

const nothing = (): Promise<number> => Promise.resolve(0);

/** The programs of this file. */
export const miscPrograms = [
  program("env", env),
  program("printenv", async (proc) => {
    if (proc.args.length === 0) return env(proc);
    for (const name of proc.args) {
      const value = proc.env(name);
      if (value === undefined) return 1;
      await proc.out(`${value}\n`);
    }
    return 0;
  }),
  program("echo", async (proc) => {
    await proc.out(formatEcho(proc.args, proc.busybox ? "ash" : "bash"));
    return 0;
  }),
  program("printf", printf),
  program("test", test),
  program("[", test),
  program("pwd", async (proc) => {
    await proc.out(`${proc.init.cwd}\n`);
    return 0;
  }),
  program("true", nothing),
  program("false", () => Promise.resolve(1)),
  program("yes", async (proc) => {
    const line = `${proc.args.length > 0 ? proc.args.join(" ") : "y"}\n`;
    const many = line.repeat(Math.max(1, Math.floor(4096 / line.length)));
    if (proc.init.stdout.discards) await proc.idle();
    for (;;) {
      await proc.budget.step();
      await proc.out(many);
    }
  }),
  program("clear", async (proc) => {
    await proc.out("\x1b[H\x1b[2J\x1b[3J");
    return 0;
  }),
  program("reset", async (proc) => {
    await proc.out("\x1bc");
    return 0;
  }),
  program("crontab", crontab),
  program("reboot", reboot),
  program("poweroff", reboot),
  program("halt", reboot),
  program("shutdown", reboot),
  program("logger", nothing),
  program("stty", async (proc) => {
    if (proc.args[0] === "size" && proc.terminal)
      await proc.out(`${proc.terminal.rows} ${proc.terminal.columns}\n`);
    return proc.stdin.isTerminal
      ? 0
      : proc.fail(proc.busybox ? "standard input" : "'standard input': Inappropriate ioctl for device");
  }),
  program("watchdog", nothing),
  program("mdev", nothing),
  program("getent", async (proc) => {
    const [database, key] = proc.args;
    if (database !== "passwd" || key === undefined) return 2;
    const user = proc.world.user(key);
    if (user)
      await proc.out(`${user.name}:x:${user.uid}:${user.gid}:${user.gecos}:${user.home}:${user.shell}\n`);
    return user ? 0 : 2;
  }),
];
