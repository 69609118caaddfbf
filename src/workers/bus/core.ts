// What a broker is started with, decided from the environment. Pure.

import { BUS_GROUP } from "../../bus/group.ts";
import { busSocketPath, type SocketUser, thisUser } from "../../bus/socket-path.ts";

/** Where a broker listens and for whom. */
export interface BrokerPlace {
  readonly socketPath: string;
  readonly group: string;
}

/** The place that the environment names: `DECNET_BUS_SOCKET`, `DECNET_BUS_GROUP`, else what every client expects. */
export function brokerPlace(env: NodeJS.ProcessEnv, user: SocketUser = thisUser): BrokerPlace {
  return { socketPath: busSocketPath(env, user), group: env["DECNET_BUS_GROUP"] || BUS_GROUP };
}
