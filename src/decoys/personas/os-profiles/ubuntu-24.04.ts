// Ubuntu 24.04 LTS "noble". Versions and days: Ubuntu security notices (openssh USN-6859-1 and later, linux USN-6949-1
// and later) and the Launchpad pages of the packages; kernels since the middle of 2025 as `uname -v` of machines prints
// them, OpenSSH since then by the day on which a package is known to have been out (CVE-2026-3497, archives' snapshots).

import { defineProfile, unchanging } from "./profile.ts";

/** `point` is the point release that was current when the kernel came. */
const kernel = (point: number, abi: string, [upload, built]: readonly [string, string], day: string) => ({
  release: `6.8.0-${abi}-generic`,
  version: `#${upload}-Ubuntu SMP PREEMPT_DYNAMIC ${built}`,
  day,
  pretty: `Ubuntu 24.04${point === 0 ? "" : `.${point}`} LTS`,
});

export const ubuntu2404 = defineProfile({
  name: "ubuntu-24.04",
  family: "linux",
  flavour: "debian",
  pretty: "Ubuntu 24.04.5 LTS",
  machine: "x86_64",
  stack: "linux",
  kernels: [
    kernel(0, "31", ["31", "Sat Apr 20 00:40:06 UTC 2024"], "2024-04-20"),
    kernel(0, "36", ["36", "Mon Jun 10 10:49:14 UTC 2024"], "2024-06-10"),
    kernel(0, "41", ["41", "Fri Aug  2 20:41:06 UTC 2024"], "2024-08-02"),
    kernel(1, "45", ["45", "Fri Aug 30 12:02:04 UTC 2024"], "2024-08-30"),
    kernel(1, "51", ["52", "Thu Dec  5 13:09:44 UTC 2024"], "2024-12-05"),
    kernel(2, "60", ["63", "Tue Apr 15 19:04:15 UTC 2025"], "2025-04-15"),
    kernel(2, "71", ["71", "Tue Jul 22 16:52:38 UTC 2025"], "2025-07-22"),
    kernel(3, "85", ["85", "Thu Sep 18 15:26:59 UTC 2025"], "2025-09-18"),
    kernel(3, "90", ["91", "Tue Nov 18 14:14:30 UTC 2025"], "2025-11-18"),
    kernel(4, "100", ["100", "Tue Jan 13 16:40:06 UTC 2026"], "2026-01-13"),
    kernel(4, "110", ["110", "Thu Mar 19 15:09:20 UTC 2026"], "2026-03-19"),
    kernel(4, "117", ["117", "Tue May  5 19:26:24 UTC 2026"], "2026-05-05"),
    kernel(4, "124", ["124", "Tue May 26 13:00:45 UTC 2026"], "2026-05-26"),
    kernel(4, "136", ["136", "Wed Jul  1 21:53:05 UTC 2026"], "2026-07-01"),
    kernel(5, "142", ["142", "Wed Sep  2 14:24:27 UTC 2026"], "2026-09-02"),
  ],
  products: {
    ssh: [
      {
        product: "OpenSSH",
        releases: [
          { version: "9.6p1 Ubuntu-3ubuntu13.3", day: "2024-07-01" },
          { version: "9.6p1 Ubuntu-3ubuntu13.4", day: "2024-07-09" },
          { version: "9.6p1 Ubuntu-3ubuntu13.5", day: "2024-08-09" },
          { version: "9.6p1 Ubuntu-3ubuntu13.8", day: "2025-02-18" },
          { version: "9.6p1 Ubuntu-3ubuntu13.11", day: "2025-04-28" },
          { version: "9.6p1 Ubuntu-3ubuntu13.12", day: "2025-06-03" },
          { version: "9.6p1 Ubuntu-3ubuntu13.13", day: "2025-07-17" },
          { version: "9.6p1 Ubuntu-3ubuntu13.15", day: "2026-03-12" },
          { version: "9.6p1 Ubuntu-3ubuntu13.16", day: "2026-04-30" },
          { version: "9.6p1 Ubuntu-3ubuntu13.18", day: "2026-08-08" },
          { version: "9.6p1 Ubuntu-3ubuntu13.19", day: "2026-09-08" },
        ],
      },
    ],
    http: [unchanging("nginx", "1.24.0 (Ubuntu)"), unchanging("Apache httpd", "2.4.58 (Ubuntu)")],
    ftp: [unchanging("vsftpd", "3.0.5")],
  },
});
