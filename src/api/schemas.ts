// What the API takes and gives, as schemas: routes validate with them, OpenAPI and the client's types derive from them.
// Holds no logic; a shape that is not here is not part of the API.

import { z } from "@hono/zod-openapi";
import { capturedSchema } from "../contract/captured.ts";
import type { ErrorCode } from "../contract/errors.ts";
import { errorCodes } from "../contract/errors.ts";
import { isSha256, isUlid } from "../contract/ids.ts";

const ms = z.int().nonnegative().openapi({ description: "Unix time in milliseconds" });
const seconds = z.number().openapi({ description: "Unix time in seconds with a fraction, as on the bus" });
const count = z.int().nonnegative();
// Made anew: a schema that was made before OpenAPI extended zod has no `openapi`.
const captured = z.strictObject(capturedSchema.shape).openapi("Captured", {
  description: "Bytes that somebody sent: text when they are UTF-8, else base64. Data, never markup.",
});
const endpoint = z.object({ ip: z.string(), port: count }).openapi("Endpoint");

export const errorSchema = z
  .object({
    error: z.object({
      code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
      message: z.string(),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
  })
  .openapi("Error");

export const roleSchema = z.enum(["admin", "viewer"]).openapi("Role");
export const loginSchema = z
  .object({ username: z.string().min(1).max(64), password: z.string().min(1).max(256) })
  .openapi("Login");
export const loggedInSchema = z
  .object({ token: z.string(), role: roleSchema, expires_at: ms })
  .openapi("LoggedIn");
export const passwordSchema = z
  .object({ current: z.string().min(1).max(256), next: z.string().min(12).max(256) })
  .openapi("PasswordChange");
export const meSchema = z
  .object({ username: z.string(), role: roleSchema, expires_at: ms.nullable() })
  .openapi("Me");

const serviceNote = z
  .object({
    phase: z.enum(["stopped", "failed", "crash_loop"]),
    reason: z.string().nullable(),
    last_lines: z
      .array(z.string())
      .openapi({ description: "the end of the worker's log, oldest line first" }),
  })
  .openapi("ServiceNote");
export const workerSchema = z
  .object({
    name: z.string(),
    status: z.enum(["ok", "stale", "unknown"]).openapi({
      description: "ok: beat younger than 90 s; stale: older, or down since; unknown: never seen",
    }),
    last_heartbeat_ts: seconds.nullable(),
    seconds_since: z.number().nonnegative().nullable(),
    pid: z
      .int()
      .positive()
      .nullable()
      .openapi({ description: "its process at its last heartbeat; null when none was heard" }),
    extra: z
      .record(z.string(), z.unknown())
      .openapi({ description: "pid, uptime_sec and the worker's own fields" }),
    installed: z
      .boolean()
      .openapi({ description: "true when the service manager can start it, or it has been heard of" }),
    service: serviceNote.optional().openapi({
      description: "why it does not run, in the service manager's words; absent while it runs",
    }),
  })
  .openapi("Worker");
export const workersSchema = z
  .object({ workers: z.array(workerSchema), generated_at: seconds, bus_connected: z.boolean() })
  .openapi("Workers");

export const workerActionSchema = z
  .object({ accepted: z.literal(true), worker: z.string(), action: z.enum(["stop", "start"]) })
  .openapi("WorkerAction");
export const startedAllSchema = z
  .object({
    started: z.array(z.string()),
    already_running: z.array(z.string()),
    failed: z.array(z.object({ name: z.string(), reason: z.string() })),
  })
  .openapi("StartedAll");

export const serviceSchema = z
  .object({
    name: z.string(),
    port: count,
    transport: z.enum(["tcp", "udp"]),
    state: z.enum(["listening", "skipped", "failed", "stopped"]),
    detail: z.string().optional(),
  })
  .openapi("Service");
export const deckySchema = z
  .object({
    name: z.string(),
    address: z.string(),
    mac: z.string().nullable(),
    state: z.string(),
    persona: z.object({ hostname: z.string(), archetype: z.string(), os: z.string() }),
    services: z.array(serviceSchema),
    /** What a neighbour found amiss; empty when nothing was. */
    reason: z.string(),
    changed_at: ms,
  })
  .openapi("Decky");
export const deckiesSchema = z.object({ data: z.array(deckySchema) }).openapi("Deckies");

const conversationTotals = { evidence: count, credentials: count, commands: count, files: count };
export const attackerSchema = z
  .object({
    id: z.string().openapi({ description: "the source address" }),
    ip: z.string(),
    first_seen: ms,
    last_seen: ms,
    first_decky: z.string(),
    first_service: z.string(),
    totals: z.object({ sessions: count, ...conversationTotals }),
    deckies: z.array(z.string()),
    services: z.array(z.string()),
    drill: z.boolean(),
  })
  .openapi("Attacker");

export const sessionSchema = z
  .object({
    id: z.string(),
    attacker_ip: z.string(),
    src_port: count,
    decky: z.string(),
    service: z.string(),
    dst_ip: z.string(),
    dst_port: count,
    started_at: ms,
    ended_at: ms.nullable(),
    duration_ms: count.nullable(),
    end_reason: z.string().nullable(),
    bytes_in: count,
    bytes_out: count,
    totals: z.object(conversationTotals),
    logged_in: z.boolean(),
    recording_sha256: z.string().nullable(),
    drill: z.boolean(),
  })
  .openapi("Session");

export const evidenceSchema = z
  .object({
    seq: z.int().positive(),
    id: z.string(),
    ts: ms,
    sensor: z.string(),
    decky: z.string(),
    service: z.string(),
    kind: z.string(),
    session: z.string().nullable(),
    src: endpoint,
    dst: endpoint,
    transport: z.enum(["tcp", "udp"]),
    data: z.record(z.string(), z.unknown()),
    drill: z.boolean().openapi({ description: "its source is a drill's" }),
  })
  .openapi("Evidence");

export const sessionDetailSchema = sessionSchema
  .extend({
    transcript: z.array(evidenceSchema).openapi({ description: "the session's evidence in order" }),
    transcript_complete: z.boolean(),
  })
  .openapi("SessionDetail");

export const credentialSchema = z
  .object({
    id: z.string(),
    ts: ms,
    attacker_ip: z.string(),
    session: z.string().nullable(),
    decky: z.string(),
    service: z.string(),
    method: z.string(),
    username: captured,
    secret: captured.nullable(),
    secret_sha256: z.string(),
    accepted: z.boolean(),
    drill: z.boolean(),
  })
  .openapi("Credential");

export const credentialReuseSchema = z
  .object({
    secret_sha256: z.string(),
    secret: captured.nullable(),
    first_seen: ms,
    last_seen: ms,
    attempts: count,
    deckies: z.array(z.string()),
    services: z.array(z.string()),
    attackers: z.array(z.string()),
    drill: z.boolean().openapi({
      description: "what drills did with the secret; what others did with it is a row of its own",
    }),
  })
  .openapi("CredentialReuse");

const where = {
  id: z.string(),
  seq: z.int().positive(),
  ts: ms,
  session: z.string().nullable(),
  decky: z.string(),
  service: z.string(),
};
export const attackerDetailSchema = attackerSchema
  .extend({
    sessions: z.array(sessionSchema),
    credentials: z.array(credentialSchema),
    commands: z.array(z.object({ ...where, command: captured, via: z.string(), status: z.int().optional() })),
    files: z.array(
      z.object({
        ...where,
        name: captured,
        sha256: z.string(),
        full_sha256: z.string().optional(),
        size: count,
        stored: count,
        via: z.string(),
      }),
    ),
    fingerprints: z.array(z.object({ ...where, family: z.string(), hash: z.string(), raw: captured })),
    clients: z.array(z.object({ ...where, via: z.string(), software: captured })),
  })
  .openapi("AttackerDetail", { description: "Lists hold the newest 200 of each; totals count all." });

const activity = { sessions: count, ...conversationTotals };
export const statsSchema = z
  .object({
    drills: z.boolean().openapi({ description: "true when drills are counted" }),
    attackers: count,
    ...activity,
    sessions_open: count,
    credentials_reused: count,
    deckies: count,
    deckies_running: count,
    last_evidence_ts: ms.nullable(),
    by_service: z
      .array(z.object({ name: z.string(), count }))
      .openapi({ description: "records of evidence, most first" }),
    hourly: z
      .array(z.object({ ts: ms, ...activity }))
      .openapi({ description: "an hour each, oldest first, empty ones included" }),
  })
  .openapi("Stats", {
    description: "What there has been in all, what is so now, and the last hours one by one.",
  });

export const drillSchema = z.object({ ip: z.string(), run: z.string(), started_at: ms }).openapi("Drill");
export const drillRequestSchema = z
  .object({
    ips: z
      .array(z.union([z.ipv4(), z.ipv6()]))
      .min(1)
      .max(4096),
    run: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,64}$/)
      .optional(),
  })
  .openapi("DrillRequest");
