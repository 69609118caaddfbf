// Programs that tell of themselves: --version and --help in the words of the machine's packages, or of BusyBox.
// Says nothing where a program would not look for these options.

import type { Proc, Program } from "../run/proc.ts";
import type { ByteString } from "../shell.ts";
import { distributionOf } from "../world/distribution.ts";
import { showUsage } from "./options.ts";
import type { Family } from "./package-words.ts";
import { families } from "./package-words.ts";

const familyOf: ReadonlyMap<string, Family> = new Map(
  families.flatMap((family) => family.names.map((name) => [name, family] as const)),
);

/** Programs whose options end where the command begins that they run. */
const IN_ORDER = new Set(["env", "nice", "nohup", "setsid", "sudo", "timeout", "xargs"]);
/** Programs that hear these options only where nothing else is given. */
const ALONE = new Set(["echo", "false", "true", "printf"]);

const APPLETS_WITHOUT_HELP = new Set(["[", "test", "busybox", "echo", "sh", "ash"]);

/** Upstream's version of a package: without the epoch, and without what the distribution adds. */
function versionOf(proc: Proc, name: string): string {
  const { packages } = distributionOf(proc.world.persona);
  const found = packages.find((one) => one.name === name)?.version ?? "";
  return /^(?:\d+:)?([0-9.]+(?:p[0-9]+)?)/.exec(found)?.[1] ?? "";
}

function optionsOf({ name, args }: Proc): readonly ByteString[] {
  if (ALONE.has(name)) return args.length === 1 ? args : [];
  const end = args.findIndex((arg) => arg === "--" || (IN_ORDER.has(name) && !arg.startsWith("-")));
  return end < 0 ? args : args.slice(0, end);
}

function wordsOf(proc: Proc, family: Family): string | undefined {
  const options = optionsOf(proc);
  const { help, short } = family;
  if (help && options.includes("--help")) return help(proc.name);
  if (help && family.package === "gzip" && options.includes("-h")) return help(proc.name);
  if (!options.includes("--version") && !(short && options[0] === `-${short}`)) return undefined;
  return family.version(proc.name, versionOf(proc, family.package));
}

/** A program that tells of itself when it is asked. */
export function tellsOfItself(program: Program): Program {
  const family = familyOf.get(program.name);
  return Object.freeze({
    name: program.name,
    run: async (proc: Proc) => {
      if (proc.busybox) return runApplet(program, proc);
      const words = family && wordsOf(proc, family);
      if (words === undefined) return program.run(proc);
      await proc.out(words);
      return 0;
    },
  });
}

/** BusyBox itself answers `--help` where it is all there is (libbb/appletlib.c); `test` takes it as an operand. */
async function runApplet(program: Program, proc: Proc): Promise<number> {
  const [only, ...more] = proc.args;
  if (only !== "--help" || more.length > 0 || APPLETS_WITHOUT_HELP.has(program.name))
    return program.run(proc);
  await showUsage(proc);
  return 0;
}
