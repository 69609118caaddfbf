// The registry of decoys: the only list of what a decky can offer.

import { usualPorts } from "../contract/offer.ts";
import type { DecoyDefinition } from "./decoy.ts";
import { ftp } from "./ftp/index.ts";
import { http } from "./http/index.ts";
import { mysql } from "./mysql/index.ts";
import { redis } from "./redis/index.ts";
import { ssh } from "./ssh/index.ts";
import { telnet } from "./telnet/index.ts";

/** Every decoy, in the order in which they are shown. */
export const decoys: readonly DecoyDefinition[] = Object.freeze([ssh, telnet, http, ftp, redis, mysql]);

/** The port that a decoy's name alone stands for. */
export const usualPort = usualPorts(decoys);

/** The decoy of that name, or undefined. */
export function findDecoy(name: string): DecoyDefinition | undefined {
  return decoys.find((decoy) => decoy.name === name);
}
