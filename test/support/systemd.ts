// A real systemd as the first process of its own namespaces, on a throw-away copy of this host's files.
// Never touches the host's own folders, processes or network; its one trace, an empty cgroup, goes with it.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const BOOT = join(import.meta.dir, "systemd-boot.sh");
const NAMESPACES = ["mnt", "pid", "uts", "ipc", "net", "cgroup"] as const;
const BOOT_MS = 60_000;

/** What came of a command. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A booted systemd. */
export interface SystemdHost extends AsyncDisposable {
  /** Where the binary under test lies. */
  readonly binary: string;
  /** Runs a command as its root. */
  run(command: readonly string[], timeoutS?: number): Promise<Ran>;
  /** Runs it and throws unless it ends well; its standard output. */
  must(...command: readonly string[]): Promise<string>;
  /** Asks until `look` is content; throws with what it `tells` otherwise. */
  eventually<T>(look: () => Promise<T | undefined | false>, timeoutMs?: number): Promise<T>;
}

/** The groups' folder that this process's own group is in. */
function ownGroup(): string | undefined {
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
  const mounted = mounts.map((line) => line.split(" ")).find((fields) => fields[2] === "cgroup2")?.[1];
  const path = /^0::(.*)$/m.exec(readFileSync("/proc/self/cgroup", "utf8"))?.[1];
  return mounted === undefined || path === undefined ? undefined : join(mounted, path);
}

function removeGroup(group: string): void {
  for (const entry of readdirSync(group, { withFileTypes: true }))
    if (entry.isDirectory()) removeGroup(join(group, entry.name));
  rmdirSync(group);
}

async function within<T>(
  timeoutMs: number,
  what: string,
  look: () => Promise<T | undefined | false>,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await Bun.sleep(50);
  }
}

/** A group and a mount point of its own, and the command that makes namespaces in them. */
function prepare(mode: "boot" | "probe", binary: string) {
  const parent = ownGroup();
  if (parent === undefined) throw new Error("cgroup2 is not mounted here");
  const name = `decnet-test-${process.pid}-${performance.now().toString(36).replace(".", "")}`;
  const group = join(parent, name);
  mkdirSync(group);
  if (!existsSync(join(group, "cgroup.kill"))) {
    rmdirSync(group);
    throw new Error("this kernel has no cgroup.kill (Linux 5.14)");
  }
  const scratch = mkdtempSync(join(tmpdir(), `decnet-systemd-${process.pid}-`));
  const unshare = [
    "unshare",
    "--mount",
    "--pid",
    "--fork",
    "--kill-child",
    "--uts",
    "--ipc",
    "--net",
    "--cgroup",
  ];
  const inGroup = ["sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', group];
  const command = [
    ...inGroup,
    // Dies with this process, and its first process with it.
    ...["setpriv", "--pdeathsig", "KILL", ...unshare],
    ...["sh", BOOT, mode, scratch, binary, String(statSync(group).ino)],
  ];
  const outside = NAMESPACES.map((kind) => readlinkSync(`/proc/self/ns/${kind}`)).join(" ");
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", OUTSIDE: outside };
  return { command, env, group, scratch };
}

type Prepared = ReturnType<typeof prepare>;

/** Kills all that is in the group, whoever started it, then removes what is left: two empty folders. */
async function takeDown({ group, scratch }: Prepared): Promise<void> {
  writeFileSync(join(group, "cgroup.kill"), "1");
  await within(20_000, `${group} is empty`, async () =>
    readFileSync(join(group, "cgroup.events"), "utf8").includes("populated 0"),
  );
  removeGroup(group);
  rmdirSync(scratch);
}

/** What this process has left of its systemds on the host: mount points and groups. */
export function leftovers(): readonly string[] {
  const group = ownGroup();
  const folders = [tmpdir(), ...(group === undefined ? [] : [group])];
  const ours = new RegExp(`^decnet-(systemd|test)-${process.pid}-`);
  return folders.flatMap((folder) => readdirSync(folder).filter((entry) => ours.test(entry)));
}

/** Why no systemd can be booted here, as a sentence; undefined where it can. */
export async function whyNoSystemd(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return "needs root";
  const packages = {
    systemd: "/lib/systemd/systemd",
    dbus: "/usr/bin/dbus-daemon",
    polkitd: "/usr/lib/polkit-1/polkitd",
  };
  const absent = Object.entries(packages).filter(([, path]) => !statSync(path, { throwIfNoEntry: false }));
  if (absent.length > 0) return `needs the packages ${absent.map(([name]) => name).join(", ")}`;
  let prepared: Prepared;
  try {
    prepared = prepare("probe", "/bin/true");
  } catch (error) {
    return `needs a cgroup of its own: ${error instanceof Error ? error.message : String(error)}`;
  }
  const { command, env } = prepared;
  const ran = Bun.spawnSync(command, { env, cwd: "/", stdin: "ignore", timeout: 20_000 });
  await takeDown(prepared);
  const said = `${ran.stdout}${ran.stderr}`.trim().split("\n").at(-1);
  return ran.exitCode === 0 ? undefined : `needs namespaces, an overlay and cgroup2: ${said}`;
}

/** The host's number of its first process, once its own root is in place; throws with what it said instead. */
async function firstProcess(stream: ReadableStream<Uint8Array>): Promise<number> {
  let said = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    said += decoder.decode(chunk, { stream: true });
    const pid = /^pid (\d+)$/m.exec(said)?.[1];
    if (pid !== undefined) return Number(pid);
  }
  throw new Error(`systemd did not boot: ${said}`);
}

