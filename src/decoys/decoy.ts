// What a decoy is and what it may touch: the whole world of a conversation is its Session.
// A decoy never opens a connection, a file or a process, and never sees the store or the bus.

import type { Clock } from "../contract/clock.ts";
import type { Endpoint, EvidenceData, EvidenceKind } from "../contract/evidence.ts";
import type { SessionId, Sha256 } from "../contract/ids.ts";
import type { Random } from "../contract/random.ts";
import type { Persona } from "./personas/persona.ts";

/** Bounds of one conversation. All of them end the conversation or cut the data; none is optional. */
export interface SessionLimits {
  /** Bytes read from the client before the conversation is ended. */
  readonly sessionBytes: number;
  /** Milliseconds from accept to end. */
  readonly sessionMs: number;
  /** Milliseconds without a byte from the client. */
  readonly idleMs: number;
  /** Bytes kept of one uploaded file; what follows is counted and dropped. */
  readonly fileBytes: number;
  /** Uploaded files kept per conversation. */
  readonly files: number;
  /** Evidence records of one conversation; after that only its end is recorded. */
  readonly records: number;
}

/**
 * The bytes of one client. Reading pulls: nothing is read from the socket beyond a small window until asked for.
 * When a bound is hit or the client goes, `read` returns null for ever.
 */
export interface DecoyConnection {
  readonly remote: Endpoint;
  readonly local: Endpoint;
  /** The next bytes (never empty), or null at the end. At most one read may be under way. */
  read(): Promise<Uint8Array | null>;
  /** Queues bytes and resolves once the kernel has taken enough of them to go on; resolves also when the client has gone. */
  write(bytes: Uint8Array | string): Promise<void>;
  /** Sends what is queued and closes in an orderly way. Idempotent. */
  close(): void;
  /** Drops the connection at once with a reset. Idempotent. */
  reset(): void;
  /** True once no byte can be read or written any more. */
  readonly closed: boolean;
}

/** A passive data port (FTP's PASV and EPSV): it takes one connection, from the client's own address only. */
export interface DataPort {
  readonly port: number;
  /** The client's data connection, or null when none came within the limit. */
  accept(): Promise<DecoyConnection | null>;
  close(): void;
}

/** Captures the bytes of one file into the blob store, hashing as they come. */
export interface FileCapture {
  write(bytes: Uint8Array): void;
  /**
   * Completes it: `sha256` is of the `stored` bytes, `full_sha256` of all that came where fewer were stored; null when
   * the session's file bound was already used up.
   */
  finish(): Promise<{ sha256: Sha256; size: number; stored: number; full_sha256?: Sha256 } | null>;
  /** Forgets it. Idempotent, also after `finish`. */
  abort(): void;
}

/** One conversation as the decoy sees it. */
export interface Session {
  readonly id: SessionId;
  readonly persona: Persona;
  readonly connection: DecoyConnection;
  /** The port that the client reached as the machine knows it: without the offset that this host may add. */
  readonly port: number;
  readonly limits: SessionLimits;
  readonly clock: Clock;
  /** For salts, cookies and nonces on the wire. */
  readonly random: Random;
  /** Aborts when the conversation must end (a bound, shutdown). `connection.read` then returns null. */
  readonly signal: AbortSignal;
  /** Hands one observation to the collector. Never throws, never waits; bounded by `limits.records`. */
  record<K extends EvidenceKind>(kind: K, data: EvidenceData<K>): void;
  /** Starts capturing a file. */
  captureFile(): FileCapture;
  /** Opens a passive data port on the address that the client reached, or null where none is free. */
  openDataPort(): Promise<DataPort | null>;
}

/** A running decoy of one decky: state that its conversations share (such as remembered configuration) lives in it. */
export interface Decoy {
  /** Holds one conversation. What it throws ends this conversation alone and is recorded as `broken`. */
  serve(session: Session): Promise<void>;
}

/** One protocol. */
export interface DecoyDefinition {
  /** Our name of the service, as in `--services`. */
  readonly name: string;
  readonly summary: string;
  /** The product's usual port, which its name alone stands for; before any offset. */
  readonly port: number;
  readonly transport: "tcp";
  /** Whether the product listens on several ports at once: such a decoy may be offered on more than one. */
  readonly severalPorts?: boolean;
  /** Whether it asks for passive data ports: they are opened beforehand, with its own port. */
  readonly dataPorts?: boolean;
  /** Loads the code and makes the decoy for one persona. */
  readonly load: (persona: Persona) => Promise<Decoy>;
}

/** Declares a decoy. */
export function defineDecoy(definition: DecoyDefinition): DecoyDefinition {
  return Object.freeze(definition);
}
