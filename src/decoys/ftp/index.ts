// The ftp decoy: definition only; the conversation is loaded when a decky offers it.

import { defineDecoy } from "../decoy.ts";

export const ftp = defineDecoy({
  name: "ftp",
  summary: "file server (vsftpd, Microsoft FTP, ProFTPD, VxWorks)",
  port: 21,
  transport: "tcp",
  dataPorts: true,
  load: async (persona) => (await import("./products/index.ts")).createFtpServer(persona),
});
