// Windows 11 24H2, Windows Server 2022 and 2025. Builds and days: Microsoft's release information pages
// (monthly security updates; the last ones by the day on which the build was seen); IIS and the FTP service carry no number that a patch changes.

import type { OsProfile } from "./profile.ts";
import { defineProfile, unchanging } from "./profile.ts";

type Build = readonly [revision: number, day: string];

const builds = (base: number, list: readonly Build[]) =>
  list.map(([revision, day]) => ({
    release: `10.0.${base}.${revision}`,
    version: `Build ${base}.${revision}`,
    day,
  }));

/** What Windows 11 and Server 2025 have had in common. */
const SHARED: readonly Build[] = [
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
  [6584, "2025-09-09"],
  [6899, "2025-10-14"],
  [7171, "2025-11-11"],
  [7462, "2025-12-09"],
];

const BUILDS_24H2 = builds(26_100, [
  ...SHARED,
  [7623, "2026-01-13"],
  [7840, "2026-02-10"],
  [8037, "2026-03-10"],
  [8246, "2026-04-14"],
  [8457, "2026-05-12"],
  [8655, "2026-06-09"],
  [8875, "2026-07-14"],
  [9168, "2026-08-13"],
  [9457, "2026-09-25"],
]);

const BUILDS_2025 = builds(26_100, [
  ...SHARED,
  [32_230, "2026-01-13"],
  [32_370, "2026-02-10"],
  [32_522, "2026-03-10"],
  [32_690, "2026-04-14"],
  [32_860, "2026-05-12"],
  [32_995, "2026-06-09"],
  [33_158, "2026-07-14"],
  [33_438, "2026-09-08"],
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
  [4052, "2025-08-12"],
  [4171, "2025-09-09"],
  [4294, "2025-10-14"],
  [4405, "2025-11-11"],
  [4529, "2025-12-09"],
  [4648, "2026-01-13"],
  [4773, "2026-02-10"],
  [4893, "2026-03-10"],
  [5020, "2026-04-14"],
  [5139, "2026-05-12"],
  [5256, "2026-06-09"],
  [5386, "2026-07-14"],
  [5622, "2026-09-08"],
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

export const windows11 = windows("windows-11-24h2", "Windows 11 Pro 24H2", BUILDS_24H2, false);
export const windowsServer2022 = windows(
  "windows-server-2022",
  "Windows Server 2022 Standard",
  BUILDS_20348,
  true,
);
export const windowsServer2025 = windows(
  "windows-server-2025",
  "Windows Server 2025 Standard",
  BUILDS_2025,
  true,
);
