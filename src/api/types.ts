// The API's types for whoever talks to it (the dashboard, commands): types only, derived from the schemas.
// Importing this file loads nothing.

import type { z } from "zod";
import type * as schemas from "./schemas.ts";
import type * as topologies from "./topology-schemas.ts";
import type * as users from "./user-schemas.ts";

type Of<S extends z.ZodType> = z.output<S>;

export type { Captured } from "../contract/captured.ts";

/** `{error: {code, message, details?}}`: the body of every answer from 400 up. */
export type ApiError = Of<typeof schemas.errorSchema>;
export type Role = Of<typeof schemas.roleSchema>;
export type Login = Of<typeof schemas.loginSchema>;
export type LoggedIn = Of<typeof schemas.loggedInSchema>;
export type PasswordChange = Of<typeof schemas.passwordSchema>;
export type Me = Of<typeof schemas.meSchema>;
export type User = Of<typeof users.userSchema>;
export type NewUser = Of<typeof users.newUserSchema>;
export type UserMade = Of<typeof users.userMadeSchema>;
export type Worker = Of<typeof schemas.workerSchema>;
export type WorkerAction = Of<typeof schemas.workerActionSchema>;
export type StartedAll = Of<typeof schemas.startedAllSchema>;
export type Workers = Of<typeof schemas.workersSchema>;
export type Service = Of<typeof schemas.serviceSchema>;
export type Decky = Of<typeof schemas.deckySchema>;
export type Deckies = Of<typeof schemas.deckiesSchema>;
export type Attacker = Of<typeof schemas.attackerSchema>;
export type AttackerDetail = Of<typeof schemas.attackerDetailSchema>;
export type SessionSummary = Of<typeof schemas.sessionSchema>;
export type SessionDetail = Of<typeof schemas.sessionDetailSchema>;
export type Credential = Of<typeof schemas.credentialSchema>;
export type CredentialReuse = Of<typeof schemas.credentialReuseSchema>;
export type EvidenceItem = Of<typeof schemas.evidenceSchema>;
export type Stats = Of<typeof schemas.statsSchema>;
export type Drill = Of<typeof schemas.drillSchema>;
export type DrillRequest = Of<typeof schemas.drillRequestSchema>;
export type DrillRegistered = Of<typeof schemas.drillRegisteredSchema>;
export type DrillRemoved = Of<typeof schemas.drillRemovedSchema>;
export type Status = Of<typeof schemas.statusSchema>;
export type Health = Of<typeof schemas.healthSchema>;
export type AuditEntry = Of<typeof schemas.auditSchema>;
export type TopologySummary = Of<typeof topologies.topologySummarySchema>;
export type Topologies = Of<typeof topologies.topologiesSchema>;
export type TopologyDetail = Of<typeof topologies.topologyDetailSchema>;
export type Machine = TopologyDetail["machines"][number];
export type Mutation = Of<typeof topologies.mutationViewSchema>;
export type TopologySnapshot = Of<typeof topologies.topologySnapshotSchema>;
export type Snapshot = Of<typeof schemas.snapshotSchema>;

/** A page of rows; `next` goes back as `cursor` (for evidence as `since` or `before`), null at the end. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly next: string | null;
}

/** What `/stream` sends: the SSE event name to the JSON of its `data`. Every event has an `id:` line (an evidence seq). */
export interface StreamEvents {
  /** First, and again after each reconnect. */
  readonly snapshot: Snapshot;
  readonly evidence: EvidenceItem;
  /** A row as it now is. */
  readonly attacker: Attacker;
  readonly session: SessionSummary;
  readonly worker: Worker;
  readonly decky: Decky;
  /** Last event of a client that reads too slowly: reconnect, Last-Event-ID resumes. */
  readonly lagged: { readonly reason: "slow" };
}

/** What `/topologies/{id}/events` sends. Ids grow within one stream; who comes back begins with a snapshot. */
export interface TopologyEvents {
  readonly snapshot: TopologySnapshot;
  readonly "mutation.enqueued": Of<typeof topologies.mutationEventSchema>;
  readonly "mutation.applying": Of<typeof topologies.mutationEventSchema>;
  readonly "mutation.applied": Of<typeof topologies.mutationEventSchema>;
  readonly "mutation.failed": Of<typeof topologies.mutationEventSchema>;
  readonly status: Of<typeof topologies.statusEventSchema>;
  readonly "decky.state": Of<typeof topologies.deckyStateEventSchema>;
  /** Somebody touched a decky of this topology. */
  readonly attacker: Of<typeof topologies.touchEventSchema>;
  /** Last event of a client that reads too slowly. */
  readonly lagged: { readonly reason: "slow" };
}
