// Rocky Linux 9. Versions and days: errata of Red Hat Enterprise Linux 9 (httpd, kernel), which it rebuilds.

import { defineProfile } from "./profile.ts";

const kernel = (release: string, built: string, day: string) => ({
  release: `5.14.0-${release}.x86_64`,
  version: `#1 SMP PREEMPT_DYNAMIC ${built}`,
  day,
});

export const rocky9 = defineProfile({
  name: "rocky-9",
  family: "linux",
  flavour: "none",
  pretty: "Rocky Linux 9.5 (Blue Onyx)",
  machine: "x86_64",
  stack: "linux",
  kernels: [
    kernel("427.13.1.el9_4", "Wed May 1 19:11:28 UTC 2024", "2024-05-01"),
    kernel("427.31.1.el9_4", "Thu Aug 15 15:40:32 UTC 2024", "2024-08-15"),
    kernel("503.14.1.el9_5", "Fri Nov 15 12:04:32 UTC 2024", "2024-11-15"),
    kernel("503.26.1.el9_5", "Wed Feb 26 16:27:09 UTC 2025", "2025-02-26"),
  ],
  products: {
    http: [
      {
        product: "Apache httpd",
        releases: [
          { version: "2.4.57 (Rocky Linux)", day: "2023-11-07" },
          { version: "2.4.62 (Rocky Linux)", day: "2024-11-12" },
        ],
      },
    ],
  },
});
