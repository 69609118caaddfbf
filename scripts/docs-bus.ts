// Writes docs/service-bus.md from the catalogue of topics.

import { join } from "node:path";
import { renderServiceBus } from "../src/bus/docs.ts";

await Bun.write(join(import.meta.dir, "..", "docs", "service-bus.md"), renderServiceBus());
