// What tells Debian 12 and Ubuntu 24.04 apart on a machine with a shell: names, versions, texts. The only list of it.
// A device with BusyBox never asks. Facts from the distributions' packages.

import type { Persona } from "../../personas/persona.ts";
import { DEBIAN_PACKAGES, type Package } from "./packages-debian.ts";
import { serverPackages } from "./packages-servers.ts";

/** One distribution. */
export interface Distribution {
  readonly distributor: string;
  readonly release: string;
  readonly codename: string;
  readonly issue: (pretty: string) => string;
  /** /etc/debian_version. */
  readonly debianVersion: string;
  readonly osRelease: (pretty: string) => string;
  /** Who built the kernel, as /proc/version and the kernel's log say. */
  readonly kernelBuilder: string;
  readonly compiler: string;
  readonly sources: { readonly path: string; readonly text: string };
  /** What `apt update` asks: host and suite. */
  readonly archives: readonly string[];
  readonly apt: string;
  readonly bash: string;
  readonly python: { readonly version: string; readonly banner: string };
  readonly perl: string;
  readonly curl: string;
  /** Version and date of its OpenSSL. */
  readonly openssl: string;
  readonly netcat: string;
  /** Packages as dpkg knows them, without sshd's. */
  readonly packages: readonly Package[];
  /** /etc/motd. */
  readonly motd: string;
  /** What sshd shows before the line on the last login. */
  readonly greeting: (persona: Persona) => string;
}

const DEBIAN_MOTD = `
The programs included with the Debian GNU/Linux system are free software;
the exact distribution terms for each program are described in the
individual files in /usr/share/doc/*/copyright.

Debian GNU/Linux comes with ABSOLUTELY NO WARRANTY, to the extent
permitted by applicable law.
`;

const debian: Distribution = {
  distributor: "Debian",
  release: "12",
  codename: "bookworm",
  issue: () => "Debian GNU/Linux 12",
  debianVersion: "12.5",
  osRelease: (pretty) =>
    `PRETTY_NAME="${pretty}"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nVERSION="12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\nHOME_URL="https://www.debian.org/"\nSUPPORT_URL="https://www.debian.org/support"\nBUG_REPORT_URL="https://bugs.debian.org/"\n`,
  kernelBuilder: "debian-kernel@lists.debian.org",
  compiler: "gcc-12 (Debian 12.2.0-14) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40",
  sources: {
    path: "/etc/apt/sources.list",
    text: "deb http://deb.debian.org/debian/ bookworm main non-free-firmware\ndeb http://security.debian.org/debian-security bookworm-security main non-free-firmware\n",
  },
  archives: ["deb.debian.org/debian bookworm", "security.debian.org/debian-security bookworm-security"],
  apt: "2.6.1",
  bash: "5.2.15",
  python: { version: "3.11.2", banner: "3.11.2 (main, Nov 30 2024, 21:22:50) [GCC 12.2.0]" },
  perl: "version 36, subversion 0 (v5.36.0)",
  curl: "curl 7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1 OpenSSL/3.0.15 zlib/1.2.13 brotli/1.0.9 zstd/1.5.4 libidn2/2.3.3 libpsl/0.21.2 (+libidn2/2.3.3) libssh2/1.10.0 nghttp2/1.52.0 librtmp/2.3 OpenLDAP/2.5.13\nRelease-Date: 2023-02-20, security patched: 7.88.1-10+deb12u8\n",
  openssl: "3.0.15 3 Sep 2024",
  netcat: "Debian patchlevel 1.219-1",
  packages: DEBIAN_PACKAGES,
  motd: DEBIAN_MOTD,
  greeting: ({ hostname, os }) =>
    `Linux ${hostname} ${os.release} ${os.version} ${os.machine}\n${DEBIAN_MOTD}`,
};

