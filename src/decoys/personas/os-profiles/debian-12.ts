// Debian 12 "bookworm". Versions and days are those of the packages' changelogs (openssh, apache2, linux), kernels from
// 6.1.177 on as `uname -v` of machines prints them;
// MySQL is Oracle's own package, since Debian has none: days of the MySQL 8.0 release notes.

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
    kernel("6.1.0-47-amd64", "6.1.170-3", "2026-05-08"),
    kernel("6.1.0-49-amd64", "6.1.174-1", "2026-05-26"),
    kernel("6.1.0-50-amd64", "6.1.176-1", "2026-07-02"),
    kernel("6.1.0-51-amd64", "6.1.177-1", "2026-07-16"),
    kernel("6.1.0-52-amd64", "6.1.180-1", "2026-08-03"),
    kernel("6.1.0-53-amd64", "6.1.187-1", "2026-09-07"),
  ],
  products: {
    ssh: [
      {
        product: "OpenSSH",
        // What each of these offers is in the ssh decoy.
        releases: [
          { version: "9.2p1 Debian-2+deb12u3", day: "2024-06-22" },
          { version: "9.2p1 Debian-2+deb12u5", day: "2025-02-14" },
          { version: "9.2p1 Debian-2+deb12u7", day: "2025-07-28" },
          { version: "9.2p1 Debian-2+deb12u8", day: "2026-02-03" },
          { version: "9.2p1 Debian-2+deb12u9", day: "2026-04-05" },
          { version: "9.2p1 Debian-2+deb12u10", day: "2026-05-05" },
        ],
      },
    ],
    http: [
      unchanging("nginx", "1.22.1"),
      {
        product: "Apache httpd",
        releases: [
          { version: "2.4.57 (Debian)", day: "2023-04-13" },
          { version: "2.4.59 (Debian)", day: "2024-04-05" },
          { version: "2.4.61 (Debian)", day: "2024-07-07" },
          { version: "2.4.62 (Debian)", day: "2024-07-18" },
          { version: "2.4.65 (Debian)", day: "2025-07-29" },
          { version: "2.4.66 (Debian)", day: "2025-12-05" },
          { version: "2.4.67 (Debian)", day: "2026-05-05" },
          { version: "2.4.68 (Debian)", day: "2026-06-12" },
          { version: "2.4.71 (Debian)", day: "2026-11-12" },
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
          { version: "8.0.45", day: "2026-01-20" },
          { version: "8.0.46", day: "2026-04-21" },
        ],
      },
    ],
  },
});
