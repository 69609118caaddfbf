// FreeBSD 14 under a storage distribution with a web page on lighttpd and ProFTPD.
// Versions and days: FreeBSD's release and errata pages, lighttpd's release notes.

import { defineProfile, unchanging } from "./profile.ts";

const patch = (level: number, commit: string, day: string) => ({
  release: `14.1-RELEASE-p${level}`,
  version: `FreeBSD 14.1-RELEASE-p${level} ${commit} GENERIC`,
  day,
});

export const freebsd14 = defineProfile({
  name: "freebsd-14",
  family: "freebsd",
  flavour: "none",
  pretty: "FreeBSD 14.1-RELEASE",
  machine: "amd64",
  stack: "freebsd",
  kernels: [
    patch(2, "releng/14.1-n267682", "2024-07-01"),
    patch(3, "releng/14.1-n267686", "2024-08-07"),
    patch(5, "releng/14.1-n267718", "2024-09-19"),
    patch(6, "releng/14.1-n267724", "2024-10-29"),
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
        ],
      },
    ],
  },
});
