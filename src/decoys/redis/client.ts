// The state of one connection as the server keeps it: name, database, protocol, transaction, subscriptions.

import type { Endpoint } from "../../contract/evidence.ts";
import type { Command } from "./commands.ts";
import type { Protocol, Reply } from "./reply.ts";

/** A key that WATCH follows. */
export interface Watched {
  readonly database: number;
  readonly key: string;
  readonly version: number;
}

/** A command waiting for EXEC. */
export interface Queued {
  readonly command: Command;
  readonly args: readonly string[];
}

/** One connection. */
export interface Client {
  readonly id: number;
  readonly remote: Endpoint;
  readonly local: Endpoint;
  readonly fd: number;
  readonly since: number;
  lastActive: number;
  name: string;
  user: string;
  authenticated: boolean;
  protocol: Protocol;
  database: number;
  lastCommand: string;
  noEvict: boolean;
  replyMode: "on" | "off" | "skip";
  monitoring: boolean;
  replica: boolean;
  asking: boolean;
  /** Commands queued since MULTI, null outside a transaction. */
  transaction: Queued[] | null;
  transactionBytes: number;
  transactionFailed: boolean;
  watched: Watched[];
  readonly channels: Set<string>;
  readonly patterns: Set<string>;
  readonly shardChannels: Set<string>;
  /** True once the connection is to be closed after the reply. */
  closing: boolean;
  /** Sends something that is not an answer (a message, a MONITOR line). Drops it when the client does not read. */
  push(reply: Reply): void;
  /** Ends the connection from elsewhere (CLIENT KILL). */
  kill(): void;
}

/** Forgets the transaction and what it watched. */
export function discardTransaction(client: Client): void {
  client.transaction = null;
  client.transactionBytes = 0;
  client.transactionFailed = false;
  client.watched = [];
}

/** Channels and patterns that the client listens to. */
export function subscriptionCount(client: Client): number {
  return client.channels.size + client.patterns.size;
}

/** `127.0.0.1:6379` or `[::1]:6379`. */
export function formatEndpoint(endpoint: Endpoint): string {
  return endpoint.ip.includes(":") ? `[${endpoint.ip}]:${endpoint.port}` : `${endpoint.ip}:${endpoint.port}`;
}

function flagsOf(client: Client): string {
  const flags = [
    client.replica ? "S" : "",
    client.monitoring ? "O" : "",
    subscriptionCount(client) > 0 ? "P" : "",
    client.transaction ? "x" : "",
    client.noEvict ? "e" : "",
    client.closing ? "c" : "",
  ].join("");
  return flags || "N";
}

/** One line of CLIENT LIST. `own` is the asking client, whose query buffer still holds the request. */
export function describeClient(client: Client, now: number, own: { readonly bytes: number } | null): string {
  const query = own ? own.bytes : 0;
  const fields: [string, string | number][] = [
    ["id", client.id],
    ["addr", formatEndpoint(client.remote)],
    ["laddr", formatEndpoint(client.local)],
    ["fd", client.fd],
    ["name", client.name],
    ["age", Math.floor((now - client.since) / 1000)],
    ["idle", own ? 0 : Math.floor((now - client.lastActive) / 1000)],
    ["flags", flagsOf(client)],
    ["db", client.database],
    ["sub", client.channels.size],
    ["psub", client.patterns.size],
    ["ssub", client.shardChannels.size],
    ["multi", client.transaction ? client.transaction.length : -1],
    ["qbuf", query],
    ["qbuf-free", own ? 20_474 - (query % 20_474) : 0],
    ["argv-mem", own ? 10 : 0],
    ["multi-mem", client.transactionBytes],
    ["rbs", own ? 16_384 : 1024],
    ["rbp", own ? 16_384 : 0],
    ["obl", 0],
    ["oll", 0],
    ["omem", 0],
    ["tot-mem", own ? 37_658 : 1800],
    ["events", "r"],
    ["cmd", client.lastCommand],
    ["user", client.user],
    ["redir", -1],
    ["resp", client.protocol],
  ];
  return fields.map(([name, value]) => `${name}=${value}`).join(" ");
}
