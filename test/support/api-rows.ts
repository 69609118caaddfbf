// Rows for tests of the API, written straight into the store.

import type { Captured } from "../../src/contract/captured.ts";
import { capture } from "../../src/contract/captured.ts";
import { createIdSource } from "../../src/contract/ids.ts";
import type { Store } from "../../src/store/open.ts";
import type { EvidenceTable, SessionTable } from "../../src/store/schema.ts";
import { slotOf } from "../../src/store/stats.ts";

const newId = createIdSource();

/** What a record differs in from a plain connection of 203.0.113.7 to SSH. */
export interface EvidenceWish {
  readonly kind?: string;
  readonly ip?: string;
  readonly decky?: string;
  readonly service?: string;
  readonly session?: string | null;
  readonly ts?: number;
  readonly data?: unknown;
}

/** Adds evidence as the ingester does: rows and the position in one transaction. Returns the last seq. */
export async function addEvidence(store: Store, wishes: readonly EvidenceWish[]): Promise<number> {
  return store.db.transaction().execute(async (trx) => {
    const state = await trx.selectFrom("ingest_state").selectAll().executeTakeFirstOrThrow();
    const rows: EvidenceTable[] = wishes.map((wish, i) => ({
      seq: state.seq + 1 + i,
      id: newId(),
      ts: wish.ts ?? Date.now(),
      sensor: "local",
      decky: wish.decky ?? "decky-01",
      service: wish.service ?? "ssh",
      kind: wish.kind ?? "connection.opened",
      session: wish.session ?? null,
      src_ip: wish.ip ?? "203.0.113.7",
      src_port: 40_000,
      dst_ip: "192.0.2.1",
      dst_port: 22,
      transport: "tcp",
      data: JSON.stringify(wish.data ?? {}),
      ingested_at: Date.now(),
    }));
    if (rows.length > 0) await trx.insertInto("evidence").values(rows).execute();
    const seq = state.seq + rows.length;
    await trx
      .updateTable("ingest_state")
      .set({ seq, position: state.position + rows.length })
      .execute();
    return seq;
  });
}

/** Says that the correlator has come to `seq`. */
export async function setDerived(store: Store, seq: number): Promise<void> {
  const row = { worker: "correlator", seq };
  await store.db
    .insertInto("cursor")
    .values(row)
    .onConflict((conflict) => conflict.column("worker").doUpdateSet({ seq }))
    .execute();
}

export async function addAttacker(store: Store, ip: string, lastSeen = Date.now(), drill = 0): Promise<void> {
  await store.db
    .insertInto("attacker")
    .values({
      ip,
      first_seq: 1,
      first_seen: lastSeen - 1000,
      last_seen: lastSeen,
      first_decky: "decky-01",
      first_service: "ssh",
      sessions: 1,
      evidence: 4,
      credentials: 1,
      commands: 1,
      files: 1,
      deckies: '["decky-01"]',
      services: '["ssh"]',
      drill,
      announced: 1,
    })
    .execute();
}

export async function addSession(store: Store, wish: Partial<SessionTable> = {}): Promise<string> {
  const id = wish.id ?? newId<string>();
  const row: SessionTable = {
    id,
    first_seq: 1,
    attacker_ip: "203.0.113.7",
    src_port: 40_000,
    decky: "decky-01",
    service: "ssh",
    dst_ip: "192.0.2.1",
    dst_port: 22,
    started_at: Date.now(),
    ended_at: null,
    duration_ms: null,
    end_reason: null,
    bytes_in: 10,
    bytes_out: 20,
    evidence: 4,
    credentials: 1,
    commands: 1,
    files: 1,
    logged_in: 1,
    recording_sha256: null,
    drill: 0,
    announced: 1,
    ...wish,
  };
  await store.db.insertInto("session").values(row).execute();
  return id;
}

export async function addCredential(
  store: Store,
  seq: number,
  secret: Captured,
  secretSha256: string,
): Promise<void> {
  await store.db
    .insertInto("credential")
    .values({
      id: newId<string>(),
      seq,
      ts: Date.now(),
      attacker_ip: "203.0.113.7",
      session: null,
      decky: "decky-01",
      service: "ssh",
      method: "password",
      username: JSON.stringify(capture("root")),
      secret: JSON.stringify(secret),
      secret_sha256: secretSha256,
      accepted: 0,
      drill: 0,
    })
    .execute();
}

export async function addReuse(store: Store, secretSha256: string, drill = 0): Promise<void> {
  const names = { deckies: '["decky-01","decky-02"]', services: '["ssh"]', attackers: '["203.0.113.7"]' };
  await store.db
    .insertInto("credential_reuse")
    .values({
      secret_sha256: secretSha256,
      drill,
      first_seen: 1,
      last_seen: 2,
      attempts: 3,
      ...names,
      reused: 1,
      announced: 1,
    })
    .execute();
}

export async function addDecky(store: Store, name: string, state = "running"): Promise<void> {
  const services = [{ name: "ssh", port: 22, transport: "tcp", state: "listening" }];
  await store.db
    .insertInto("decky")
    .values({
      name,
      address: "192.0.2.1",
      mac: null,
      state,
      persona: JSON.stringify({ hostname: "web-01", archetype: "web-server", os: "Debian GNU/Linux 12" }),
      services: JSON.stringify(services),
      reason: "",
      changed_at: Date.now(),
    })
    .execute();
}

export async function addActivity(store: Store, ts: number, evidence: number, drill = 0): Promise<void> {
  const counts = { evidence, sessions: 1, credentials: 1, commands: 1, files: 1 };
  await store.db
    .insertInto("activity")
    .values({ slot: slotOf(ts), service: "ssh", drill, ...counts })
    .execute();
}
