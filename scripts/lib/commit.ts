// The commit of this checkout.

import { join } from "node:path";

/** Twelve digits of it, or `unknown` outside a checkout. */
export function commitOf(): string {
  const cwd = join(import.meta.dir, "..", "..");
  const result = Bun.spawnSync(["git", "rev-parse", "--short=12", "HEAD"], { cwd, stderr: "ignore" });
  return result.success ? result.stdout.toString().trim() : "unknown";
}
