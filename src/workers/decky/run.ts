// Runs the decky worker: opens what it needs, gives up every right to, and serves.
// Drops root before the first byte of a client is read.

import { chownSync } from "node:fs";
import { dirname } from "node:path";
import { planDeckies } from "../../decoys/personas/plan.ts";
import { loadSecret } from "../../decoys/personas/secret.ts";
import type { WorkerContext } from "../../kit/worker.ts";
import { becomeUser, decoyIds, ownerOf } from "../../platform/identity.ts";
import { listenAt } from "../../platform/libc/seqpacket.ts";
import { makeDoorFolder, openServices, reachableAddress } from "./io.ts";
import type { Opened } from "./serve.ts";
import { serve } from "./serve.ts";

/** Opens everything. */
function openAll({ config, folder, clock }: WorkerContext): Opened {
  const secret = loadSecret(folder.secretFile, clock);
  const plans = planDeckies(secret, {
    services: config.get("decky.services"),
    logins: config.get("decky.logins"),
  });
  const where = { host: config.get("decky.listen"), offset: config.get("decky.port_offset") };
  const own = plans.map((plan) => ({ plan, services: openServices(plan.services, where) }));
  makeDoorFolder(folder.deckySocket);
  const door = listenAt(folder.deckySocket, 0o660);
  if (process.getuid?.() === 0) {
    const { uid, gid } = decoyIds();
    for (const path of [dirname(folder.deckySocket), folder.deckySocket]) chownSync(path, uid, gid);
  }
  return { secret, own, address: reachableAddress(where.host), door, workers: ownerOf(folder.root).uid };
}

/** Runs the machines until the signal aborts. */
export async function run(context: WorkerContext): Promise<void> {
  const opened = openAll(context);
  becomeUser(decoyIds());
  await serve(context, opened);
}
