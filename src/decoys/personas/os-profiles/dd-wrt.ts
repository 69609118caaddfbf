// DD-WRT v24-sp2 on two Broadcom routers. One build each: such a router is flashed once and forgotten.
// Sources: see firmware.ts, which holds the builds.

import { deviceBuilds, firmwareTitle } from "../firmware.ts";
import { defineProfile, unchanging } from "./profile.ts";

export const ddWrt = defineProfile({
  name: "dd-wrt-v24",
  family: "linux",
  flavour: "busybox",
  pretty: "DD-WRT v24-sp2",
  machine: "mips",
  stack: "linux-2.6",
  kernels: [],
  products: {},
  appliances: deviceBuilds.map(({ firmware, kernel, board, ouis, device }) => ({
    ...device,
    ouis,
    cpu: board.cpu,
    cpus: board.cpus,
    memoryKib: board.memoryKib,
    diskKib: board.diskKib,
    machine: board.machine,
    kernels: [kernel],
    firmwares: [
      { version: `DD-WRT ${firmware.name} (${firmware.release}) ${firmware.edition}`, day: kernel.day },
    ],
    serial: "AAA99999999",
    pretty: `DD-WRT ${firmware.name} (${firmware.release}) ${firmware.edition}`,
    build: firmware,
    products: {
      telnet: unchanging("DD-WRT telnetd", firmwareTitle(firmware).replace("DD-WRT v", "")),
      http: unchanging("DD-WRT httpd", firmware.revision),
    },
  })),
});
