// What the app is made of: everything that a route may touch, handed in.

import type { Kysely } from "kysely";
import type { Bus } from "../bus/bus.ts";
import type { Clock } from "../contract/clock.ts";
import type { ServiceManager } from "../contract/service-manager.ts";
import type { Logger } from "../kit/log.ts";
import type { Database } from "../store/schema.ts";
import type { AuditTrail } from "./audit-trail.ts";
import type { Auth } from "./auth.ts";
import type { ServiceView } from "./service-view.ts";
import type { StreamHub } from "./stream/hub.ts";
import type { TopologyStreams } from "./stream/topologies.ts";
import type { UserDesk } from "./user-desk.ts";
import type { WebAssets } from "./web-assets.ts";
import type { WorkerRegistry } from "./worker-registry.ts";

/** Captured files by SHA-256. */
export interface BlobSource {
  /** The bytes, or undefined when there is no such blob. */
  find(sha256: string): Promise<Blob | undefined>;
  /** Removes a blob that was last written at or before `until` (Unix ms); true when it did. Throws where it may not. */
  remove(sha256: string, until: number): Promise<boolean>;
}

/** The parts of the app. */
export interface ApiDeps {
  readonly db: Kysely<Database>;
  readonly trail: AuditTrail;
  readonly auth: Auth;
  readonly users: UserDesk;
  readonly registry: WorkerRegistry;
  readonly hub: StreamHub;
  readonly topologyStreams: TopologyStreams;
  readonly blobs: BlobSource;
  readonly clock: Clock;
  readonly log: Logger;
  readonly version: string;
  /** Unix ms. */
  readonly startedAt: number;
  /** Address on which the app is bound; decides the Host check. */
  readonly boundTo: string;
  readonly busConnected: () => boolean;
  /** The bus when it is connected; what the API itself hears must not be its own publication. */
  readonly bus: () => Bus | undefined;
  /** Who starts workers on this host. */
  readonly services: ServiceManager;
  readonly serviceView: ServiceView;
  /** Ends this API as a stop on the bus does. */
  readonly endSelf?: (() => void) | undefined;
  /** Records that the collector has on disk, ever, as last known; 0 when not known. */
  readonly acceptedPosition: () => Promise<number>;
  readonly assets?: WebAssets | undefined;
}
