// The redis decoy: definition only; the conversation is loaded when a decky offers it.

import { defineDecoy } from "../decoy.ts";

export const redis = defineDecoy({
  name: "redis",
  summary: "Redis key-value server",
  port: 6379,
  transport: "tcp",
  load: async (persona) => (await import("./session.ts")).createRedisDecoy(persona),
});
