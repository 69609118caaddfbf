// The ssh decoy: definition only; the conversation is loaded when a decky offers it.

import { defineDecoy } from "../decoy.ts";

export const ssh = defineDecoy({
  name: "ssh",
  summary: "OpenSSH server with a shell, scp and sftp",
  port: 22,
  transport: "tcp",
  severalPorts: true,
  load: async (persona) => (await import("./session.ts")).createSshDecoy(persona),
});
