// A home router with nothing but its telnet login open.

import { deviceNames } from "../facts.ts";
import { ddWrt } from "../os-profiles/dd-wrt.ts";
import { defineArchetype } from "./archetype.ts";
import { byMac, deviceRoot } from "./parts.ts";

export const embeddedDevice = defineArchetype({
  name: "embedded-device",
  summary: "router with DD-WRT and telnet",
  services: ["telnet"],
  profiles: [ddWrt],
  ouis: [],
  hostname: byMac(deviceNames),
  domains: ["lan"],
  accounts: deviceRoot,
  files: "the read-only file system of the firmware with a RAM disk",
  limits: "The window and the options of TCP are a newer Linux's than the 2.6 that it claims.",
});
