// What the NATS transport is told by the environment, checked before anything connects. Loads nothing of NATS.
// Never lets a password or a token out of it: not into a log, an error or a list of settings.

import { accessSync, constants } from "node:fs";
import { isAbsolute } from "node:path";
import { DecnetError, systemErrorCode } from "../contract/errors.ts";
import { isTopic } from "./subject.ts";

/** Port of a NATS server unless its URL says otherwise. */
const DEFAULT_PORT = 4222;
const MAX_SERVERS = 64;
const MAX_PREFIX = 128;

/** Where the server is looked for when nothing is said. */
export const NATS_URL = "nats://127.0.0.1:4222";
/** First tokens of every subject when nothing is said. */
export const NATS_PREFIX = "decnet";

/** One server. */
export interface NatsServer {
  readonly host: string;
  readonly port: number;
  /** TLS is asked for; without it, it is used where the server offers it. */
  readonly tls: boolean;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
}

/** Files that the client reads at each connect: absolute paths. */
export interface NatsFiles {
  /** JWT and seed, as `nsc` writes them. */
  readonly creds?: string;
  /** Seed of an NKey. */
  readonly nkey?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Everything that the transport is told. */
export interface NatsSettings {
  readonly servers: readonly NatsServer[];
  readonly prefix: string;
  readonly files: NatsFiles;
}

/** Environment variable of each file. */
const natsFileVariables: Readonly<Record<keyof NatsFiles, string>> = Object.freeze({
  creds: "DECNET_NATS_CREDS",
  nkey: "DECNET_NATS_NKEY",
  ca: "DECNET_NATS_CA",
  cert: "DECNET_NATS_CERT",
  key: "DECNET_NATS_KEY",
});

/** The servers of a comma-separated list of URLs; undefined when one of them is none. */
export function parseNatsUrls(text: string): readonly NatsServer[] | undefined {
  const servers = text.split(",").map((url) => parseUrl(url.trim()));
  if (servers.length > MAX_SERVERS || servers.some((server) => !server)) return undefined;
  return servers.filter((server) => server !== undefined);
}

function parseUrl(text: string): NatsServer | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^(nats|tls):$/.test(url.protocol) || !/^(nats|tls):\/\//i.test(text)) return undefined;
  if (url.hostname === "" || !["", "/"].includes(url.pathname) || url.search || url.hash) return undefined;
  const login = loginOf(url);
  if (!login) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return { host, port: Number(url.port || DEFAULT_PORT), tls: url.protocol === "tls:", ...login };
}

function loginOf(url: URL): Pick<NatsServer, "user" | "password" | "token"> | undefined {
  try {
    const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
    if (user === "") return password === "" ? {} : undefined;
    return password === "" ? { token: user } : { user, password };
  } catch {
    // Not percent-encoding.
    return undefined;
  }
}

/** The list with every login replaced by `***`; wholly hidden when it can't be read and could hold one. */
export function maskNatsUrls(text: string): string {
  const servers = parseNatsUrls(text);
  if (!servers) return text.includes("@") ? "***" : text;
  return servers
    .map((server) => {
      const login = server.user !== undefined || server.token !== undefined ? "***@" : "";
      return `${server.tls ? "tls" : "nats"}://${login}${addressOf(server)}`;
    })
    .join(",");
}

/** `host:port`, nothing secret. */
export function addressOf({ host, port }: NatsServer): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** True for what may stand before every topic: one or more tokens that NATS has no use of its own for. */
export function isNatsPrefix(text: string): boolean {
  return isTopic(text) && text.length <= MAX_PREFIX && !text.startsWith("$") && !text.startsWith("_INBOX");
}

/** The settings by environment. Throws DecnetError `config` that names the variable, never what it holds. */
export function natsSettings(env: NodeJS.ProcessEnv): NatsSettings {
  const servers = parseNatsUrls(env["DECNET_NATS_URL"] || NATS_URL);
  if (!servers) throw wrong("DECNET_NATS_URL", "is not one or more nats:// or tls:// URLs, comma separated");
  const prefix = env["DECNET_NATS_PREFIX"] || NATS_PREFIX;
  if (!isNatsPrefix(prefix)) throw wrong("DECNET_NATS_PREFIX", "is not a subject prefix");
  const files = filesOf(env);
  if ((files.cert === undefined) !== (files.key === undefined))
    throw new DecnetError("config", "DECNET_NATS_CERT and DECNET_NATS_KEY come together or not at all");
  return { servers, prefix, files };
}

function filesOf(env: NodeJS.ProcessEnv): NatsFiles {
  const given = Object.entries(natsFileVariables).flatMap(([name, variable]) => {
    const path = env[variable];
    if (!path) return [];
    if (!isAbsolute(path)) throw wrong(variable, "is not an absolute path");
    try {
      accessSync(path, constants.R_OK);
    } catch (error) {
      throw wrong(variable, `cannot be read: ${path} (${systemErrorCode(error)})`);
    }
    return [[name, path] as const];
  });
  return Object.fromEntries(given);
}

function wrong(variable: string, how: string): DecnetError {
  return new DecnetError("config", `${variable} ${how}`);
}
