// Finds and starts programs: search path, permissions, scripts, foreign binaries.
// Never runs what an intruder brought: a fitting binary ends at once and silently, as one that went to the background.

import type { ByteString } from "../shell.ts";
import { READ_BYTES } from "../vfs/content.ts";
import { permits, type VNode } from "../vfs/node.ts";
import { elfMachine } from "../world/elf.ts";
import { Interrupted, Killed } from "./flow.ts";
import { Proc, type ProcInit } from "./proc.ts";

/** The search path of a process that has none. */
export const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What looking for a command gives. */
export type Found =
  | { readonly kind: "program"; readonly path: ByteString; readonly node: VNode }
  | { readonly kind: "missing" }
  | { readonly kind: "directory" | "permission"; readonly path: ByteString };

/** Looks a command up as execvp does. */
export function findCommand(
  command: ByteString,
  init: Pick<ProcInit, "login" | "user" | "cwd" | "env">,
): Found {
  const fs = init.login.fs.at(init.user, init.cwd);
  const check = (path: ByteString): Found => {
    const node = fs.node(path);
    if (!node.ok) return node.code === "EACCES" ? { kind: "permission", path } : { kind: "missing" };
    if (node.value.type === "directory") return { kind: "directory", path };
    if (node.value.type !== "file" || !permits(node.value, init.user, 1)) return { kind: "permission", path };
    return { kind: "program", path, node: node.value };
  };
  if (command.includes("/")) return check(command);
  if (command === "") return { kind: "missing" };
  let refused: Found = { kind: "missing" };
  for (const folder of (init.env.get("PATH") ?? DEFAULT_PATH).split(":").slice(0, 64)) {
    const found = check(folder === "" ? command : `${folder}/${command}`);
    if (found.kind === "program") return found;
    if (found.kind === "permission") refused = found;
  }
  return refused;
}

/** Why an executable can't be run. */
export type ExecFault = "format" | "interpreter";

/** What a process that was killed at a bound leaves for its status. */
const KILLED = 137;

/**
 * Runs an executable that was found. `fault` is told when it is none that can be run; the status is then 126. `killed`
 * is told of a process that hit its bounds.
 */
export async function execute(
  found: Extract<Found, { kind: "program" }>,
  argv: readonly ByteString[],
  at: {
    readonly init: ProcInit;
    readonly fault: (why: ExecFault, interpreter: ByteString) => Promise<number>;
    readonly killed?: (pid: number) => Promise<void>;
  },
): Promise<number> {
  const { init } = at;
  const { node } = found;
  if (node.type !== "file") return 126;
  await init.budget.step(4);
  if (node.program !== undefined) return runProgram(node.program, argv, at);
  const head = node.content.slice(0, Math.min(READ_BYTES, 4096));
  if (head.startsWith("#!")) {
    const line = (head.slice(2).split("\n", 1)[0] ?? "").trim();
    const [interpreter = "", ...rest] = line.split(/[ \t]+/, 2);
    if (!init.login.fs.at(init.user, init.cwd).stat(interpreter).ok)
      return at.fault("interpreter", interpreter);
    return launch([interpreter, ...rest, found.path, ...argv.slice(1)], init);
  }
  const machine = elfMachine(head);
  if (machine !== null) return machine === init.login.world.machine.code ? 0 : at.fault("format", "");
  if (node.content.size === 0) return 0;
  if (/[\x00-\x08\x0e-\x1a]/.test(head.slice(0, 128))) return at.fault("format", "");
  return runProgram("sh", ["sh", found.path, ...argv.slice(1)], at);
}

/** Runs a program of the machine by our name of it. */
export async function runProgram(
  name: string,
  argv: readonly ByteString[],
  { init, killed }: { readonly init: ProcInit; readonly killed?: (pid: number) => Promise<void> },
): Promise<number> {
  const program = init.login.programs.get(name);
  const budget = init.budget.process();
  const proc = new Proc(argv, { ...init, budget }, launch);
  if (!program) return 0;
  if (!init.budget.fork()) {
    await init.stderr.write(
      `${init.login.world.persona.os.flavour === "debian" ? "-bash: fork: retry: " : "sh: can't fork: "}Resource temporarily unavailable\n`,
    );
    return 254;
  }
  const { live } = init.login;
  live.set(proc.pid, {
    pid: proc.pid,
    user: init.user.name,
    command: argv.join(" ").slice(0, 4096),
    startedAt: proc.now(),
    tty: init.login.tty ?? "?",
  });
  try {
    return await program.run(proc);
  } catch (error) {
    // What ends only this process: its own bounds, or a shell in it that has given up.
    init.budget.check();
    if (!(error instanceof Killed || error instanceof Interrupted) || init.budget.exhausted) throw error;
    if (error instanceof Killed) await killed?.(proc.pid);
    return KILLED;
  } finally {
    budget.close();
    init.budget.exit();
    live.delete(proc.pid);
  }
}

/** Runs a command line's words as a child, the way `env`, `sudo` or `xargs` do. Errors in the words of the caller's kind. */
export async function launch(argv: readonly ByteString[], init: ProcInit): Promise<number> {
  const [command = ""] = argv;
  await init.budget.step();
  if (init.depth > init.budget.limits.depth) return 254;
  const found = findCommand(command, init);
  if (found.kind === "missing") return 127;
  if (found.kind !== "program") return 126;
  return execute(found, argv, { init, fault: () => Promise.resolve(126) });
}
