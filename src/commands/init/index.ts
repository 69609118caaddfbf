// decnet init: makes this host run decnet as systemd services, or takes that away again.
// Changes only what differs; refuses where it would leave something half done.

import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { DecnetError } from "../../contract/errors.ts";
import { dataFolder } from "../../kit/data-folder.ts";
import type { CommandCall } from "../command.ts";
import { BINARY, DATA_DIR, TARGET } from "./layout.ts";
import { installPlan, removalPlan } from "./plan.ts";
import type { Step } from "./steps.ts";
import { isDoneAsSeen, planAsSeen } from "./unseen.ts";

interface Flags {
  readonly dryRun: boolean;
  readonly uninstall: boolean;
  readonly purge: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

function flagsOf({ options }: CommandCall): Flags {
  const on = (name: string): boolean => options[name] === true;
  return {
    dryRun: on("dryRun"),
    uninstall: on("uninstall"),
    purge: on("purge"),
    yes: on("yes"),
    json: on("json"),
  };
}

function rootOf({ options }: CommandCall): string {
  if (typeof options["root"] !== "string") return "";
  const root = resolve(options["root"]);
  if (root === "/") return "";
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory()) return root;
  throw new DecnetError("usage", `--root: ${root} is not a folder`);
}

/** Refuses what could not be carried through, with the remedy. */
function check(call: CommandCall, flags: Flags, root: string): void {
  if (call.dataDirGiven && resolve(call.dataDir) !== DATA_DIR) {
    throw new DecnetError(
      "usage",
      `services keep their data in ${DATA_DIR}; leave --data-dir out, or use "decnet up"`,
    );
  }
  if (flags.purge && !flags.uninstall) throw new DecnetError("usage", "--purge goes with --uninstall");
  if (flags.dryRun) return;
  if (process.getuid?.() !== 0) {
    throw new DecnetError("forbidden", 'init changes the system: run it as root ("sudo decnet init")');
  }
  if (root === "" && !existsSync("/run/systemd/system")) {
    throw new DecnetError(
      "unavailable",
      'this host does not run systemd; let its service manager run "decnet up", or prepare an image with --root',
    );
  }
  if (!flags.uninstall && !Bun.isStandaloneExecutable) {
    throw new DecnetError("unavailable", "init installs the built executable: run dist/decnet init");
  }
  if (flags.purge && !flags.yes) {
    throw new DecnetError("usage", `--purge destroys all evidence in ${root}${DATA_DIR}; add --yes to agree`);
  }
}

/** What was (to be) done, and what of it may be done already where this user can't look. */
interface Done {
  readonly changed: readonly string[];
  readonly unseen: readonly string[];
}

/** Carries out what is not done yet, or only says so. */
function carryOut(
  plan: { readonly steps: readonly Step[]; readonly reload: Step | undefined },
  dryRun: boolean,
  tell: (what: string) => void,
): Done {
  const changed: string[] = [];
  const unseen: string[] = [];
  const one = (step: Step): void => {
    if (!dryRun) step.apply();
    changed.push(step.what);
    tell(step.what);
  };
  for (const step of plan.steps) {
    const done = dryRun ? isDoneAsSeen(step) : step.isDone();
    if (done === false) one(step);
    if (done !== undefined) continue;
    unseen.push(step.what);
    tell(`${step.what}, unless that is done: only root can look`);
  }
  if (plan.reload && changed.length + unseen.length > 0) one(plan.reload);
  return { changed, unseen };
}

function nextLines(flags: Flags, root: string): readonly string[] {
  if (flags.uninstall) {
    const kept = `kept ${DATA_DIR} and its users; "decnet init --uninstall --purge --yes" removes both`;
    const foreign = !flags.dryRun && existsSync(join(root, BINARY));
    return [
      ...(flags.purge ? [] : [kept]),
      ...(foreign ? [`kept ${BINARY}: it is not, or no longer, the copy that init made`] : []),
    ];
  }
  if (root !== "") return [`on the first start of the image: decnet init && systemctl start ${TARGET}`];
  return [
    `start    systemctl start ${TARGET}`,
    `log in   admin, with the password in ${dataFolder(DATA_DIR).passwordFile} once the API has started; remove it then`,
    "look     decnet status, journalctl -u 'decnet-*'",
  ];
}

/** Installs or removes; exit status 0 also when there was nothing to do. */
export async function runInit(call: CommandCall): Promise<number> {
  const flags = flagsOf(call);
  const root = rootOf(call);
  check(call, flags, root);
  const plan = planAsSeen(() =>
    flags.uninstall ? removalPlan(root, flags.purge) : installPlan({ root, executable: process.execPath }),
  );
  const { out } = call.terminal;
  const tell = (what: string): void => {
    if (!flags.json) out(`${flags.dryRun ? "would " : ""}${what}\n`);
  };
  const { changed, unseen } = carryOut(plan, flags.dryRun, tell);
  const next = nextLines(flags, root);
  if (flags.json) {
    out(`${JSON.stringify({ dry_run: flags.dryRun, changed, unseen, next }, null, 2)}\n`);
    return 0;
  }
  if (changed.length + unseen.length === 0) out("nothing to do: everything is as it should be\n");
  if (next.length > 0) out(`\n${next.map((line) => `  ${line}\n`).join("")}`);
  return 0;
}
