// A dialect and a site to a decoy: the part that every product of the engine has in common.

import type { Decoy } from "../../../decoy.ts";
import type { WebSite } from "../product.ts";
import { EngineConversation } from "./conversation.ts";
import type { Dialect } from "./dialect.ts";

/** Makes the decoy. */
export function serveEngine(dialect: Dialect, site: WebSite): Decoy {
  return { serve: (session) => new EngineConversation(session, dialect, site).run() };
}
