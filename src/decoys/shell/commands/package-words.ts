// What the packages of a Debian or Ubuntu say of their programs: --version and, where it is told from here, --help.

import { coreutilsWords } from "./coreutils-words.ts";

/** Programs of one package and what they say. */
export interface Family {
  readonly package: string;
  readonly names: readonly string[];
  /** Letters that ask for the version besides `--version`. */
  readonly short?: string;
  version(name: string, version: string): string;
  help?(name: string): string;
}

const COPYING = `License GPLv3+: GNU GPL version 3 or later <https://gnu.org/licenses/gpl.html>.
This is free software: you are free to change and redistribute it.
There is NO WARRANTY, to the extent permitted by law.
`;

/** Years of the notices, by package and version. */
const YEARS: Readonly<Record<string, number>> = {
  "coreutils 9.4": 2023,
  "grep 3.11": 2023,
  "tar 1.34": 2021,
  "tar 1.35": 2023,
};

function gnu(title: string, [of, version]: readonly [of: string, version: string], authors: string): string {
  const year = YEARS[`${of} ${version}`] ?? 2022;
  return `${title} ${version}\nCopyright (C) ${year} Free Software Foundation, Inc.\n${COPYING}\nWritten by ${authors}.\n`;
}

function coreutilsHelp(name: string): string {
  const { synopses = [] } = coreutilsWords.get(name) ?? {};
  const usage = synopses.map((one, i) => `${i === 0 ? "Usage: " : "  or:  "}${name} ${one}\n`).join("");
  return `${usage}
      --help        display this help and exit
      --version     output version information and exit

GNU coreutils online help: <https://www.gnu.org/software/coreutils/>
Report any translation bugs to <https://translationproject.org/team/>
Full documentation <https://www.gnu.org/software/coreutils/${name}>
or available locally via: info '(coreutils) ${name} invocation'
`;
}

function wgetVersion(version: string): string {
  return `GNU Wget ${version} built on linux-gnu.

-cares +digest -gpgme +https +ipv6 +iri +large-file -metalink +nls 
+ntlm +opie +psl +ssl/gnutls 

Wgetrc: 
    /etc/wgetrc (system)
Locale: 
    /usr/share/locale 

Copyright (C) 2015 Free Software Foundation, Inc.
License GPLv3+: GNU GPL version 3 or later
<http://www.gnu.org/licenses/gpl.html>.
This is free software: you are free to change and redistribute it.
There is NO WARRANTY, to the extent permitted by law.

Originally written by Hrvoje Niksic <hniksic@xemacs.org>.
Please send bug reports and questions to <bug-wget@gnu.org>.
`;
}

