// SUBSCRIBE, PUBLISH and their kin, among the connections of one source.
// A subscriber that does not read loses messages; nobody waits for it.

import type { Client } from "../client.ts";
import { subscriptionCount } from "../client.ts";
import type { Context, Handler, Handlers } from "../context.ts";
import { globBudget, globMatches } from "../glob.ts";
import { refuse } from "../keyspace.ts";
import type { Reply } from "../reply.ts";
import { array, bulk, bulks, int, many, nil, push } from "../reply.ts";

type Kind = "channels" | "patterns" | "shardChannels";

const words: Readonly<Record<Kind, string>> = {
  channels: "subscribe",
  patterns: "psubscribe",
  shardChannels: "ssubscribe",
};

/** Subscriptions of one connection, and the longest name of one. */
const MAX_SUBSCRIPTIONS = 1024;
const MAX_NAME = 4096;

function demandRoom(client: Client, name: string): void {
  const count = subscriptionCount(client) + client.shardChannels.size;
  if (count < MAX_SUBSCRIPTIONS && name.length <= MAX_NAME) return;
  refuse("OOM command not allowed when used memory > 'maxmemory'.");
}

const counted = (client: Client, kind: Kind): Reply =>
  int(kind === "shardChannels" ? client.shardChannels.size : subscriptionCount(client));

const subscribes =
  (kind: Kind): Handler =>
  ({ client }, names) => {
    return many(
      names.map((name) => {
        if (!client[kind].has(name)) demandRoom(client, name);
        client[kind].add(name);
        return push([bulk(words[kind]), bulk(name), counted(client, kind)]);
      }),
    );
  };

const unsubscribes =
  (kind: Kind): Handler =>
  ({ client }, names) => {
    const word = words[kind].replace("subscribe", "unsubscribe");
    const chosen = names.length > 0 ? names : [...client[kind]];
    if (chosen.length === 0) return push([bulk(word), nil, counted(client, kind)]);
    return many(
      chosen.map((name) => {
        client[kind].delete(name);
        return push([bulk(word), bulk(name), counted(client, kind)]);
      }),
    );
  };

function publish(context: Context, [channel = "", message = ""]: readonly string[]): Reply {
  let receivers = 0;
  const budget = globBudget();
  const send = (client: Client, parts: readonly string[]): void => {
    receivers++;
    client.push(push(parts.map(bulk)));
  };
  for (const client of context.world.clients) {
    if (client.channels.has(channel)) send(client, ["message", channel, message]);
    for (const pattern of client.patterns) {
      if (globMatches(pattern, channel, budget)) send(client, ["pmessage", pattern, channel, message]);
    }
  }
  return int(receivers);
}

function publishShard(context: Context, [channel = "", message = ""]: readonly string[]): Reply {
  const receivers = [...context.world.clients].filter((client) => client.shardChannels.has(channel));
  for (const client of receivers) client.push(push(["smessage", channel, message].map(bulk)));
  return int(receivers.length);
}

const channelsOf = (kind: Kind): Handler => {
  return (context, [pattern]) => {
    const budget = globBudget();
    const names = new Set([...context.world.clients].flatMap((client) => [...client[kind]]));
    return bulks([...names].filter((name) => pattern === undefined || globMatches(pattern, name, budget)));
  };
};

const countsOf =
  (kind: Kind): Handler =>
  (context, names) =>
    array(
      names
        .slice(0, 4096)
        .flatMap((name) => [
          bulk(name),
          int([...context.world.clients].filter((client) => client[kind].has(name)).length),
        ]),
    );

/** Publishing and subscribing. */
export const pubsub: Handlers = {
  publish,
  spublish: publishShard,
  subscribe: subscribes("channels"),
  psubscribe: subscribes("patterns"),
  ssubscribe: subscribes("shardChannels"),
  unsubscribe: unsubscribes("channels"),
  punsubscribe: unsubscribes("patterns"),
  sunsubscribe: unsubscribes("shardChannels"),
  "pubsub|channels": channelsOf("channels"),
  "pubsub|shardchannels": channelsOf("shardChannels"),
  "pubsub|numsub": countsOf("channels"),
  "pubsub|shardnumsub": countsOf("shardChannels"),
  "pubsub|numpat": (context) =>
    int(new Set([...context.world.clients].flatMap((client) => [...client.patterns])).size),
};
