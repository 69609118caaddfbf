// The mysql decoy: definition only; the conversation is loaded when a decky offers it.

import { defineDecoy } from "../decoy.ts";

export const mysql = defineDecoy({
  name: "mysql",
  summary: "MySQL database server",
  port: 3306,
  transport: "tcp",
  load: async (persona) => (await import("./session.ts")).createMysqlDecoy(persona),
});
