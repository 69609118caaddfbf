// What a broker is started with, decided from the environment. Pure.

import { BUS_GROUP } from "../../bus/group.ts";
import { busSocketPath, type SocketUser, thisUser } from "../../bus/socket-path.ts";
import { DecnetError } from "../../contract/errors.ts";

/** Where a broker listens and for whom. */
export interface BrokerPlace {
  readonly socketPath: string;
  readonly group: string;
}

/** The place that the environment names: `DECNET_BUS_SOCKET`, `DECNET_BUS_GROUP`, else what every client expects. */
export function brokerPlace(env: NodeJS.ProcessEnv, user: SocketUser = thisUser): BrokerPlace {
  if (env["DECNET_BUS_TYPE"] === "nats")
    throw new DecnetError("config", "DECNET_BUS_TYPE=nats: a NATS server carries the bus; no broker is run");
  return { socketPath: busSocketPath(env, user), group: env["DECNET_BUS_GROUP"] || BUS_GROUP };
}
