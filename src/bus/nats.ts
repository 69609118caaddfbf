// The bus over a NATS server or cluster: several hosts share it. Same rules as over the UNIX socket.
// Loads the NATS library when it first connects, and not before.

import type { Clock } from "../contract/clock.ts";
import { type Random, systemRandom } from "../contract/random.ts";
import type { BusLog } from "./bus-log.ts";
import { LinkedBus } from "./client.ts";
import { NatsLink } from "./nats-link.ts";
import { addressOf, type NatsServer, type NatsSettings } from "./nats-settings.ts";

/** A line of the protocol is at most this long unless the server is told otherwise; verb, sizes and spaces are in it. */
const MAX_LINE = 4096 - 64;

/** Options of {@link NatsBus}. */
export interface NatsBusOptions {
  readonly name: string;
  readonly settings: NatsSettings;
  readonly log: BusLog;
  readonly clock: Clock;
  readonly random?: Random;
  readonly firstRetryMs?: number | undefined;
}

/** A client of NATS. */
export class NatsBus extends LinkedBus {
  constructor(options: NatsBusOptions) {
    const { settings, log, random = systemRandom } = options;
    const nextServer = rotation(settings.servers, random);
    const refused = saidOnce(log);
    super({
      ...options,
      where: settings.servers.map(addressOf).join(","),
      maxTopic: MAX_LINE - settings.prefix.length,
      link: (owner) => new NatsLink({ ...options, server: nextServer(), owner, refused }),
    });
  }
}

/** The servers in turn, from a random one on, so that clients spread over a cluster. */
function rotation(servers: readonly NatsServer[], random: Random): () => NatsServer {
  let next = random.below(servers.length);
  return () => servers[next++ % servers.length] as NatsServer;
}

function saidOnce(log: BusLog): (fields: Readonly<Record<string, unknown>>) => void {
  let said = false;
  return (fields) => {
    const message = "event is larger than the NATS server takes; dropped";
    if (said) log.debug(fields, message);
    else log.warn(fields, message);
    said = true;
  };
}
