// Devices: printer, camera, router, storage boxes, controller.
// Each is one appliance of its profile, with its vendor's card.

import { deviceNames } from "../facts.ts";
import { cameraFirmware, diskStation, hpFirmware, vxworks } from "../os-profiles/appliances.ts";
import { ddWrt } from "../os-profiles/dd-wrt.ts";
import { freebsd14 } from "../os-profiles/freebsd-14.ts";
import { defineArchetype } from "./archetype.ts";
import { byMac, deviceAdmin, deviceRoot, numbered } from "./parts.ts";

const OLD_LINUX = "The window and the options of TCP are a newer Linux's than the 2.6 that it claims.";

export const printer = defineArchetype({
  name: "printer",
  summary: "HP LaserJet with its web pages",
  services: ["http"],
  profiles: [hpFirmware],
  ouis: [],
  // HP's own default: NPI and the last three bytes of the MAC.
  hostname: {
    pattern: /^NPI[0-9A-F]{6}$/,
    draw: ({ mac }) => `NPI${mac.slice(-8).replaceAll(":", "").toUpperCase()}`,
  },
  domains: ["office.lan", "corp.lan", "lan"],
  accounts: deviceAdmin("admin"),
  files: "none; its settings lie behind the login",
  limits: "Its stack answers as Linux; no raw printing (9100), IPP or SNMP yet.",
});

export const camera = defineArchetype({
  name: "camera",
  summary: "D-Link network camera",
  services: ["http"],
  profiles: [cameraFirmware],
  ouis: [],
  hostname: byMac(["cam", "camera", "ipcam"]),
  domains: ["lan"],
  accounts: deviceAdmin("admin"),
  files: "none; its pages lie behind the login, without a picture",
  limits: `${OLD_LINUX} No RTSP yet.`,
});

export const router = defineArchetype({
  name: "router",
  summary: "router with DD-WRT: web pages and telnet",
  services: ["http", "telnet"],
  profiles: [ddWrt],
  ouis: [],
  hostname: byMac(deviceNames),
  domains: ["lan"],
  accounts: deviceRoot,
  files: "the read-only file system of the firmware with a RAM disk",
  limits: OLD_LINUX,
});

export const nas = defineArchetype({
  name: "nas",
  summary: "Synology storage box with FTP",
  services: ["http", "ftp"],
  profiles: [diskStation],
  ouis: [],
  hostname: numbered(["DiskStation", "nas", "storage"]),
  domains: ["lan", "office.lan", "home.arpa"],
  accounts: deviceAdmin("admin"),
  files: "its shared folders to fetch from; uploads are captured and shown to nobody",
  limits: "Its web port sends visitors to port 5000, which no decoy serves yet; no SMB, AFP or rsync yet.",
});

export const storageServer = defineArchetype({
  name: "storage-server",
  summary: "FreeBSD storage server with its administration on lighttpd, and ProFTPD",
  services: ["http", "ftp"],
  profiles: [freebsd14],
  ouis: ["0c:c4:7a", "ac:1f:6b"],
  hostname: numbered(["storage", "zfs", "vault"]),
  domains: ["lan", "corp.lan"],
  accounts: deviceAdmin("admin"),
  hardware: (random) => ({
    cpuModel: "Intel(R) Xeon(R) CPU E3-1230 v6 @ 3.50GHz",
    cpus: 8,
    memoryKib: random.pick([16_777_216, 33_554_432]),
    diskKib: random.pick([7_800_000_000, 15_600_000_000]),
  }),
  files: "none that can be reached",
  limits:
    "The first window is FreeBSD's, its scale and the order of the TCP options are Linux's; no NFS, SMB or iSCSI yet.",
});

export const plc = defineArchetype({
  name: "plc",
  summary: "Modicon controller with its diagnostic pages and FTP",
  services: ["http", "ftp"],
  profiles: [vxworks],
  ouis: [],
  hostname: byMac(["plc", "bmx", "line"]),
  domains: ["factory.lan", "lan"],
  accounts: deviceAdmin("USER"),
  files: "none that can be reached",
  limits:
    "Its window and missing options are a small stack's, its sequence numbers Linux's; no Modbus (502) yet.",
});
