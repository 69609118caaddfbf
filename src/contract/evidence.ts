// The evidence record and the closed catalogue of its kinds: the only list of what can be observed.
// Attacker bytes live inside `data` only, as Captured values; whoever emits a kind that is not here does not compile.

import { z } from "zod";
import { capturedSchema } from "./captured.ts";
import type { EvidenceId, SessionId } from "./ids.ts";
import { isSha256, isUlid } from "./ids.ts";

const sha256 = z.string().refine(isSha256, "64 lower-case hex digits");
const count = z.int().nonnegative();
/** A word of ours (an algorithm, a method, a reason): never attacker text. */
const word = z.string().regex(/^[A-Za-z0-9@._+/:-]{1,128}$/);

const serviceState = z.strictObject({
  name: word,
  port: z.int().min(0).max(65_535),
  transport: z.enum(["tcp", "udp"]),
  state: z.enum(["listening", "skipped", "failed", "stopped"]),
  /** Why it does not listen, or not on its usual port, in words for the operator. */
  detail: z.string().max(300).optional(),
});

function kind<Shape extends z.ZodRawShape>(summary: string, shape: Shape) {
  return { summary, data: z.strictObject(shape) } as const;
}

/** Every kind of evidence: one sentence and the schema of its `data`. */
export const evidenceKinds = {
  "connection.opened": kind("A client connected to a decoy service.", {}),
  "connection.closed": kind("A conversation ended; totals of it.", {
    /** `client` closed, `decoy` closed, a bound was hit, or `broken` (the session failed inside). */
    reason: z.enum(["client", "decoy", "idle", "time", "bytes", "broken", "crowded", "shutdown"]),
    duration_ms: count,
    bytes_in: count,
    bytes_out: count,
  }),
  "connection.refused": kind("A client was turned away at a bound, before any conversation.", {
    bound: z.enum(["source", "total"]),
    /** How many refusals this record stands for. */
    count,
  }),
  "client.identified": kind("What the client said of its own software.", {
    /** Which field of the protocol said it: `banner`, `user-agent`, `client-info` … */
    via: word,
    software: capturedSchema,
  }),
  "client.fingerprinted": kind("A fingerprint of the client's implementation.", {
    family: z.enum(["hassh", "ja3", "ja4", "jarm", "tcpfp"]),
    hash: z.string().regex(/^[0-9a-zA-Z_.-]{1,128}$/),
    /** The string that was hashed. */
    raw: capturedSchema,
  }),
  "auth.attempted": kind("A client tried to log in.", {
    method: z.enum([
      "password",
      "keyboard-interactive",
      "publickey",
      "challenge",
      "form",
      "anonymous",
      "none",
    ]),
    username: capturedSchema,
    /** The secret as sent; absent where the protocol sends none (public key) or only a proof of it. */
    secret: capturedSchema.optional(),
    /** A salted proof in place of the secret, with what is needed to test guesses against it. */
    challenge: z
      .strictObject({ scheme: word, salt_hex: z.string().max(512), response_hex: z.string().max(2048) })
      .optional(),
    key: z
      .strictObject({
        type: word,
        /** `SHA256:` and unpadded base64, as OpenSSH prints it. */
        fingerprint: z.string().max(100),
        blob_base64: z.string().max(24_000),
        /** True when the client proved that it holds the private key. */
        proven: z.boolean(),
      })
      .optional(),
    accepted: z.boolean(),
  }),
  "command.executed": kind("A command was given to a shell or service.", {
    command: capturedSchema,
    /** `shell` interactive, `exec` one command of a channel, or the service's own command language. */
    via: z.enum(["shell", "exec", "subsystem", "protocol"]),
    /** Exit status as told to the client, where there is one. */
    status: z.int().optional(),
  }),
  "http.requested": kind("An HTTP request and how it was answered.", {
    method: capturedSchema,
    target: capturedSchema,
    version: word,
    /** In the order and spelling received, at most 64. */
    headers: z.array(z.tuple([capturedSchema, capturedSchema])).max(64),
    body: capturedSchema.optional(),
    /** SHA-256 of the body in the blob store when it was larger than `body` keeps. */
    body_sha256: sha256.optional(),
    /** SHA-256 of the whole body, where the blob store holds only its beginning. */
    body_full_sha256: sha256.optional(),
    status: z.int(),
    response_bytes: count,
  }),
  "file.uploaded": kind("A client stored a file; its bytes are a blob.", {
    name: capturedSchema,
    sha256,
    /** Bytes sent. */
    size: count,
    /** Bytes kept; fewer than `size` when the cap cut it. The hash is of the bytes kept. */
    stored: count,
    /** SHA-256 of all bytes sent, where fewer are kept: what the file is known by elsewhere. */
    full_sha256: sha256.optional(),
    via: z.enum(["scp", "sftp", "ftp", "http", "shell", "redis", "mysql"]),
  }),
  "file.read": kind("A client fetched or listed a file of the persona.", {
    name: capturedSchema,
    size: count,
    via: z.enum(["scp", "sftp", "ftp", "http", "shell", "mysql"]),
  }),
  "download.requested": kind("A client told the decoy to fetch something; nothing was fetched.", {
    tool: word,
    url: capturedSchema,
  }),
  "tunnel.requested": kind("A client asked for a connection to elsewhere; none was made.", {
    kind: z.enum(["direct-tcpip", "tcpip-forward", "direct-streamlocal", "ftp-active", "proxy"]),
    host: capturedSchema,
    port: z.int().min(0).max(65_535),
  }),
  "takeover.attempted": kind(
    "A known way to turn the service into code execution was tried; it was not obeyed.",
    {
      /** Our name of the technique: `redis-slaveof`, `redis-module-load` … */
      technique: word,
      detail: capturedSchema,
    },
  ),
  "terminal.recorded": kind("The terminal of a session; the recording is a blob (asciicast v2).", {
    sha256,
    size: count,
    duration_ms: count,
    width: z.int().min(1).max(1000),
    height: z.int().min(1).max(1000),
  }),
  "protocol.violated": kind("Bytes that the protocol does not allow.", {
    /** Our name of the violation: `bad-handshake`, `line-too-long` … */
    violation: word,
    bytes: capturedSchema,
  }),
  "decky.changed": kind("A decky came up, changed or went down. Its source is the sensor itself.", {
    /** `removed`: it is no machine of this install any more. */
    state: z.enum(["starting", "running", "degraded", "stopped", "removed"]),
    previous: z.enum(["unknown", "starting", "running", "degraded", "stopped"]),
    address: z.string().max(64),
    mac: z.string().max(17).nullable(),
    persona: z.strictObject({ hostname: z.string().max(64), archetype: word, os: z.string().max(100) }),
    services: z.array(serviceState).max(64),
    /** What a neighbour found amiss, in words for the operator. */
    reason: z.string().max(300).optional(),
  }),
  "outbound.dropped": kind(
    "Something in a decky began a connection outward; it was stopped. Its source is the decky itself.",
    {
      /** Packets that would have opened a TCP connection. */
      tcp: count,
      /** All others that answered nobody. */
      other: count,
    },
  ),
  "evidence.lost": kind("Records that had to be dropped before the spool, counted.", {
    count,
    reason: z.enum(["buffer-full", "disk-full", "quota", "too-large"]),
  }),
} as const;

