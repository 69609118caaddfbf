// The executable that units run: which one, and whether it is init's own copy.
// Never takes a file for its copy that somebody else has put there, or changed since.

import { lstatSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { systemErrorCode } from "../../contract/errors.ts";
import { BINARY, TARGET, UNIT_DIR } from "./layout.ts";
import type { Step } from "./steps.ts";
import { binaryStep } from "./steps.ts";
import { copiedIn } from "./units.ts";

/** Where to install: `root` is empty for this host, or an image's folder. */
export interface Place {
  readonly root: string;
  /** The running executable. */
  readonly executable: string;
}

/** What units run. */
export interface Executable {
  readonly path: string;
  /** SHA-256 of init's own copy, once all steps are done; undefined when there is none. */
  readonly copied: string | undefined;
  readonly step: Step | undefined;
}

/** Places that a unit's sandbox hides, or that anybody may write. */
const UNSEEN = /^\/(home|root|tmp|var\/tmp|run|dev|proc)(\/|$)/;

function closedToOthers(path: string): boolean {
  const found = lstatSync(path);
  const safe = found.uid === 0 && !found.isSymbolicLink() && (found.mode & 0o022) === 0;
  return safe && (path === "/" || closedToOthers(dirname(path)));
}

/** The running executable where root alone can change it and units can see it, else a copy. */
function executablePath({ root, executable }: Place): string {
  if (root !== "" || UNSEEN.test(executable)) return BINARY;
  return closedToOthers(executable) ? executable : BINARY;
}

function sha256Of(path: string): string {
  return new Bun.CryptoHasher("sha256").update(readFileSync(path)).digest("hex");
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return "";
    throw error;
  }
}

/** SHA-256 of the copy that an earlier init made and that is still as it was made. */
export function ownCopy(root: string): string | undefined {
  const noted = copiedIn(readIfThere(join(root, UNIT_DIR, TARGET)));
  const path = join(root, BINARY);
  const isFile = lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  return noted !== undefined && isFile && sha256Of(path) === noted ? noted : undefined;
}

/** Which one, and how it comes to be there. */
export function chooseExecutable(place: Place): Executable {
  const path = executablePath(place);
  const copy = join(place.root, BINARY);
  const step = path === BINARY && place.executable !== copy ? binaryStep(copy, place.executable) : undefined;
  const copied = step && !step.isDone() ? sha256Of(place.executable) : ownCopy(place.root);
  return { path, copied, step };
}
