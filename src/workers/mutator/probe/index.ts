// The prober of a mutator: what it needs of the rest.
// Knows nothing of how a neighbour looks.

import { systemRandom } from "../../../contract/random.ts";
import { networkProfileOf } from "../../../decoys/personas/network.ts";
import type { InstallSecret } from "../../../decoys/personas/secret.ts";
import type { CompiledDecky } from "../../../fleet/compile.ts";
import type { WorkerContext } from "../../../kit/worker.ts";
import type { Stage } from "../acts.ts";
import { isUp } from "../core.ts";
import type { Entry } from "../io.ts";
import { doorMark } from "../io.ts";
import { createFindings } from "./findings.ts";
import type { Prober } from "./prober.ts";
import { createProber } from "./prober.ts";
import { neighbourProcess } from "./process.ts";

/** A neighbour's card is a server's. */
const LIKE = "linux-server";

/** The machines that are up, read anew when a topology or the decoys' process is another one. */
function watchFleet({ world, fleet }: Stage, door: () => string) {
  let seen: readonly Entry[] = [];
  let deckies: readonly CompiledDecky[] = [];
  let changes = 0;
  return () => {
    if (world.entries !== seen) {
      seen = world.entries;
      const before = deckies;
      const up = seen.filter(({ row }) => isUp(row.status)).map(({ placed }) => placed);
      deckies = fleet.compile(up).deckies;
      if (!Bun.deepEquals(before, deckies)) changes++;
    }
    return { deckies, mark: `${changes} ${door()}` };
  };
}

/** Makes it. */
export function proberOf(context: WorkerContext, stage: Stage, secret: InstallSecret): Prober {
  const { clock, config, folder, log } = context;
  return createProber({
    clock,
    log,
    secret,
    install: stage.fleet.install,
    socket: folder.deckySocket,
    draw: stage.fleet.draw,
    random: systemRandom,
    ouis: networkProfileOf(LIKE).ouis,
    send: neighbourProcess(),
    everyMs: config.get("mutator.probe_ms"),
    fleet: watchFleet(stage, () => doorMark(folder)),
    tell: createFindings(stage.store, stage.tell),
  });
}
