// Alpine Linux 3.21. Versions and days: the package pages of the branch v3.21 (linux-lts, nginx); kernels since June 2025 as
// `uname -v` of machines prints them, of this branch or of v3.22, which has the same linux-lts.

import { defineProfile, unchanging } from "./profile.ts";

const kernel = (patch: number, day: string, time: string) => ({
  release: `6.12.${patch}-0-lts`,
  version: `#1-Alpine SMP PREEMPT_DYNAMIC ${day} ${time}`,
  day,
});

export const alpine321 = defineProfile({
  name: "alpine-3.21",
  family: "linux",
  flavour: "none",
  pretty: "Alpine Linux v3.21",
  machine: "x86_64",
  stack: "linux",
  kernels: [
    kernel(8, "2025-01-03", "11:38:38"),
    kernel(11, "2025-01-24", "20:02:52"),
    kernel(13, "2025-02-10", "08:04:45"),
    kernel(21, "2025-04-01", "11:09:17"),
    kernel(31, "2025-05-30", "06:52:15"),
    kernel(51, "2025-10-07", "15:12:03"),
    kernel(58, "2025-11-14", "13:56:42"),
    kernel(79, "2026-03-27", "13:26:20"),
  ],
  products: { http: [unchanging("nginx", "1.26.3")] },
});
