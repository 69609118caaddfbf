// Ubuntu 24.04 LTS "noble". Versions and days: Ubuntu security notices (openssh USN-6859-1 and later, linux USN-6949-1
// and later) and the Launchpad pages of the packages, up to the middle of 2025.

import { defineProfile, unchanging } from "./profile.ts";

const kernel = (abi: string, upload: string, built: string, day: string) => ({
  release: `6.8.0-${abi}-generic`,
  version: `#${upload}-Ubuntu SMP PREEMPT_DYNAMIC ${built}`,
  day,
});

export const ubuntu2404 = defineProfile({
  name: "ubuntu-24.04",
  family: "linux",
  flavour: "debian",
  pretty: "Ubuntu 24.04.2 LTS",
  machine: "x86_64",
  stack: "linux",
  kernels: [
    kernel("31", "31", "Sat Apr 20 00:40:06 UTC 2024", "2024-04-20"),
    kernel("36", "36", "Mon Jun 10 10:49:14 UTC 2024", "2024-06-10"),
    kernel("41", "41", "Fri Aug  2 20:41:06 UTC 2024", "2024-08-02"),
    kernel("45", "45", "Fri Aug 30 12:02:04 UTC 2024", "2024-08-30"),
    kernel("51", "52", "Thu Dec  5 13:09:44 UTC 2024", "2024-12-05"),
    kernel("60", "63", "Tue Apr 15 19:04:15 UTC 2025", "2025-04-15"),
    kernel("71", "71", "Tue Jul 22 16:52:38 UTC 2025", "2025-07-22"),
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
        ],
      },
    ],
    http: [unchanging("nginx", "1.24.0 (Ubuntu)"), unchanging("Apache httpd", "2.4.58 (Ubuntu)")],
    ftp: [unchanging("vsftpd", "3.0.5")],
  },
});
