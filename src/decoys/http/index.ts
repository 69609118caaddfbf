// The http decoy: definition only; the conversation is loaded when a decky offers it.

import { defineDecoy } from "../decoy.ts";

export const http = defineDecoy({
  name: "http",
  summary: "nginx web server with a login page",
  port: 80,
  transport: "tcp",
  load: async (persona) => (await import("./session.ts")).createHttpDecoy(persona),
});
