// Every setting of decnet, once: key, type, default, flag, environment variable and one sentence.
// The command line, decnet.toml, `decnet config --explain` and the docs derive from it.

import { isIP } from "node:net";
import { isAbsolute } from "node:path";
import { z } from "zod";
import { isNatsPrefix, maskNatsUrls, NATS_PREFIX, NATS_URL, parseNatsUrls } from "../bus/nats-settings.ts";
import { logLevels } from "./log.ts";

/** One setting. `text` parses what a flag or a variable says. */
interface Setting<S extends z.ZodType> {
  readonly schema: S;
  readonly default: z.input<S>;
  readonly summary: string;
  /** Long flag without dashes, where a command offers one. */
  readonly flag?: string;
  /** Environment variable; `DECNET_` and the key in capitals by default. */
  readonly env?: string;
  /** Shown as `***` wherever settings are shown. */
  readonly secret?: boolean;
  /** The value as it is shown, where only a part of it is secret. */
  readonly mask?: (value: unknown) => unknown;
}

function setting<S extends z.ZodType>(value: Setting<S>): Setting<S> {
  return Object.freeze(value);
}

const port = z.int().min(0).max(65_535);
/** The highest usual port of a decoy stays a port with this added. */
const HIGHEST_OFFSET = 59_000;
const offset = z.int().min(0).max(HIGHEST_OFFSET);
/** A number, as a flag or a variable says it. */
const digits = z
  .string()
  .regex(/^[0-9]{1,5}$/)
  .transform(Number);
const address = z.string().refine((text) => isIP(text) !== 0, "an IPv4 or IPv6 address");
const positive = z
  .int()
  .min(1)
  .max(2 ** 40);
const ms = positive.describe("milliseconds");
const bytes = positive.describe("bytes");
const file = z.string().refine((text) => text === "" || isAbsolute(text), "an absolute path");
const list = z.array(z.string().min(1).max(64)).max(64);

