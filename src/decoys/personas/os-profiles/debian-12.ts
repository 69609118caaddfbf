// Debian 12 "bookworm". Versions and days: package changelogs, DSA-5724-1, DSA-5868-1, the 12.12 point release, DSA-5662-1, DSA-5729-1;
// MySQL is Oracle's own package (MySQL 8.0 release notes), since Debian has none.

import { defineProfile, unchanging } from "./profile.ts";

const kernel = (release: string, build: string, day: string) => ({
  release,
  version: `#1 SMP PREEMPT_DYNAMIC Debian ${build} (${day})`,
  day,
});

export const debian12 = defineProfile({
  name: "debian-12",
  family: "linux",
  flavour: "debian",
  pretty: "Debian GNU/Linux 12 (bookworm)",
  machine: "x86_64",
  stack: "linux",
  kernels: [
    kernel("6.1.0-13-amd64", "6.1.55-1", "2023-09-29"),
    kernel("6.1.0-18-amd64", "6.1.76-1", "2024-02-01"),
    kernel("6.1.0-21-amd64", "6.1.90-1", "2024-05-03"),
    kernel("6.1.0-25-amd64", "6.1.106-3", "2024-08-26"),
    kernel("6.1.0-28-amd64", "6.1.119-1", "2024-11-22"),
    kernel("6.1.0-31-amd64", "6.1.128-1", "2025-02-07"),
    kernel("6.1.0-37-amd64", "6.1.140-1", "2025-05-22"),
    kernel("6.1.0-40-amd64", "6.1.153-1", "2025-09-20"),
  ],
  products: {
    ssh: [
      {
        product: "OpenSSH",
        // What each of these offers is in the ssh decoy.
        releases: [
          { version: "9.2p1 Debian-2+deb12u3", day: "2024-07-01" },
          { version: "9.2p1 Debian-2+deb12u5", day: "2025-02-18" },
          { version: "9.2p1 Debian-2+deb12u7", day: "2025-09-06" },
        ],
      },
    ],
    http: [
      unchanging("nginx", "1.22.1"),
      {
        product: "Apache httpd",
        releases: [
          { version: "2.4.57 (Debian)", day: "2023-06-10" },
          { version: "2.4.59 (Debian)", day: "2024-04-16" },
          { version: "2.4.61 (Debian)", day: "2024-07-11" },
          { version: "2.4.62 (Debian)", day: "2024-08-31" },
          { version: "2.4.65 (Debian)", day: "2025-09-06" },
        ],
      },
    ],
    ftp: [unchanging("vsftpd", "3.0.3")],
    redis: [unchanging("Redis", "7.0.15")],
    mysql: [
      {
        product: "MySQL",
        releases: [
          { version: "8.0.36", day: "2024-01-16" },
          { version: "8.0.37", day: "2024-04-30" },
          { version: "8.0.39", day: "2024-07-23" },
          { version: "8.0.40", day: "2024-10-15" },
          { version: "8.0.41", day: "2025-01-21" },
          { version: "8.0.42", day: "2025-04-15" },
          { version: "8.0.43", day: "2025-07-22" },
          { version: "8.0.44", day: "2025-10-21" },
        ],
      },
    ],
  },
});
