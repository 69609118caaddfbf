// The registry of OS profiles: the only list of the systems that machines can have.

import { alpine321 } from "./alpine-3.21.ts";
import { cameraFirmware, diskStation, hpFirmware, vxworks } from "./appliances.ts";
import { ddWrt } from "./dd-wrt.ts";
import { debian12 } from "./debian-12.ts";
import { freebsd14 } from "./freebsd-14.ts";
import type { OsProfile } from "./profile.ts";
import { rocky9 } from "./rocky-9.ts";
import { ubuntu2404 } from "./ubuntu-24.04.ts";
import { windows11, windowsServer2022, windowsServer2025 } from "./windows.ts";

/** Every profile, in the order in which they are shown. */
export const osProfiles: readonly OsProfile[] = Object.freeze([
  debian12,
  ubuntu2404,
  rocky9,
  alpine321,
  windows11,
  windowsServer2022,
  windowsServer2025,
  freebsd14,
  diskStation,
  ddWrt,
  cameraFirmware,
  hpFirmware,
  vxworks,
]);