/** The schema: dotted key to setting. */
export const settings = {
  "log.level": setting({
    schema: z.enum(logLevels),
    default: "info",
    summary: "least severe level that is logged",
    flag: "log-level",
  }),
  "supervisor.hang_ms": setting({
    schema: z.int().min(600).max(3_600_000),
    default: 90_000,
    summary: "silence after which a supervised worker counts as hung and is killed and started again",
  }),
  "bus.type": setting({
    schema: z.enum(["unix", "nats", "fake", "null"]),
    default: "unix",
    summary: "what carries the bus: decnet's own broker (unix) or a NATS server",
  }),
  "nats.url": setting({
    schema: z
      .string()
      .max(4096)
      .refine((text) => parseNatsUrls(text) !== undefined, "nats:// or tls:// URLs, comma separated"),
    default: NATS_URL,
    summary: "NATS servers, tried in turn; user:password@ or token@ in the URL",
    mask: (value) => maskNatsUrls(String(value)),
  }),
  "nats.prefix": setting({
    schema: z.string().refine(isNatsPrefix, "one or more tokens separated by dots"),
    default: NATS_PREFIX,
    summary: "first tokens of every NATS subject; installs that share a server need one each",
  }),
  "nats.creds": setting({ schema: file, default: "", summary: "NATS credentials file (JWT and seed)" }),
  "nats.nkey": setting({ schema: file, default: "", summary: "file with the seed of a NATS NKey" }),
  "nats.ca": setting({ schema: file, default: "", summary: "CA of the NATS server, PEM; asks for TLS" }),
  "nats.cert": setting({ schema: file, default: "", summary: "own certificate for the NATS server, PEM" }),
  "nats.key": setting({ schema: file, default: "", summary: "key of nats.cert, PEM" }),
  "api.host": setting({
    schema: z.string().min(1),
    default: "127.0.0.1",
    summary: "address on which the dashboard and API listen",
    flag: "api-host",
  }),
  "api.port": setting({
    schema: port,
    default: 8000,
    summary: "port of the dashboard and API; the next free one is taken unless it was asked for",
    flag: "api-port",
  }),
  "api.session_ms": setting({ schema: ms, default: 12 * 3_600_000, summary: "how long a login lasts" }),
  "api.admin_password": setting({
    schema: z.string().max(256),
    default: "",
    summary: "password of the first admin; generated when empty",
    env: "DECNET_ADMIN_PASSWORD",
    secret: true,
  }),
  "api.stream_clients": setting({ schema: positive, default: 1000, summary: "most open event streams" }),
  "decky.driver": setting({
    schema: z.enum(["host"]),
    default: "host",
    summary: "how deckies get their addresses",
  }),
  "decky.listen": setting({
    schema: address,
    default: "::",
    summary: "address on which decoys listen; :: is all of IPv4 and IPv6",
    flag: "listen",
  }),
  "decky.port_offset": setting({
    schema: z.union([z.literal("auto"), offset, digits.pipe(offset)], {
      error: `auto, or a number from 0 to ${HIGHEST_OFFSET}`,
    }),
    default: "auto",
    summary: "added to every port of a decoy; auto is 0 for root and 20000 otherwise",
    flag: "port-offset",
  }),
  "decky.services": setting({
    schema: list,
    default: [] as string[],
    summary: "decoys to offer, or to drill, each as `name` or `name:port`; all when empty",
    flag: "services",
  }),
  "decky.logins": setting({
    schema: list,
    default: [] as string[],
    summary: "`name:password` pairs that let an intruder in, in place of those drawn from the secret",
    secret: true,
  }),
  "decky.sensor": setting({
    schema: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
    default: "local",
    summary: "name of this sensor in evidence",
  }),
  "mutator.probe_ms": setting({
    schema: z
      .int()
      .min(0)
      .max(7 * 86_400_000),
    default: 600_000,
    summary: "mean wait between two looks at deployed deckies from a neighbour's place; 0 for none",
  }),
  "limits.connections": setting({
    schema: positive,
    default: 4096,
    summary:
      "conversations of all decoys at once; beyond it, whoever holds most gives way to who holds fewer",
  }),
  "limits.per_source": setting({
    schema: positive,
    default: 256,
    summary: "conversations of one source address at once",
  }),
  "limits.session_bytes": setting({
    schema: bytes,
    default: 64 * 1024 * 1024,
    summary: "bytes read in one conversation",
  }),
  "limits.session_ms": setting({ schema: ms, default: 3_600_000, summary: "length of one conversation" }),
  "limits.idle_ms": setting({ schema: ms, default: 300_000, summary: "silence that ends a conversation" }),
  "limits.file_bytes": setting({
    schema: bytes,
    default: 16 * 1024 * 1024,
    summary: "bytes kept of one captured file",
  }),
  "limits.files": setting({ schema: positive, default: 64, summary: "files kept of one conversation" }),
  "limits.records": setting({
    schema: positive,
    default: 5000,
    summary: "evidence records of one conversation",
  }),
  "limits.blob_bytes": setting({
    schema: bytes,
    default: 4 * 1024 ** 3,
    summary: "bytes of all captured files together; none is kept beyond it",
  }),
  "limits.data_ports": setting({
    schema: z.int().min(0).max(1024),
    default: 16,
    summary: "passive data ports of one decky: transfers by FTP at once",
  }),
  "limits.pending_records": setting({
    schema: positive,
    default: 20_000,
    summary: "evidence records that a decky holds while the collector is away",
  }),
  "spool.quota_bytes": setting({
    schema: bytes,
    default: 2 * 1024 ** 3,
    summary: "size of the spool; what comes when it is full is counted as lost",
  }),
  "spool.segment_bytes": setting({
    schema: bytes,
    default: 16 * 1024 * 1024,
    summary: "size at which a spool segment is closed",
  }),
  "spool.flush_ms": setting({
    schema: z.int().min(0).max(50),
    default: 5,
    summary: "longest wait before accepted evidence is forced to disk",
  }),
  "spool.flush_bytes": setting({
    schema: bytes,
    default: 256 * 1024,
    summary: "accepted evidence that is forced to disk without waiting",
  }),
  "ingester.batch": setting({
    schema: z.int().min(1).max(10_000),
    default: 1000,
    summary: "records stored in one transaction",
  }),
} as const;

/**
 * Variables that are no settings, each read where it is needed: the rest of what may be called `DECNET_…`. One that
 * ends in `*` stands for all that begin so.
 */
export const otherVariables = [
  "DECNET_BUS_ENABLED",
  "DECNET_BUS_GROUP",
  "DECNET_BUS_SOCKET",
  "DECNET_COMMIT",
  "DECNET_DATABASE_URL",
  "DECNET_DATA_DIR",
  "DECNET_GROUP",
  "DECNET_LOCAL_TOKEN",
  "DECNET_STAGE",
  "DECNET_SUPERVISED",
  "DECNET_VERSION",
] as const;

/** The settings' table type. */
export type Settings = typeof settings;
/** A dotted key. */
export type SettingKey = keyof Settings;
/** The value of one setting. */
export type SettingValue<K extends SettingKey> = z.output<Settings[K]["schema"]>;
