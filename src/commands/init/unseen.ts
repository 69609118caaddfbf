// What a user who is not root can't look at: told apart from what is not there, and with the remedy.

import { DecnetError, systemErrorCode, toError } from "../../contract/errors.ts";
import type { Step } from "./steps.ts";

function isHidden(error: unknown): boolean {
  const codes = [error, (error as { cause?: unknown } | null)?.cause].map(systemErrorCode);
  return codes.some((code) => code === "EACCES" || code === "EPERM");
}

/** Whether a step is done; undefined where this user may not look. */
export function isDoneAsSeen(step: Step): boolean | undefined {
  try {
    return step.isDone();
  } catch (error) {
    if (isHidden(error)) return undefined;
    throw error;
  }
}

/** Makes a plan. Throws DecnetError `forbidden` where this user can't look at what it depends on. */
export function planAsSeen<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!isHidden(error)) throw error;
    const reason = toError(error).message;
    throw new DecnetError("forbidden", `${reason}: run it as root ("sudo decnet init --dry-run")`, {
      cause: error,
    });
  }
}
