// The telnet decoy: definition only; the conversation is loaded when a decky offers it.

import { defineDecoy } from "../decoy.ts";

export const telnet = defineDecoy({
  name: "telnet",
  summary: "DD-WRT router with a login and a shell",
  port: 23,
  transport: "tcp",
  load: async (persona) => (await import("./session.ts")).createTelnetDecoy(persona),
});