const ubuntu: Distribution = {
  distributor: "Ubuntu",
  release: "24.04",
  codename: "noble",
  issue: (pretty) => pretty,
  debianVersion: "trixie/sid",
  osRelease: (pretty) =>
    `PRETTY_NAME="${pretty}"\nNAME="Ubuntu"\nVERSION_ID="24.04"\nVERSION="${pretty.replace("Ubuntu ", "")} (Noble Numbat)"\nVERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=debian\nHOME_URL="https://www.ubuntu.com/"\nSUPPORT_URL="https://help.ubuntu.com/"\nBUG_REPORT_URL="https://bugs.launchpad.net/ubuntu/"\nPRIVACY_POLICY_URL="https://www.ubuntu.com/legal/terms-and-policies/privacy-policy"\nUBUNTU_CODENAME=noble\nLOGO=ubuntu-logo\n`,
  kernelBuilder: "buildd@lcy02-amd64-080",
  compiler:
    "x86_64-linux-gnu-gcc-13 (Ubuntu 13.3.0-6ubuntu2~24.04) 13.3.0, GNU ld (GNU Binutils for Ubuntu) 2.42",
  sources: {
    path: "/etc/apt/sources.list.d/ubuntu.sources",
    text: "Types: deb\nURIs: http://archive.ubuntu.com/ubuntu/\nSuites: noble noble-updates noble-backports\nComponents: main restricted universe multiverse\nSigned-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg\n\nTypes: deb\nURIs: http://security.ubuntu.com/ubuntu/\nSuites: noble-security\nComponents: main restricted universe multiverse\nSigned-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg\n",
  },
  archives: ["archive.ubuntu.com/ubuntu noble", "security.ubuntu.com/ubuntu noble-security"],
  apt: "2.7.14",
  bash: "5.2.21",
  python: { version: "3.12.3", banner: "3.12.3 (main, Feb  4 2025, 14:48:35) [GCC 13.3.0]" },
  perl: "version 38, subversion 2 (v5.38.2)",
  curl: "curl 8.5.0 (x86_64-pc-linux-gnu) libcurl/8.5.0 OpenSSL/3.0.13 zlib/1.3 brotli/1.1.0 zstd/1.5.5 libidn2/2.3.7 libpsl/0.21.2 (+libidn2/2.3.7) libssh/0.10.6/openssl/zlib nghttp2/1.59.0 librtmp/2.3 OpenLDAP/2.6.7\nRelease-Date: 2023-12-06, security patched: 8.5.0-2ubuntu10.6\n",
  openssl: "3.0.13 30 Jan 2024",
  netcat: "Debian patchlevel 1.226-1ubuntu2",
  packages: [
    {
      name: "base-files",
      version: "13ubuntu10",
      all: false,
      text: "Debian base system miscellaneous files",
    },
    { name: "bash", version: "5.2.21-2ubuntu4", all: false, text: "GNU Bourne Again SHell" },
    { name: "coreutils", version: "9.4-3ubuntu6", all: false, text: "GNU core utilities" },
    {
      name: "curl",
      version: "8.5.0-2ubuntu10.6",
      all: false,
      text: "command line tool for transferring data with URL syntax",
    },
    {
      name: "openssl",
      version: "3.0.13-0ubuntu3.5",
      all: false,
      text: "Secure Sockets Layer toolkit - cryptographic utility",
    },
    {
      name: "sudo",
      version: "1.9.15p5-3ubuntu5",
      all: false,
      text: "Provide limited super user privileges to specific users",
    },
  ],
  motd: "",
  greeting: ({ os }) =>
    `Welcome to ${os.pretty} (GNU/Linux ${os.release} ${os.machine})\n\n * Documentation:  https://help.ubuntu.com\n * Management:     https://landscape.canonical.com\n * Support:        https://ubuntu.com/pro\n\n`,
};

/** base-files counts its updates as the point releases are counted. */
function ubuntuAt(pretty: string): Distribution {
  const point = /24\.04(\.\d)/.exec(pretty)?.[1] ?? "";
  const packages = ubuntu.packages.map((one) =>
    one.name === "base-files" ? { ...one, version: `13ubuntu10${point}` } : one,
  );
  return { ...ubuntu, packages };
}

/** The distribution of a persona. */
export function distributionOf({ profile, os }: Persona): Distribution {
  return profile === "ubuntu-24.04" ? ubuntuAt(os.pretty) : debian;
}

/** Version of the package openssh-server that belongs to a banner: `1:9.2p1-2+deb12u7`. */
function sshPackage({ products }: Persona): string | undefined {
  const match = /^(\d[\w.]*) (?:Debian|Ubuntu)-([\w.+~-]+)$/.exec(products["ssh"]?.version ?? "");
  return match ? `1:${match[1]}-${match[2]}` : undefined;
}

const SSH_PACKAGES = [
  ["openssh-client", "secure shell (SSH) client, for secure access to remote machines"],
  ["openssh-server", "secure shell (SSH) server, for secure access from remote machines"],
  ["openssh-sftp-server", "secure shell (SSH) sftp server module, for SFTP access from remote machines"],
] as const;

/** All packages of a persona in order of name, those of its servers with the versions that they show. */
export function packagesOf(persona: Persona): readonly Package[] {
  const version = sshPackage(persona);
  const ssh =
    version === undefined ? [] : SSH_PACKAGES.map(([name, text]) => ({ name, version, all: false, text }));
  return [...distributionOf(persona).packages, ...ssh, ...serverPackages(persona)].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}
