// Rocky Linux 9. Versions and days: errata of Red Hat Enterprise Linux 9 (httpd, kernel), which it rebuilds; kernels since
// the middle of 2025 as `uname -v` of machines prints them (Rocky builds in UTC, Red Hat in its own time).

import { defineProfile } from "./profile.ts";

const kernel = (minor: number, build: string, built: string, day: string) => ({
  release: `5.14.0-${build}.el9_${minor}.x86_64`,
  version: `#1 SMP PREEMPT_DYNAMIC ${built}`,
  day,
  pretty: `Rocky Linux 9.${minor} (Blue Onyx)`,
});

export const rocky9 = defineProfile({
  name: "rocky-9",
  family: "linux",
  flavour: "none",
  pretty: "Rocky Linux 9.8 (Blue Onyx)",
  machine: "x86_64",
  stack: "linux",
  kernels: [
    kernel(5, "503.14.1", "Fri Nov 15 12:04:32 UTC 2024", "2024-11-15"),
    kernel(5, "503.26.1", "Wed Feb 26 16:27:09 UTC 2025", "2025-02-26"),
    kernel(6, "570.33.2", "Fri Aug 15 17:42:51 UTC 2025", "2025-08-15"),
    kernel(6, "570.52.1", "Wed Oct 15 13:59:22 UTC 2025", "2025-10-15"),
    kernel(7, "611.11.1", "Wed Dec 3 13:51:50 UTC 2025", "2025-12-03"),
    kernel(7, "611.16.1", "Mon Dec 22 12:21:56 UTC 2025", "2025-12-22"),
    kernel(7, "611.20.1", "Thu Jan 15 13:21:39 UTC 2026", "2026-01-15"),
    kernel(8, "687.15.1", "Thu Jun 11 16:33:25 UTC 2026", "2026-06-11"),
    kernel(8, "687.24.1", "Thu Jul 9 16:32:56 UTC 2026", "2026-07-09"),
    kernel(8, "687.42.1", "Wed Aug 26 12:55:43 UTC 2026", "2026-08-26"),
  ],
  products: {
    // Since 9.5 fixes are put into the same version.
    http: [
      {
        product: "Apache httpd",
        releases: [{ version: "2.4.62 (Rocky Linux)", day: "2024-11-12" }],
      },
    ],
  },
});
