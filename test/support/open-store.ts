// Opens the store at the path given, says its schema version and ends: one of several processes that do so at once.

import { createLogger } from "../../src/kit/log.ts";
import { openStore } from "../../src/store/open.ts";

const store = openStore({ path: process.argv[2] ?? "", log: createLogger("test", "silent") });
const row = store.sqlite.query<{ user_version: number }, []>("PRAGMA user_version").get();
console.log(row?.user_version);
await store.close();