export const drillRegisteredSchema = z
  .object({ run: z.string(), ips: z.array(z.string()) })
  .openapi("DrillRegistered");
export const drillRemovedSchema = z.object({ removed: z.record(z.string(), count) }).openapi("DrillRemoved");

export const statusSchema = z
  .object({
    version: z.string(),
    started_at: ms,
    workers: z.array(workerSchema),
    bus_connected: z.boolean(),
    deckies: z.array(deckySchema),
    evidence: z.object({
      accepted: count.openapi({ description: "records on disk, ever" }),
      spooled: count.openapi({ description: "accepted and not yet in the store" }),
      ingested: count.openapi({ description: "records in the store, ever" }),
    }),
  })
  .openapi("Status");

export const healthSchema = z.object({ status: z.literal("ok") }).openapi("Health");
export const auditSchema = z
  .object({
    id: count,
    ts: ms,
    username: z.string(),
    action: z.string(),
    target: z.string(),
    detail: z.string(),
    source: z.string().openapi({
      description: "the address that it was asked from; `bus` or `command line` where no request was made",
    }),
    outcome: z.string().openapi({ description: "what came of it; an error's code and message when refused" }),
  })
  .openapi("AuditEntry");

/** A page of rows: `next` is the cursor of the following page, null at the end. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ data: z.array(item), next: z.string().nullable() });

export const snapshotSchema = z
  .object({
    seq: count.openapi({
      description: "evidence up to this seq is behind the snapshot; the rest follows as events",
    }),
    missed: count.openapi({
      description: "evidence after Last-Event-ID that is too old to be replayed; read it from /evidence",
    }),
    workers: z.array(workerSchema),
    bus_connected: z.boolean(),
    deckies: z.array(deckySchema),
    stats: statsSchema,
  })
  .openapi("Snapshot");

export const ulidParam = z.string().refine(isUlid, "not an id");
export const sha256Param = z.string().refine(isSha256, "not a SHA-256");
