// Writes who asked for something, from where, and what came of it, also when it was refused.
// Who can't be named asked for nothing: requests without a login leave no entry that a stranger could fill a disk with.

import type { Context, MiddlewareHandler } from "hono";
import { printable } from "../contract/captured.ts";
import { DecnetError } from "../contract/errors.ts";
import type { ApiDeps } from "./deps.ts";
import type { ApiEnv } from "./env.ts";

/** By then Bun has handed a small answer to the kernel, which it does in the turn in which the answer is there. */
const ANSWERED_MS = 50;

function outcomeOf(error: unknown, said: string | undefined): string {
  if (error === undefined) return said ?? "done";
  if (error instanceof DecnetError) return printable(`${error.code}: ${error.message}`, 300);
  return "internal: internal error";
}

/** What the path is about: `fleet/web01`. */
function inPath(c: Context): string {
  const names = ["id", "name", "lan"].map((key) => c.req.param(key));
  return names
    .filter((name) => name !== undefined)
    .map((name) => printable(name, 64))
    .join("/");
}

/**
 * Goes before a route's guard. The handler says what came of it in `outcome`, and in `afterwards` what is done only
 * once the answer is out: then the entry is written before.
 */
export function audited(
  { trail, clock }: Pick<ApiDeps, "trail" | "clock">,
  action: string,
  target: string | undefined = undefined,
): MiddlewareHandler<ApiEnv> {
  return async function audited(c, next) {
    await next();
    const principal = c.get("principal");
    if (!principal) return;
    // The order stands whether the store takes it or not: a full disk must not keep an operator from stopping what fills it.
    await trail.enter({
      ts: clock.now(),
      username: principal.username,
      action,
      target: target ?? c.get("target") ?? inPath(c),
      detail: "",
      source: c.env?.source ?? "",
      outcome: outcomeOf(c.error, c.get("outcome")),
    });
    const afterwards = c.get("afterwards");
    if (afterwards) clock.after(ANSWERED_MS, afterwards);
  };
}
