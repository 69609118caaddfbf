// Alpine Linux 3.21. Versions and days: the package pages of the branch v3.21 (linux-lts, nginx).

import { defineProfile, unchanging } from "./profile.ts";

export const alpine321 = defineProfile({
  name: "alpine-3.21",
  family: "linux",
  flavour: "none",
  pretty: "Alpine Linux v3.21",
  machine: "x86_64",
  stack: "linux",
  kernels: [
    {
      release: "6.12.8-0-lts",
      version: "#1-Alpine SMP PREEMPT_DYNAMIC 2025-01-03 11:38:38",
      day: "2025-01-03",
    },
    {
      release: "6.12.13-0-lts",
      version: "#1-Alpine SMP PREEMPT_DYNAMIC 2025-02-10 08:04:45",
      day: "2025-02-10",
    },
    {
      release: "6.12.31-0-lts",
      version: "#1-Alpine SMP PREEMPT_DYNAMIC 2025-05-30 06:52:15",
      day: "2025-05-30",
    },
  ],
  products: { http: [unchanging("nginx", "1.26.3")] },
});
