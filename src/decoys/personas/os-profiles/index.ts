// The registry of OS profiles: the only list of the systems that machines can have.

import { ddWrt } from "./dd-wrt.ts";
import { debian12 } from "./debian-12.ts";
import type { OsProfile } from "./profile.ts";

/** Every profile, in the order in which they are shown. */
export const osProfiles: readonly OsProfile[] = Object.freeze([debian12, ddWrt]);
