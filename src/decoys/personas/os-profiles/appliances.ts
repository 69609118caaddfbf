// Firmware of appliances: printer, camera, storage box, controller. Sources: the vendors' firmware download pages and
// nmap's service probes and fingerprints, which hold banners that such devices sent; prefixes are the IEEE registry's.

import { defineProfile, unchanging } from "./profile.ts";

const HP_CARDS = ["a0:d3:c1", "9c:b6:54", "3c:d9:2b", "e8:d8:d1"] as const;

function printer(
  name: string,
  product: string,
  firmwares: readonly (readonly [version: string, day: string])[],
) {
  return {
    vendor: "HP",
    name: `HP ${name} - ${product}`,
    ouis: HP_CARDS,
    cpu: "ARM Cortex-A53",
    cpus: 1,
    memoryKib: 1_048_576,
    diskKib: 4_194_304,
    machine: "armv7l",
    firmwares: firmwares.map(([version, day]) => ({ version, day })),
    serial: "VNB9A99999",
    products: {
      http: {
        product: "HP HTTP Server",
        releases: firmwares.map(([version, day]) => ({ version: `Built: ${day} {${version}}`, day })),
      },
    },
  };
}

/** LaserJets of the office. */
export const hpFirmware = defineProfile({
  name: "hp-laserjet",
  family: "printer",
  flavour: "none",
  pretty: "HP LaserJet firmware",
  machine: "armv7l",
  stack: "printer",
  kernels: [{ release: "4.9.230", version: "#1 SMP PREEMPT", day: "2020-07-22" }],
  products: {},
  appliances: [
    printer("LaserJet Pro M404dn", "W1A53A", [
      ["002_2208A", "2022-02-25"],
      ["002_2310A", "2023-03-10"],
      ["002_2406C", "2024-02-12"],
    ]),
    printer("Color LaserJet MFP M479fdw", "W1A80A", [
      ["002_2207B", "2022-02-18"],
      ["002_2322A", "2023-06-02"],
      ["002_2419B", "2024-05-13"],
    ]),
  ],
});

function camera(name: string, firmwares: readonly (readonly [version: string, day: string])[]) {
  return {
    vendor: "D-Link",
    name,
    ouis: ["28:10:7b", "b8:a3:86", "c8:be:19"],
    cpu: "MIPS 24K V4.12",
    cpus: 1,
    memoryKib: 28_320,
    diskKib: 4096,
    machine: "mips",
    firmwares: firmwares.map(([version, day]) => ({ version, day })),
    serial: "AA99999999999",
  };
}

/** Small cameras with BusyBox. */
export const cameraFirmware = defineProfile({
  name: "busybox-camera",
  family: "linux",
  flavour: "none",
  pretty: "Linux 2.6.21 (BusyBox)",
  machine: "mips",
  stack: "linux-2.6",
  kernels: [{ release: "2.6.21", version: "#1 Thu Mar 22 14:22:12 CST 2012", day: "2012-03-22" }],
  products: { http: [unchanging("alphapd", "")] },
  appliances: [
    camera("DCS-930L", [
      ["1.08", "2012-12-12"],
      ["1.14", "2015-05-21"],
    ]),
    camera("DCS-932L", [
      ["1.09", "2013-04-11"],
      ["1.14", "2015-05-21"],
    ]),
  ],
});

/** Storage boxes with two and four bays. */
export const diskStation = defineProfile({
  name: "dsm-7.2",
  family: "linux",
  flavour: "none",
  pretty: "DSM 7.2",
  machine: "x86_64",
  stack: "linux-embedded",
  kernels: [
    { release: "4.4.302+", version: "#64570 SMP Thu Jul 20 00:00:41 CST 2023", day: "2023-07-20" },
    { release: "4.4.302+", version: "#69057 SMP Fri Jan 12 17:02:28 CST 2024", day: "2024-01-12" },
    { release: "4.4.302+", version: "#72806 SMP Mon Jul 21 23:14:27 CST 2024", day: "2024-07-21" },
  ],
  // The box hides the version of its web server.
  products: { http: [unchanging("nginx", "")], ftp: [unchanging("Synology DiskStation ftpd", "")] },
  appliances: ["DS220+", "DS920+"].map((name) => ({
    vendor: "Synology",
    name,
    ouis: ["00:11:32", "90:09:d0"],
    cpu: "Intel(R) Celeron(R) CPU J4025 @ 2.00GHz",
    cpus: 2,
    memoryKib: 2_037_156,
    diskKib: 3_840_000_000,
    machine: "x86_64",
    firmwares: [
      { version: "DSM 7.2-64570", day: "2023-05-22" },
      { version: "DSM 7.2.1-69057", day: "2023-09-20" },
      { version: "DSM 7.2.2-72806", day: "2024-08-26" },
    ],
    serial: "9999AAA999999",
  })),
});

function controller(name: string, web: string, firmware: string, day: string) {
  return {
    vendor: "Schneider Electric",
    name,
    ouis: ["00:80:f4"],
    cpu: "PowerPC 860",
    cpus: 1,
    memoryKib: 16_384,
    diskKib: 8192,
    machine: "ppc",
    firmwares: [{ version: firmware, day }],
    serial: "999999999",
    products: { http: unchanging("Schneider-WEB", web), ftp: unchanging("VxWorks ftpd", "6.4") },
  };
}

/** Ethernet modules of programmable controllers. */
export const vxworks = defineProfile({
  name: "vxworks-modicon",
  family: "vxworks",
  flavour: "none",
  pretty: "VxWorks (Modicon firmware)",
  machine: "ppc",
  stack: "controller",
  kernels: [{ release: "6.4", version: "VxWorks 6.4", day: "2008-01-01" }],
  products: {},
  appliances: [
    controller("BMX NOE 0100", "V2.1.4", "V2.90", "2014-06-01"),
    controller("BMX P34 2020", "V2.1.4", "V2.70", "2014-11-01"),
  ],
});
