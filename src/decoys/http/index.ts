// The http decoy: definition only; the product's code is loaded when a decky offers it.

import { defineDecoy } from "../decoy.ts";

export const http = defineDecoy({
  name: "http",
  summary: "web server with pages that fit the machine (nginx, Apache, IIS, lighttpd, devices)",
  port: 80,
  transport: "tcp",
  severalPorts: true,
  load: async (persona) => (await import("./products/index.ts")).createHttpDecoy(persona),
});
