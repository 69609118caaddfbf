// What init and its removal consist of, in order. Looks at the host, changes nothing.

import { lstatSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { systemClock } from "../../contract/clock.ts";
import { loadSecret } from "../../decoys/personas/secret.ts";
import { loadConfig } from "../../kit/config.ts";
import type { DataFolder } from "../../kit/data-folder.ts";
import { dataFolder, sharedFolders } from "../../kit/data-folder.ts";
import type { Ids } from "../../platform/identity.ts";
import { DECOYS_USER, idsOf, WORKERS_USER } from "../../platform/identity.ts";
import { workers } from "../../workers/index.ts";
import { renderPolkitRule, renderSysusers } from "./access.ts";
import type { Place } from "./executable.ts";
import { chooseExecutable, ownCopy } from "./executable.ts";
import {
  BINARY,
  BUS_DIR,
  DATA_DIR,
  POLKIT_FILE,
  SYSUSERS_FILE,
  TARGET,
  UNIT_DIR,
  unitName,
  wantsLink,
} from "./layout.ts";
import type { Step } from "./steps.ts";
import { commandStep, fileStep, folderStep, linkStep, removeStep, runProgram } from "./steps.ts";
import { renderTarget, renderUnit } from "./units.ts";

/** The data folder below `root`, its sockets' folder inside it however long the path is. */
function foldersIn(root: string): DataFolder {
  const folder = dataFolder(join(root, DATA_DIR));
  return { ...folder, run: join(folder.root, "run") };
}

/** Whether the API's settings keep it on this host. */
export function apiStaysLocal(root: string): boolean {
  const host = loadConfig({ file: foldersIn(root).configFile }).get("api.host");
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

function passwdIds(root: string, name: string): Ids | undefined {
  const path = join(root, "/etc/passwd");
  return statSync(path, { throwIfNoEntry: false }) ? idsOf(name, readFileSync(path, "utf8")) : undefined;
}

function userSteps(root: string): readonly Step[] {
  const path = join(root, SYSUSERS_FILE);
  const known = (): boolean =>
    [WORKERS_USER, DECOYS_USER].every((name) => passwdIds(root, name) !== undefined);
  const where = root === "" ? [] : [`--root=${root}`];
  return [
    fileStep(path, renderSysusers()),
    // By name: a path would be looked for on this host, whatever the root.
    commandStep(["systemd-sysusers", ...where, basename(SYSUSERS_FILE)], known),
  ];
}

function folderSteps(root: string): readonly Step[] {
  const folder = foldersIn(root);
  const owner = (): Ids | undefined => passwdIds(root, WORKERS_USER);
  const folders = sharedFolders(folder).map(([path, mode]) => folderStep(path, mode, owner));
  // The decoys make their socket in it, and nothing else of the run folder is theirs to write.
  const orders = folderStep(dirname(folder.deckySocket), 0o750, () => {
    const [decoys, workers] = [passwdIds(root, DECOYS_USER), owner()];
    return decoys && workers && { uid: decoys.uid, gid: workers.gid };
  });
  folders.push(orders);
  const secret: Step = {
    what: `draw ${folder.secretFile}`,
    isDone: () => lstatSync(folder.secretFile, { throwIfNoEntry: false }) !== undefined,
    apply: () => void loadSecret(folder.secretFile, systemClock),
  };
  // Never part of an image: its copies would all show the same machines.
  return root === "" ? [...folders, secret] : folders;
}

/** A link is made with its unit only: one that was taken away since was disabled by the operator. */
function unitSteps(root: string, name: string, content: string, wanting: string): readonly Step[] {
  const path = join(root, UNIT_DIR, name);
  const isNew = lstatSync(path, { throwIfNoEntry: false }) === undefined;
  const link = linkStep(join(root, wantsLink(wanting, name)), join(UNIT_DIR, name));
  return [...(isNew ? [link] : []), fileStep(path, content)];
}

/** Everything that makes an install. The last step tells systemd, when one before it changed a unit. */
export function installPlan(place: Place): {
  readonly steps: readonly Step[];
  readonly reload: Step | undefined;
} {
  const { root } = place;
  const { path: binary, copied, step } = chooseExecutable(place);
  const options = { binary, loopback: apiStaysLocal(root) };
  const units = workers.flatMap((worker) =>
    unitSteps(root, unitName(worker.name), renderUnit(worker, options), TARGET),
  );
  const steps = [
    ...userSteps(root),
    ...folderSteps(root),
    ...(step ? [step] : []),
    ...units,
    ...unitSteps(root, TARGET, renderTarget(copied), "multi-user.target"),
    fileStep(join(root, POLKIT_FILE), renderPolkitRule(workers)),
  ];
  return { steps, reload: root === "" ? reloadStep() : undefined };
}

function reloadStep(): Step {
  return commandStep(["systemctl", "daemon-reload"], () => false);
}

/** Ends everything that runs; the target alone would leave what it was not told to want. */
function stopStep(): Step {
  const names = [TARGET, ...workers.map(({ name }) => unitName(name))];
  const there = names.filter((name) => lstatSync(join(UNIT_DIR, name), { throwIfNoEntry: false }));
  return {
    what: `stop ${there.join(" ")}`,
    isDone: () => there.length === 0,
    apply: () => runProgram(["systemctl", "stop", ...there]),
  };
}

/** Evidence and the users who own it go together: an id without a user could later be given to somebody else. */
function purgeSteps(root: string): readonly Step[] {
  const where = root === "" ? [] : ["--prefix", root];
  const users = [DECOYS_USER, WORKERS_USER].map((name) =>
    commandStep(["userdel", ...where, name], () => passwdIds(root, name) === undefined),
  );
  return [removeStep(join(root, DATA_DIR)), ...users];
}

/** Everything that undoes it. */
export function removalPlan(
  root: string,
  purge: boolean,
): { readonly steps: readonly Step[]; readonly reload: Step | undefined } {
  const names = workers.map(({ name }) => unitName(name));
  const links = [wantsLink("multi-user.target", TARGET), join(UNIT_DIR, `${TARGET}.wants`)];
  const own = [...names, TARGET].map((name) => join(UNIT_DIR, name));
  const users = purge ? [SYSUSERS_FILE] : [];
  // Before the target, which knows whose it is.
  const binary = ownCopy(root) === undefined ? [] : [BINARY];
  const paths = [...links, ...binary, ...own, POLKIT_FILE, ...users];
  const steps = [
    ...(root === "" ? [stopStep()] : []),
    ...paths.map((path) => removeStep(join(root, path))),
    ...(root === "" ? [removeStep(BUS_DIR)] : []),
    ...(purge ? purgeSteps(root) : []),
  ];
  return { steps, reload: root === "" ? reloadStep() : undefined };
}