export const families: readonly Family[] = [
  {
    package: "coreutils",
    names: [...coreutilsWords.keys()],
    version: (name, version) =>
      gnu(
        name === "dd" ? "dd (coreutils)" : `${name} (GNU coreutils)`,
        ["coreutils", version],
        coreutilsWords.get(name)?.authors ?? "",
      ),
    help: coreutilsHelp,
  },
  {
    package: "grep",
    names: ["grep", "egrep", "fgrep"],
    short: "V",
    version: (_, version) => {
      const authors = "Mike Haertel and others; see\n<https://git.sv.gnu.org/cgit/grep.git/tree/AUTHORS>";
      return gnu("grep (GNU grep)", ["grep", version], authors);
    },
  },
  {
    package: "sed",
    names: ["sed"],
    version: (_, version) => `sed (GNU sed) ${version}
Packaged by Debian
Copyright (C) 2022 Free Software Foundation, Inc.
${COPYING}
Written by Jay Fenlason, Tom Lord, Ken Pizzini,
Paolo Bonzini, Jim Meyering, and Assaf Gordon.

This sed program was built with SELinux support.
SELinux is disabled on this system.

GNU sed home page: <https://www.gnu.org/software/sed/>.
General help using GNU software: <https://www.gnu.org/gethelp/>.
E-mail bug reports to: <bug-sed@gnu.org>.
`,
  },
  {
    package: "tar",
    names: ["tar"],
    version: (_, version) => gnu("tar (GNU tar)", ["tar", version], "John Gilmore and Jay Fenlason"),
  },
  {
    package: "findutils",
    names: ["find", "xargs"],
    version: (name, version) => {
      const authors = "Eric B. Decker, James Youngman, and Kevin Dalley";
      const features =
        "Features enabled: D_TYPE O_NOFOLLOW(enabled) LEAF_OPTIMISATION FTS(FTS_CWDFD) CBO(level=2) \n";
      const text = gnu(`${name} (GNU findutils)`, ["findutils", version], authors);
      return name === "find" ? text + features : text;
    },
  },
  {
    package: "gzip",
    names: ["gzip", "gunzip", "zcat"],
    short: "V",
    version: (name, version) => {
      const script = name !== "gzip";
      const whose = script
        ? "Copyright (C) 2007, 2011-2018 Free Software Foundation, Inc.\n"
        : "Copyright (C) 2018 Free Software Foundation, Inc.\nCopyright (C) 1993 Jean-loup Gailly.\n";
      return `${name}${script ? " (gzip)" : ""} ${version}
${whose}This is free software.  You may redistribute copies of it under the terms of
the GNU General Public License <https://www.gnu.org/licenses/gpl.html>.
There is NO WARRANTY, to the extent permitted by law.

Written by ${script ? "Paul Eggert" : "Jean-loup Gailly"}.
`;
    },
    help: (name) => `Usage: ${name} [OPTION]... [FILE]...\n\nReport bugs to <bug-gzip@gnu.org>.\n`,
  },
  {
    package: "wget",
    names: ["wget"],
    short: "V",
    version: (_, version) => wgetVersion(version),
  },
  {
    package: "sudo",
    names: ["sudo"],
    short: "V",
    version: (_, version) => `Sudo version ${version}
Sudoers policy plugin version ${version}
Sudoers file grammar version 50
Sudoers I/O plugin version ${version}
Sudoers audit plugin version ${version}
`,
  },
  {
    package: "xz-utils",
    names: ["xz"],
    short: "V",
    version: (_, version) => `xz (XZ Utils) ${version}\nliblzma ${version}\n`,
  },
  {
    package: "dpkg",
    names: ["dpkg"],
    version: (_, version) => `Debian 'dpkg' package management program version ${version} (amd64).
This is free software; see the GNU General Public License version 2 or
later for copying conditions. There is NO warranty.
`,
  },
  {
    package: "procps",
    names: ["ps", "free", "uptime", "w", "top", "vmstat", "pkill", "sysctl"],
    short: "V",
    version: (name, version) => `${name} from procps-ng ${version}\n`,
  },
  {
    package: "util-linux",
    names: ["dmesg", "hexdump", "last", "logger", "lsblk", "lscpu", "more", "rev", "setsid"],
    short: "V",
    version: (name, version) => `${name} from util-linux ${version}\n`,
  },
  {
    package: "mount",
    names: ["mount", "umount"],
    short: "V",
    version: (name, version) =>
      `${name} from util-linux ${version} (libmount ${version}: selinux, smack, btrfs, verity, namespaces, assert, debug)\n`,
  },
  {
    package: "iproute2",
    names: ["ss"],
    short: "V",
    version: (name, version) => `${name} utility, iproute2-${version}\n`,
  },
  {
    package: "hostname",
    names: ["hostname"],
    short: "V",
    version: (name, version) => `${name} ${version}\n`,
  },
  {
    package: "net-tools",
    names: ["ifconfig", "route", "arp", "netstat"],
    short: "V",
    version: (name, version) =>
      `net-tools ${version}\n${name === "netstat" ? "Fred Baumgarten, Alan Cox, Bernd Eckenfels, Phil Blundell, Tuan Hoang, Brian Micek and others\n" : ""}`,
  },
  {
    package: "psmisc",
    names: ["killall"],
    short: "V",
    version: (name, version) => `${name} (PSmisc) ${version}
Copyright (C) 1993-2022 Werner Almesberger and Craig Small

PSmisc comes with ABSOLUTELY NO WARRANTY.
This is free software, and you are welcome to redistribute it under
the terms of the GNU General Public License.
For more information about these matters, see the files named COPYING.
`,
  },
  {
    package: "file",
    names: ["file"],
    short: "v",
    version: (_, version) => `file-${version}\nmagic file from /etc/magic:/usr/share/misc/magic\n`,
  },
  {
    package: "less",
    names: ["less"],
    short: "V",
    version: (_, version) =>
      `less ${version} (GNU regular expressions)\nCopyright (C) 1984-2021  Mark Nudelman\n\nless comes with NO WARRANTY, to the extent permitted by law.\nFor information about the terms of redistribution,\nsee the file named README in the less distribution.\nHome page: https://greenwoodsoftware.com/less\n`,
  },
];
