// The install's secret: made once, kept 0600, what every persona is drawn from.
// Its text form carries the day it was made, since uptimes and file dates hang on it.

import { createHmac } from "node:crypto";
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import type { Clock } from "../../contract/clock.ts";
import { DecnetError, systemErrorCode } from "../../contract/errors.ts";
import type { Random } from "../../contract/random.ts";
import { createSeededRandom, systemRandom } from "../../contract/random.ts";

/** The secret (32 bytes) and Unix ms when it was made. */
export interface InstallSecret {
  readonly key: Uint8Array;
  readonly madeAt: number;
}

const FORM = /^decnet-secret-1 ([0-9a-f]{64}) ([0-9]{1,15})\n?$/;

/** Parses the file's text; throws DecnetError `config` when it is not ours. */
function parseSecret(text: string, path: string): InstallSecret {
  const match = FORM.exec(text);
  if (!match) {
    throw new DecnetError(
      "config",
      `${path} is not a decnet secret; restore it from a backup, or remove it to get new personas`,
    );
  }
  return { key: new Uint8Array(Buffer.from(match[1] ?? "", "hex")), madeAt: Number(match[2]) };
}

/** Reads the secret, or makes it. Two processes that race get the same one. */
export function loadSecret(path: string, clock: Clock, random: Random = systemRandom): InstallSecret {
  const read = (): InstallSecret => parseSecret(readFileSync(path, "utf8"), path);
  try {
    return read();
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
  }
  const draft = `${path}.${process.pid}`;
  const handle = openSync(draft, "wx", 0o600);
  writeSync(handle, `decnet-secret-1 ${Buffer.from(random.bytes(32)).toString("hex")} ${clock.now()}\n`);
  fsyncSync(handle);
  closeSync(handle);
  try {
    linkSync(draft, path);
  } catch (error) {
    if (systemErrorCode(error) !== "EEXIST") throw error;
  } finally {
    unlinkSync(draft);
  }
  return read();
}

/** A deterministic stream for one purpose. */
export function drawFrom(secret: InstallSecret, ...labels: readonly string[]): Random {
  return createSeededRandom(createHmac("sha256", secret.key).update(labels.join("\0")).digest());
}
