// Holds one conversation: makes the decoy's Session, enforces its bounds, and records its beginning and end.
// A decoy that throws ends its own conversation and nothing else.

import type { Clock } from "../../contract/clock.ts";
import type { Evidence, EvidenceData, EvidenceKind } from "../../contract/evidence.ts";
import type { EvidenceId, SessionId } from "../../contract/ids.ts";
import type { Random } from "../../contract/random.ts";
import type { DataPort, Decoy, FileCapture, Session, SessionLimits } from "../../decoys/decoy.ts";
import type { Persona } from "../../decoys/personas/persona.ts";
import type { Arrival, ByteBudget, EndReason } from "./connection.ts";
import { SocketConnection } from "./connection.ts";
import type { DataPortOptions } from "./data-port.ts";

/** What every conversation of a decky shares. */
export interface ConversationHost {
  readonly sensor: string;
  readonly persona: Persona;
  readonly service: string;
  readonly decoy: Decoy;
  readonly limits: SessionLimits;
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: <T extends string>() => T;
  readonly emit: (evidence: Evidence) => void;
  readonly captureFile: (maxBytes: number) => FileCapture;
  readonly openDataPort: (options: DataPortOptions) => Promise<DataPort | null>;
  /** Called with what a decoy threw: a bug of ours, never a client's doing. */
  readonly onBroken: (error: unknown) => void;
}

/** A conversation under way. */
export interface Conversation {
  readonly done: Promise<void>;
  /** Ends it. */
  end(reason: EndReason): void;
}

const NO_CAPTURE: FileCapture = Object.freeze({
  write: () => undefined,
  finish: () => Promise.resolve(null),
  abort: () => undefined,
});

/** Hands records to the host, at most `limit` of them; `final` goes through always. */
function createRecorder(host: ConversationHost, id: SessionId, connection: SocketConnection) {
  let left = host.limits.records;
  const emit = <K extends EvidenceKind>(kind: K, data: EvidenceData<K>): void => {
    host.emit({
      id: host.newId<EvidenceId>(),
      ts: host.clock.now(),
      sensor: host.sensor,
      decky: host.persona.decky,
      service: host.service,
      kind,
      session: id,
      src: connection.remote,
      dst: connection.local,
      transport: "tcp",
      data,
    } as Evidence);
  };
  return {
    record<K extends EvidenceKind>(kind: K, data: EvidenceData<K>): void {
      if (left <= 0) return;
      left--;
      emit(kind, data);
    },
    final: emit,
  };
}

/** Captures of one conversation: at most `limits.files`, each aborted when the conversation ends without finishing it. */
function createCaptures(host: ConversationHost) {
  let left = host.limits.files;
  const open = new Set<FileCapture>();
  return {
    open(): FileCapture {
      if (left <= 0) return NO_CAPTURE;
      left--;
      const capture = host.captureFile(host.limits.fileBytes);
      open.add(capture);
      return {
        write: (bytes) => capture.write(bytes),
        finish: async () => {
          open.delete(capture);
          return capture.finish();
        },
        abort: () => {
          open.delete(capture);
          capture.abort();
        },
      };
    },
    abortAll(): void {
      for (const capture of open) capture.abort();
      open.clear();
    },
  };
}

/** A client that has just come, and the port that it reached as the machine knows it. */
export interface Caller extends Arrival {
  readonly port: number;
}

/** Starts the conversation with a client that has just come. */
export function converse(arrival: Caller, host: ConversationHost): Conversation {
  const id = host.newId<SessionId>();
  const startedAt = host.clock.monotonic();
  const budget: ByteBudget = { in: 0, out: 0, limit: host.limits.sessionBytes };
  const abort = new AbortController();
  const connection = new SocketConnection(arrival, {
    clock: host.clock,
    budget,
    idleMs: host.limits.idleMs,
    onEnd: () => abort.abort(),
  });
  const cancelTime = host.clock.after(host.limits.sessionMs, () => connection.end("time"));
  const recorder = createRecorder(host, id, connection);
  const captures = createCaptures(host);
  const session: Session = {
    id,
    persona: host.persona,
    connection,
    port: arrival.port,
    limits: host.limits,
    clock: host.clock,
    random: host.random,
    signal: abort.signal,
    record: recorder.record,
    captureFile: captures.open,
    openDataPort: () =>
      host.openDataPort({
        address: connection.local.ip,
        client: connection.remote.ip,
        clock: host.clock,
        budget,
        idleMs: host.limits.idleMs,
        signal: abort.signal,
      }),
  };
  const run = async (): Promise<void> => {
    let broken = false;
    recorder.record("connection.opened", {});
    try {
      await host.decoy.serve(session);
    } catch (error) {
      broken = true;
      host.onBroken(error);
    }
    const reason = connection.endReason ?? (broken ? "broken" : "decoy");
    connection.close();
    cancelTime();
    captures.abortAll();
    recorder.final("connection.closed", {
      reason: broken ? "broken" : reason,
      duration_ms: Math.max(0, Math.round(host.clock.monotonic() - startedAt)),
      bytes_in: budget.in,
      bytes_out: budget.out,
    });
  };
  return { done: run(), end: (reason) => connection.end(reason) };
}
