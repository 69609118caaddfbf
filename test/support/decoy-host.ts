// Runs one decoy on a real loopback socket with the decky worker's own session host, and keeps its evidence in memory.

import { createHash } from "node:crypto";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import type { Clock } from "../../src/contract/clock.ts";
import { systemClock } from "../../src/contract/clock.ts";
import type { Evidence, EvidenceKind, EvidenceOf } from "../../src/contract/evidence.ts";
import { parseEvidence } from "../../src/contract/evidence.ts";
import type { Sha256 } from "../../src/contract/ids.ts";
import { createIdSource } from "../../src/contract/ids.ts";
import { systemRandom } from "../../src/contract/random.ts";
import type { DataPort, DecoyDefinition, FileCapture, SessionLimits } from "../../src/decoys/decoy.ts";
import { usualPort } from "../../src/decoys/index.ts";
import type { Persona } from "../../src/decoys/personas/persona.ts";
import type { Conversation } from "../../src/workers/decky/conversation.ts";
import { converse } from "../../src/workers/decky/conversation.ts";
import type { DataPortOptions } from "../../src/workers/decky/data-port.ts";
import { dataPort } from "../../src/workers/decky/data-port.ts";
import { endsOf } from "../../src/workers/decky/ends.ts";
import { testPersona } from "./persona.ts";

/** Bounds that tests start from. */
export const TEST_LIMITS: SessionLimits = {
  sessionBytes: 8 * 1024 * 1024,
  sessionMs: 120_000,
  idleMs: 30_000,
  fileBytes: 1024 * 1024,
  files: 16,
  records: 2000,
};

/** A running decoy. */
export interface RunningDecoy extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly persona: Persona;
  /** Everything recorded so far, in order. */
  readonly evidence: readonly Evidence[];
  /** Captured files by SHA-256. */
  readonly blobs: ReadonlyMap<string, Uint8Array>;
  /** What decoys threw: must stay empty. */
  readonly broken: readonly unknown[];
  of<K extends EvidenceKind>(kind: K): EvidenceOf<K>[];
  /** Resolves with the first record of a kind that fits, past or future; rejects after 10 s. */
  waitFor<K extends EvidenceKind>(
    kind: K,
    fits?: (evidence: EvidenceOf<K>) => boolean,
  ): Promise<EvidenceOf<K>>;
  close(): Promise<void>;
}

/** Options of {@link startDecoy}. */
export interface StartOptions {
  readonly persona?: Persona;
  readonly limits?: Partial<SessionLimits>;
  readonly clock?: Clock;
  /** A socket that listens already, in place of one on loopback. */
  readonly fd?: number;
}

function memoryCapture(blobs: Map<string, Uint8Array>, maxBytes: number): FileCapture {
  const parts: Uint8Array[] = [];
  let size = 0;
  let stored = 0;
  return {
    write(bytes) {
      size += bytes.length;
      const kept = bytes.slice(0, Math.max(0, maxBytes - stored));
      stored += kept.length;
      if (kept.length > 0) parts.push(kept);
    },
    finish() {
      const all = new Uint8Array(Buffer.concat(parts));
      const sha256 = createHash("sha256").update(all).digest("hex") as Sha256;
      blobs.set(sha256, all);
      return Promise.resolve({ sha256, size, stored });
    },
    abort: () => undefined,
  };
}

/** Listens on a free port of `address`; null when there is none. */
function openDataPort(options: DataPortOptions): Promise<DataPort | null> {
  return new Promise((resolve) => {
    const server = createServer({ allowHalfOpen: true });
    server.maxConnections = 4;
    server.once("error", () => resolve(null));
    server.listen({ host: options.address, port: 0 }, () => {
      const bound = server.address();
      const port = bound !== null && typeof bound === "object" ? bound.port : 0;
      resolve(dataPort(server, { ...options, port, onSettled: () => server.close() }));
    });
  });
}

/** Starts a decoy on 127.0.0.1. Every record is held to the catalogue's schema. */
export async function startDecoy(
  definition: DecoyDefinition,
  options: StartOptions = {},
): Promise<RunningDecoy> {
  const persona =
    options.persona ?? testPersona(definition.name === "telnet" ? "embedded-device" : "linux-server");
  const evidence: Evidence[] = [];
  const blobs = new Map<string, Uint8Array>();
  const broken: unknown[] = [];
  const watchers = new Set<() => void>();
  const conversations = new Set<Conversation>();
  const decoy = await definition.load(persona);
  const clock = options.clock ?? systemClock;
  const host = {
    sensor: "test",
    persona,
    service: definition.name,
    decoy,
    limits: { ...TEST_LIMITS, ...options.limits },
    clock,
    random: systemRandom,
    newId: createIdSource(clock),
    emit(record: Evidence) {
      const parsed = parseEvidence(record);
      if (!parsed.ok) broken.push(new Error(`${record.kind}: ${parsed.reason}`));
      evidence.push(record);
      for (const watcher of watchers) watcher();
    },
    captureFile: (maxBytes: number) => memoryCapture(blobs, maxBytes),
    openDataPort,
    onBroken: (error: unknown) => broken.push(error),
  };
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: false }, (socket) => {
    const ends = endsOf(socket);
    if (!ends) throw new Error("a client without an address");
    const conversation = converse({ socket, ends, port: usualPort(host.service) ?? ends.local.port }, host);
    conversations.add(conversation);
    void conversation.done.finally(() => conversations.delete(conversation));
  });
  await new Promise<void>((resolve) => {
    if (options.fd === undefined) server.listen(0, "127.0.0.1", resolve);
    else server.listen({ fd: options.fd }, resolve);
  });
  const close = async (): Promise<void> => {
    server.close();
    const running = [...conversations];
    for (const conversation of running) conversation.end("shutdown");
    await Promise.all(running.map((conversation) => conversation.done));
  };
  const of = <K extends EvidenceKind>(kind: K): EvidenceOf<K>[] =>
    evidence.filter((record): record is EvidenceOf<K> & Evidence => record.kind === kind);
  return {
    host: "127.0.0.1",
    port: (server.address() as AddressInfo | null)?.port ?? 0,
    persona,
    evidence,
    blobs,
    broken,
    of,
    waitFor: (kind, fits = () => true) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          watchers.delete(look);
          reject(
            new Error(`no ${kind} within 10 s; got ${evidence.map((record) => record.kind).join(", ")}`),
          );
        }, 10_000);
        const look = (): void => {
          const found = of(kind).find(fits);
          if (!found) return;
          clearTimeout(timer);
          watchers.delete(look);
          resolve(found);
        };
        watchers.add(look);
        look();
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
