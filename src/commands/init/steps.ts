// The steps that init is made of: each knows whether it is done already, and how to do it.
// Replaces files in one step, and never follows a link that lies where its file belongs.

import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { DecnetError, toError } from "../../contract/errors.ts";
import type { Ids } from "../../platform/identity.ts";

/** One step; `what` is a sentence without its end: "write /etc/x". */
export interface Step {
  readonly what: string;
  isDone(): boolean;
  apply(): void;
}

const ROOT: Ids = { uid: 0, gid: 0 };

function is(path: string, kind: "file" | "folder", mode: number, { uid, gid }: Ids): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  const fits = kind === "file" ? found?.isFile() : found?.isDirectory();
  return fits === true && (found?.mode ?? 0) % 0o10000 === mode && found?.uid === uid && found.gid === gid;
}

/** Fills a draft beside `path`, and puts it in place once it is whole and on disk. */
function replace(path: string, mode: number, fill: (draft: string) => void): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  const draft = `${path}.${process.pid}.new`;
  try {
    fill(draft);
    chownSync(draft, ROOT.uid, ROOT.gid);
    chmodSync(draft, mode);
    const handle = openSync(draft, "r");
    fsyncSync(handle);
    closeSync(handle);
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** A root-owned file of settings, 0644. */
export function fileStep(path: string, content: string): Step {
  return {
    what: `write ${path}`,
    isDone: () => is(path, "file", 0o644, ROOT) && readFileSync(path, "utf8") === content,
    apply: () => replace(path, 0o644, (draft) => writeFileSync(draft, content, { flag: "wx" })),
  };
}

/** A copy of the running executable, root-owned, 0755. */
export function binaryStep(path: string, from: string): Step {
  const same = (): boolean =>
    statSync(path).size === statSync(from).size && readFileSync(path).equals(readFileSync(from));
  return {
    what: `copy ${from} to ${path}`,
    isDone: () => is(path, "file", 0o755, ROOT) && same(),
    apply: () => replace(path, 0o755, (draft) => copyFileSync(from, draft)),
  };
}

/** A symbolic link, unless something is there already. */
export function linkStep(path: string, target: string): Step {
  return {
    what: `link ${path} to ${target}`,
    isDone: () =>
      lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true && readlinkSync(path) === target,
    apply: () => {
      mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
      rmSync(path, { force: true });
      symlinkSync(target, path);
    },
  };
}

/** A folder with its owner, asked for when it is needed: the user may only come to be in an earlier step. */
export function folderStep(path: string, mode: number, owner: () => Ids | undefined): Step {
  return {
    what: `make ${path} (${mode.toString(8).padStart(4, "0")})`,
    isDone: () => is(path, "folder", mode, owner() ?? { uid: -1, gid: -1 }),
    apply: () => {
      const ids = owner();
      if (!ids) throw new DecnetError("internal", `${path} has no owner: its user was not made`);
      mkdirSync(path, { recursive: true, mode: 0o700 });
      chownSync(path, ids.uid, ids.gid);
      chmodSync(path, mode);
    },
  };
}

/** Removes a file, a link or a folder with all that is in it. */
export function removeStep(path: string): Step {
  return {
    what: `remove ${path}`,
    isDone: () => lstatSync(path, { throwIfNoEntry: false }) === undefined,
    apply: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Runs a program of the host; its own first line is the message when it fails. */
export function runProgram(command: readonly string[]): void {
  let ran: ReturnType<typeof Bun.spawnSync>;
  try {
    ran = Bun.spawnSync([...command], {
      cwd: "/",
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
  } catch (error) {
    throw new DecnetError("unavailable", `${command[0]} cannot be run: ${toError(error).message}`);
  }
  if (ran.exitCode === 0) return;
  const said = ran.stderr?.toString().trim().split("\n")[0]?.slice(0, 300);
  throw new DecnetError("refused", `${command.join(" ")}: ${said || `exit status ${ran.exitCode}`}`);
}

/** A program that brings about what `isDone` looks for. */
export function commandStep(command: readonly string[], isDone: () => boolean): Step {
  return { what: `run ${command.join(" ")}`, isDone, apply: () => runProgram(command) };
}
