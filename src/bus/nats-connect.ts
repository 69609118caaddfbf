// The NATS library, and nothing of it anywhere else: one connection that is up, or a rejection that leaves nothing open.
// Loaded only by a process that uses NATS. Reconnects nothing and buffers nothing: that is the client's part.

import { readFileSync } from "node:fs";
import {
  type Authenticator,
  type ConnectionOptions,
  credsAuthenticator,
  type NatsConnection,
  NatsConnectionImpl,
  nkeyAuthenticator,
  type Server,
  setTransportFactory,
  type TlsOptions,
} from "@nats-io/transport-node";
import { NodeTransport, nodeResolveHost } from "@nats-io/transport-node/lib/node_transport.js";
import { addressOf, type NatsFiles, type NatsServer } from "./nats-settings.ts";

/** How often the server is asked whether it lives, and how many unanswered questions end the connection. */
const PING_MS = 10_000;
const MAX_UNANSWERED = 2;

/** Where to and as whom. */
export interface NatsConnectOptions {
  readonly name: string;
  readonly server: NatsServer;
  readonly files: NatsFiles;
  readonly timeoutMs: number;
}

interface WatchedOptions extends ConnectionOptions {
  readonly watch: (transport: NodeTransport) => void;
}

/** Tells of itself, so that an attempt that fails can be cleared away: the library leaves its socket open. */
class WatchedTransport extends NodeTransport {
  override connect(server: Server, options: WatchedOptions): Promise<void> {
    options.watch(this);
    return super.connect(server, options);
  }
}

/** Connects once. */
export async function connectNats(options: NatsConnectOptions): Promise<NatsConnection> {
  setTransportFactory({ factory: () => new WatchedTransport(), dnsResolveFn: nodeResolveHost });
  const transports: NodeTransport[] = [];
  const wanted: WatchedOptions = {
    ...optionsOf(options),
    watch: (transport) => transports.push(transport),
  };
  try {
    return await NatsConnectionImpl.connect(wanted);
  } catch (error) {
    for (const transport of transports) transport.discard();
    throw error;
  }
}

function optionsOf({ name, server, files, timeoutMs }: NatsConnectOptions): ConnectionOptions {
  const text = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : readFileSync(path, "utf8");
  const tls = server.tls || files.ca !== undefined || files.cert !== undefined;
  return {
    servers: [addressOf(server)],
    name,
    timeout: timeoutMs,
    // No event comes back to the one who sent it.
    noEcho: true,
    reconnect: false,
    maxReconnectAttempts: 1,
    // Only servers that the operator named are ever connected to.
    ignoreClusterUpdates: true,
    noAsyncTraces: true,
    pingInterval: PING_MS,
    maxPingOut: MAX_UNANSWERED,
    ...(tls
      ? { tls: definedOnly({ ca: text(files.ca), cert: text(files.cert), key: text(files.key) }) }
      : {}),
    ...definedOnly({ user: server.user, pass: server.password, token: server.token }),
    ...authenticatorOf(files),
  };
}

function authenticatorOf(files: NatsFiles): { authenticator?: Authenticator } {
  if (files.creds !== undefined) return { authenticator: credsAuthenticator(readFileSync(files.creds)) };
  if (files.nkey === undefined) return {};
  const seed = new TextEncoder().encode(readFileSync(files.nkey, "utf8").trim());
  return { authenticator: nkeyAuthenticator(seed) };
}

function definedOnly(values: Readonly<Record<string, string | undefined>>): TlsOptions & ConnectionOptions {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
