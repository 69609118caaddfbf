// Builds of the router firmware that devices run, and the boards that each runs on. What belongs together stays together.
// Sources: telnet and ssh sessions that owners published; nmap's probes tell which answers this telnetd gives.

/** A build: everything of it that shows. */
export interface Firmware {
  /** `v24-sp2`. */
  readonly name: string;
  readonly edition: string;
  readonly year: number;
  /** As the issue writes it, MM/DD/YY. */
  readonly release: string;
  readonly revision: string;
  readonly busybox: { readonly version: string; readonly built: string };
  readonly compiler: string;
  /** `system type` of /proc/cpuinfo. */
  readonly chip: string;
}

const BUILD = {
  name: "v24-sp2",
  year: 2010,
  compiler: "gcc version 4.1.2",
  chip: "Broadcom BCM4716 chip rev 1",
} as const;

/** Builds with their boards. Sizes in KiB. */
export const deviceBuilds = [
  {
    firmware: {
      ...BUILD,
      edition: "std",
      release: "08/12/10",
      revision: "14929",
      busybox: { version: "1.13.4", built: "2010-08-12 12:34:49 CEST" },
    },
    kernel: {
      release: "2.6.24.111",
      version: "#1146 Thu Aug 12 12:45:17 CEST 2010",
      day: "2010-08-12",
    },
    board: { machine: "mips", cpu: "MIPS 74K V4.0", cpus: 1, memoryKib: 60_896, diskKib: 8192 },
    device: { vendor: "Linksys", name: "Linksys E3000" },
    ouis: ["98:fc:11", "00:25:9c"],
  },
  {
    firmware: {
      ...BUILD,
      edition: "big",
      release: "12/24/10",
      revision: "15962",
      busybox: { version: "1.13.4", built: "2010-12-24 03:02:49 CET" },
    },
    kernel: {
      release: "2.6.24.111",
      version: "#1381 Fri Dec 24 03:13:22 CET 2010",
      day: "2010-12-24",
    },
    board: { machine: "mips", cpu: "MIPS 74K V4.0", cpus: 1, memoryKib: 124_628, diskKib: 32_768 },
    device: { vendor: "Asus", name: "Asus RT-N16" },
    ouis: ["20:cf:30", "bc:ae:c5"],
  },
] as const;

/** The first line of the issue, which a scanner reads without a login. */
export function firmwareTitle({ name, edition, year }: Firmware): string {
  return `DD-WRT ${name} ${edition} (c) ${year} NewMedia-NET GmbH`;
}

/** /etc/issue. */
export function firmwareIssue(firmware: Firmware): string {
  return `${firmwareTitle(firmware)}\nRelease: ${firmware.release} (SVN revision: ${firmware.revision})\n`;
}

/** /etc/motd, shown after the login. */
export function firmwareMotd({ name }: Firmware): string {
  const rule = "=".repeat(58);
  return `${rule}
 
 ____  ___    __        ______ _____         ____  _  _ 
 | _ \\| _ \\   \\ \\      / /  _ \\_   _| __   _|___ \\| || | 
 || | || ||____\\ \\ /\\ / /| |_) || |   \\ \\ / / __) | || |_ 
 ||_| ||_||_____\\ V  V / |  _ < | |    \\ V / / __/|__   _| 
 |___/|___/      \\_/\\_/  |_| \\_\\|_|     \\_/ |_____|  |_| 
 
                       DD-WRT ${name}
                   http://www.dd-wrt.com
 
${rule}
`;
}