function entering(pid: number): (command: readonly string[], timeoutS?: number) => Promise<Ran> {
  const own = NAMESPACES.map((kind) => readlinkSync(`/proc/${pid}/ns/${kind}`));
  return async (command, timeoutS = 60) => {
    // Checked each time: the number may have become another process's.
    for (const [i, kind] of NAMESPACES.entries()) {
      const now = readlinkSync(`/proc/${pid}/ns/${kind}`);
      if (now !== own[i] || now === readlinkSync(`/proc/self/ns/${kind}`))
        throw new Error(`refused: ${pid} is not in a ${kind} namespace of its own`);
    }
    const path = "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    const enter = ["nsenter", "-t", String(pid), ..."-m -p -u -i -n -C -r -w".split(" ")];
    const child = Bun.spawn(
      [
        "timeout",
        "-s",
        "KILL",
        String(timeoutS),
        ...enter,
        "env",
        "-i",
        path,
        "HOME=/root",
        "LC_ALL=C",
        ...command,
      ],
      { cwd: "/", stdin: "ignore", stdout: "pipe", stderr: "pipe" },
    );
    const [out, err] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    return { code: await child.exited, out, err };
  };
}

/** Boots it with `binary` inside and waits until all of it is up. */
export async function bootSystemd(binary: string): Promise<SystemdHost> {
  const prepared = prepare("boot", binary);
  const down = (): Promise<void> => takeDown(prepared);
  try {
    const { command, env } = prepared;
    const child = Bun.spawn(command, { env, cwd: "/", stdin: "ignore", stdout: "pipe", stderr: "inherit" });
    const run = entering(await firstProcess(child.stdout));
    await within(BOOT_MS, "systemd is up", async () => {
      const { out } = await run(["systemctl", "is-system-running", "--wait"]);
      return ["running", "degraded"].includes(out.trim());
    });
    const must = async (...given: readonly string[]): Promise<string> => {
      const { code, out, err } = await run(given);
      if (code !== 0) throw new Error(`${given.join(" ")}: exit ${code}\n${out}${err}`);
      return out;
    };
    return {
      binary: "/root/decnet-under-test",
      run,
      must,
      eventually: (look, timeoutMs = 20_000) => within(timeoutMs, String(look), look),
      [Symbol.asyncDispose]: down,
    };
  } catch (error) {
    await down();
    throw error;
  }
}
