// FreeBSD 14 under a storage distribution with a web page on lighttpd and ProFTPD.
// Versions and days: FreeBSD's release pages and security advisories (a patch level with a kernel in it), lighttpd's
// release notes; texts as `uname -v` of machines prints them, which is without a branch for a kernel of freebsd-update.

import { defineProfile, unchanging } from "./profile.ts";

/** A kernel as the release has it. */
const released = (minor: number, commit: string, day: string) => ({
  release: `14.${minor}-RELEASE`,
  version: `FreeBSD 14.${minor}-RELEASE releng/14.${minor}-${commit} GENERIC`,
  day,
  pretty: `FreeBSD 14.${minor}-RELEASE`,
});

/** One that freebsd-update brought. */
const patch = (minor: number, level: number, day: string) => ({
  release: `14.${minor}-RELEASE-p${level}`,
  version: `FreeBSD 14.${minor}-RELEASE-p${level} GENERIC`,
  day,
  pretty: `FreeBSD 14.${minor}-RELEASE`,
});

export const freebsd14 = defineProfile({
  name: "freebsd-14",
  family: "freebsd",
  flavour: "none",
  pretty: "FreeBSD 14.4-RELEASE",
  machine: "amd64",
  stack: "freebsd",
  kernels: [
    patch(1, 5, "2024-09-19"),
    patch(1, 6, "2024-10-29"),
    released(2, "n269506-c8918d6c7412", "2024-12-03"),
    patch(2, 1, "2025-01-29"),
    released(3, "n271432-8c9ce319fef7", "2025-06-10"),
    released(4, "n273675-a456f852d145", "2026-03-10"),
    patch(4, 5, "2026-05-20"),
    patch(4, 10, "2026-09-29"),
  ],
  products: {
    ftp: [unchanging("ProFTPD", "")],
    http: [
      {
        product: "lighttpd",
        releases: [
          { version: "1.4.73", day: "2023-10-30" },
          { version: "1.4.75", day: "2024-03-13" },
          { version: "1.4.76", day: "2024-04-12" },
          { version: "1.4.77", day: "2025-01-10" },
          { version: "1.4.79", day: "2025-04-04" },
          { version: "1.4.80", day: "2025-08-13" },
          { version: "1.4.81", day: "2025-08-17" },
          { version: "1.4.82", day: "2025-09-12" },
        ],
      },
    ],
  },
});