/** A name in {@link evidenceKinds}. */
export type EvidenceKind = keyof typeof evidenceKinds;

/** Kinds that decnet tells of itself: their source is no attacker. */
export const ownKinds: readonly string[] = [
  "decky.changed",
  "outbound.dropped",
  "evidence.lost",
] satisfies EvidenceKind[];

/** Kinds that name a captured file, and the field of their data that does. */
export const blobFields = {
  "http.requested": "body_sha256",
  "file.uploaded": "sha256",
  "terminal.recorded": "sha256",
} as const satisfies Partial<Record<EvidenceKind, string>>;

/** True for a kind whose source is no attacker. */
export function isOwnKind(kind: string): boolean {
  return ownKinds.includes(kind);
}

/** The `data` of one kind. */
export type EvidenceData<K extends EvidenceKind> = z.infer<(typeof evidenceKinds)[K]["data"]>;

/** What a service of a decky looks like to the operator. */
export type ServiceState = z.infer<typeof serviceState>;

/** One end of a conversation. `ip` is textual, IPv4 or compressed IPv6, never IPv4-mapped. */
export interface Endpoint {
  readonly ip: string;
  readonly port: number;
}

/** One observation. `ts` is Unix time in ms. `session` is null outside a conversation. */
export interface EvidenceOf<K extends EvidenceKind> {
  readonly id: EvidenceId;
  readonly ts: number;
  readonly sensor: string;
  readonly decky: string;
  readonly service: string;
  readonly kind: K;
  readonly session: SessionId | null;
  readonly src: Endpoint;
  readonly dst: Endpoint;
  readonly transport: "tcp" | "udp";
  readonly data: EvidenceData<K>;
}

/** An evidence record of any kind, discriminated by `kind`. */
export type Evidence = { [K in EvidenceKind]: EvidenceOf<K> }[EvidenceKind];

/** Most bytes of one record as JSON; the collector refuses more. */
export const EVIDENCE_BYTES = 256 * 1024;

const endpoint = z.strictObject({ ip: z.string().min(2).max(64), port: z.int().min(0).max(65_535) });
const ulid = z.string().refine(isUlid, "a ULID");
const name = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);

const envelope = {
  id: ulid,
  ts: z.int().nonnegative(),
  sensor: name,
  decky: name,
  service: name,
  session: ulid.nullable(),
  src: endpoint,
  dst: endpoint,
  transport: z.enum(["tcp", "udp"]),
};

const schemas = new Map(
  Object.entries(evidenceKinds).map(([key, definition]) => [
    key,
    z.strictObject({ ...envelope, kind: z.literal(key), data: definition.data }),
  ]),
);

/** True for a name in {@link evidenceKinds}; safe for `__proto__` and its like. */
export function isEvidenceKind(text: string): text is EvidenceKind {
  return schemas.has(text);
}

/** Checks one record that comes from another process. Returns the reason in words when it does not fit. */
export function parseEvidence(
  input: unknown,
): { ok: true; evidence: Evidence } | { ok: false; reason: string } {
  const kindName = (input as { kind?: unknown } | null)?.kind;
  const schema = typeof kindName === "string" ? schemas.get(kindName) : undefined;
  if (!schema) return { ok: false, reason: "unknown kind" };
  const result = schema.safeParse(input);
  if (result.success) return { ok: true, evidence: result.data as unknown as Evidence };
  const issue = result.error.issues[0];
  return { ok: false, reason: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}` };
}
