// The outbox: rows whose event has not gone out are published, and marked once the broker surely has them.
// An event sent again after a kill carries the same envelope id, so that a receiver can know it.

import { createHash } from "node:crypto";
import type { Bus } from "../../bus/bus.ts";
import { topics } from "../../bus/topics.ts";
import { toError } from "../../contract/errors.ts";
import type { Logger } from "../../kit/log.ts";
import { parseNames } from "../../store/json.ts";
import type { Store } from "../../store/open.ts";
import type {
  AttackerTable,
  CredentialReuseTable,
  CredentialTable,
  SessionTable,
} from "../../store/schema.ts";

/** What the outbox needs. */
export interface OutboxOptions {
  readonly store: Store;
  readonly bus: Bus;
  readonly log: Logger;
}

/** Publishes what is waiting. */
export interface Outbox {
  /** One round; `confirmed` is false when rows wait and the broker could not confirm them. Throws SQLite's error. */
  round(): Promise<{ readonly announced: number; readonly confirmed: boolean }>;
}

/** Rows of each sort per round. */
const ROUND = 500;
const FLUSH_MS = 2000;

/** The same for the same fact, whenever it is sent. */
function envelopeId(...parts: readonly (string | number)[]): string {
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 32);
}

interface Waiting {
  readonly attackers: readonly AttackerTable[];
  readonly started: readonly SessionTable[];
  readonly ended: readonly SessionTable[];
  readonly reused: readonly (CredentialReuseTable & Pick<CredentialTable, "method" | "decky" | "service">)[];
}

function createReader({ sqlite }: Store): () => Waiting {
  const attackers = sqlite.prepare<AttackerTable, [number]>(
    "SELECT * FROM attacker WHERE announced = 0 ORDER BY first_seq LIMIT ?",
  );
  const started = sqlite.prepare<SessionTable, [number]>(
    "SELECT * FROM session WHERE announced = 0 ORDER BY first_seq LIMIT ?",
  );
  const ended = sqlite.prepare<SessionTable, [number]>(
    "SELECT * FROM session WHERE announced = 1 AND ended_at IS NOT NULL ORDER BY first_seq LIMIT ?",
  );
  const reused = sqlite.prepare<Waiting["reused"][number], [number]>(
    `SELECT r.*, c.method, c.decky, c.service FROM credential_reuse r
     JOIN credential c ON c.seq =
       (SELECT max(seq) FROM credential l WHERE l.secret_sha256 = r.secret_sha256 AND l.drill = r.drill)
     WHERE r.reused = 1 AND r.announced = 0 LIMIT ?`,
  );
  return () => ({
    attackers: attackers.all(ROUND),
    started: started.all(ROUND),
    ended: ended.all(ROUND),
    reused: reused.all(ROUND),
  });
}

type Publish = Bus["publish"];

/** A row that cannot be told must not keep the others from being told. */
function safely(bus: Bus, log: Logger): Publish {
  return (topic, params, payload, options) => {
    try {
      bus.publish(topic, params, payload, options);
    } catch (error) {
      log.error({ err: toError(error), topic }, "a derived row could not be announced");
    }
  };
}

function publish(send: Publish, waiting: Waiting): void {
  for (const row of waiting.attackers) {
    const contact = {
      attacker_ip: row.ip,
      decky: row.first_decky,
      service: row.first_service,
      drill: row.drill === 1,
    };
    const id = envelopeId("attacker.observed", row.ip, row.first_seq);
    send(topics.attackerObserved, {}, { ...contact, first_seen: row.first_seen }, { id });
  }
  for (const row of waiting.started) {
    const id = envelopeId("attacker.session.started", row.id, row.first_seq);
    send(topics.attackerSessionStarted, {}, sessionContact(row), { id });
  }
  for (const row of waiting.ended) {
    const { evidence, credentials, commands, files } = row;
    const payload = {
      ...sessionContact(row),
      duration_s: (row.duration_ms ?? 0) / 1000,
      counts: { evidence, credentials, commands, files },
    };
    const id = envelopeId("attacker.session.ended", row.id, row.first_seq);
    send(topics.attackerSessionEnded, {}, payload, { id });
  }
  for (const row of waiting.reused) {
    const { secret_sha256, method: kind, decky, service } = row;
    const drill = row.drill === 1;
    const where = { deckies: parseNames(row.deckies), attackers: parseNames(row.attackers) };
    const id = envelopeId(
      "credential.reuse.detected",
      secret_sha256,
      row.first_seen,
      ...(drill ? ["drill"] : []),
    );
    send(
      topics.credentialReuseDetected,
      {},
      { secret_sha256, kind, decky, service, ...where, drill },
      { id },
    );
  }
}

function sessionContact(row: SessionTable) {
  return {
    session_id: row.id,
    attacker_ip: row.attacker_ip,
    decky: row.decky,
    service: row.service,
    drill: row.drill === 1,
  };
}

function createMarker({ sqlite }: Store): (waiting: Waiting) => void {
  const mark = (table: string, set: number, where: string) =>
    sqlite.prepare(
      `UPDATE ${table} SET announced = ${set} WHERE ${where} IN (SELECT value FROM json_each(?))`,
    );
  const attackers = mark("attacker", 1, "announced = 0 AND ip");
  const started = mark("session", 1, "announced = 0 AND id");
  const ended = mark("session", 2, "announced = 1 AND id");
  const reused = sqlite.prepare(`UPDATE credential_reuse SET announced = 1
    WHERE (secret_sha256, drill) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))`);
  const run = sqlite.transaction((waiting: Waiting) => {
    attackers.run(JSON.stringify(waiting.attackers.map((row) => row.ip)));
    // Ended before started: a session that was only now told as started is not told as ended yet.
    ended.run(JSON.stringify(waiting.ended.map((row) => row.id)));
    started.run(JSON.stringify(waiting.started.map((row) => row.id)));
    reused.run(JSON.stringify(waiting.reused.map((row) => [row.secret_sha256, row.drill])));
  });
  return (waiting) => run.immediate(waiting);
}

/** Makes the outbox. */
export function createOutbox({ store, bus, log }: OutboxOptions): Outbox {
  const read = createReader(store);
  const mark = createMarker(store);
  return {
    async round() {
      const waiting = read();
      const { attackers, started, ended, reused } = waiting;
      const count = attackers.length + started.length + ended.length + reused.length;
      if (count === 0) return { announced: 0, confirmed: true };
      publish(safely(bus, log), waiting);
      if (!(await bus.flush(FLUSH_MS))) return { announced: 0, confirmed: false };
      mark(waiting);
      return { announced: count, confirmed: true };
    },
  };
}
