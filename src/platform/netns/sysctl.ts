// Settings of the network namespace that this thread is in: files under /proc/sys/net (sysctl(8), ip-sysctl.rst).
// Takes a name only as dotted words below `net.`, so that no other file can be reached.

import { readFileSync, writeFileSync } from "node:fs";
import { DecnetError, systemErrorCode } from "../../contract/errors.ts";

function pathOf(key: string): string {
  if (!/^net(\.[a-zA-Z0-9_-]+){2,6}$/.test(key)) throw new DecnetError("invalid", "not a setting below net");
  return `/proc/sys/${key.replaceAll(".", "/")}`;
}

/** The value, white space folded; undefined where this kernel or this kind of namespace has no such setting. */
export function readSysctl(key: string): string | undefined {
  try {
    return readFileSync(pathOf(key), "utf8").trim().replace(/\s+/g, " ");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Sets it. False where there is no such setting. Throws DecnetError `invalid` for a value that the kernel refuses. */
export function writeSysctl(key: string, value: string): boolean {
  try {
    // "r+": the file is the kernel's, never made or cut.
    writeFileSync(pathOf(key), value, { flag: "r+" });
    return true;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "ENOENT") return false;
    if (code !== "EINVAL") throw error;
    throw new DecnetError("invalid", `${key} does not take this value`, { cause: error });
  }
}
