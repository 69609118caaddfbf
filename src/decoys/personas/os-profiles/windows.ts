// Windows 11 24H2, Windows Server 2022 and 2025. Builds and days: Microsoft's release information pages
// (monthly security updates); IIS and the FTP service carry no number that a patch changes.

import type { OsProfile } from "./profile.ts";
import { defineProfile, unchanging } from "./profile.ts";

const builds = (base: number, list: readonly (readonly [revision: number, day: string])[]) =>
  list.map(([revision, day]) => ({
    release: `10.0.${base}.${revision}`,
    version: `Build ${base}.${revision}`,
    day,
  }));

const BUILDS_26100 = builds(26_100, [
  [2314, "2024-11-12"],
  [2605, "2024-12-10"],
  [2894, "2025-01-14"],
  [3194, "2025-02-11"],
  [3476, "2025-03-11"],
  [3775, "2025-04-08"],
  [4061, "2025-05-13"],
  [4349, "2025-06-10"],
  [4652, "2025-07-08"],
  [4946, "2025-08-12"],
]);

const BUILDS_20348 = builds(20_348, [
  [2655, "2024-08-13"],
  [2700, "2024-09-10"],
  [2762, "2024-10-08"],
  [2849, "2024-11-12"],
  [2966, "2024-12-10"],
  [3091, "2025-01-14"],
  [3207, "2025-02-11"],
  [3328, "2025-03-11"],
  [3692, "2025-05-13"],
  [3807, "2025-06-10"],
  [3932, "2025-07-08"],
]);

const iis = unchanging("Microsoft IIS httpd", "10.0");

function windows(name: string, pretty: string, kernels: OsProfile["kernels"], server: boolean): OsProfile {
  return defineProfile({
    name,
    family: "windows",
    flavour: "none",
    pretty,
    machine: "AMD64",
    stack: "windows",
    kernels,
    products: { http: [iis], ...(server ? { ftp: [unchanging("Microsoft ftpd", "")] } : {}) },
  });
}

export const windows11 = windows("windows-11-24h2", "Windows 11 Pro 24H2", BUILDS_26100, false);
export const windowsServer2022 = windows(
  "windows-server-2022",
  "Windows Server 2022 Standard",
  BUILDS_20348,
  true,
);
export const windowsServer2025 = windows(
  "windows-server-2025",
  "Windows Server 2025 Standard",
  BUILDS_26100,
  true,
);
