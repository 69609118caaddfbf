// The ftp decoy: definition only; the conversation is loaded when a decky offers it.

import { defineDecoy } from "../decoy.ts";

export const ftp = defineDecoy({
  name: "ftp",
  summary: "vsftpd file server",
  port: 21,
  transport: "tcp",
  load: async (persona) => (await import("./session.ts")).createFtpDecoy(persona),
});
