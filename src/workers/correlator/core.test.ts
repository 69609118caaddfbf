import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { evidence, newSessionId, password } from "../../../test/support/evidence-kit.ts";
import { capture } from "../../contract/captured.ts";
import type { Evidence, EvidenceData } from "../../contract/evidence.ts";
import type { EvidenceTable } from "../../store/schema.ts";
import type { Changes, Loaded } from "./core.ts";
import { derive, wantedBy } from "./core.ts";
import { addName, MAX_NAMES } from "./rows.ts";

function toRows(records: readonly Evidence[]): EvidenceTable[] {
  return records.map((record, i) => ({
    seq: i + 1,
    id: record.id,
    ts: record.ts,
    sensor: record.sensor,
    decky: record.decky,
    service: record.service,
    kind: record.kind,
    session: record.session,
    src_ip: record.src.ip,
    src_port: record.src.port,
    dst_ip: record.dst.ip,
    dst_port: record.dst.port,
    transport: record.transport,
    data: JSON.stringify(record.data),
    ingested_at: record.ts,
  }));
}

/** The tables as maps, filled as the store would be. */
class Tables {
  readonly attackers = new Map<string, Changes["attackers"][number]>();
  readonly sessions = new Map<string, Changes["sessions"][number]>();
  readonly secrets = new Map<string, Changes["secrets"][number]>();
  readonly deckies = new Map<string, Changes["deckies"][number]>();
  readonly credentials = new Map<string, Changes["credentials"][number]>();
  readonly activity = new Map<string, number>();

  load(batch: readonly EvidenceTable[], over: Partial<Loaded>): Loaded {
    const wanted = wantedBy(batch);
    const pick = <Row>(rows: Map<string, Row>, keys: readonly string[]) =>
      keys.map((key) => rows.get(key)).filter((row) => row !== undefined);
    const open = [...this.sessions.values()].filter(
      (row) => row.ended_at === null && wanted.deckies.includes(row.decky),
    );
    return {
      attackers: pick(this.attackers, wanted.attackers),
      sessions: [...open, ...pick(this.sessions, wanted.sessions)],
      secrets: pick(this.secrets, wanted.secrets),
      deckies: pick(this.deckies, wanted.deckies),
      drills: new Set(),
      announcedSeq: 0,
      ...over,
    };
  }

  save(changes: Changes): void {
    for (const row of changes.attackers) this.attackers.set(row.ip, row);
    for (const row of changes.sessions) this.sessions.set(row.id, row);
    for (const row of changes.secrets) this.secrets.set(row.secret_sha256, row);
    for (const name of changes.removed) this.deckies.delete(name);
    for (const row of changes.deckies) this.deckies.set(row.name, row);
    for (const row of changes.credentials) this.credentials.set(row.id, row);
    for (const row of changes.activity) {
      const key = `${row.slot} ${row.service} ${row.drill}`;
      this.activity.set(
        key,
        (this.activity.get(key) ?? 0) + row.evidence + 1000 * row.sessions + 1e6 * row.credentials,
      );
    }
  }
}

/** Derives with the given batch sizes, over and over, until all rows are taken. */
function run(rows: readonly EvidenceTable[], sizes: readonly number[], over: Partial<Loaded> = {}): Tables {
  const tables = new Tables();
  for (let at = 0, turn = 0; at < rows.length; turn++) {
    const batch = rows.slice(at, at + (sizes[turn % sizes.length] ?? 1));
    tables.save(derive(tables.load(batch, over), batch));
    at += batch.length;
  }
  return tables;
}

const all = (records: readonly Evidence[], over: Partial<Loaded> = {}): Tables =>
  run(toRows(records), [1000], over);

function changed(
  state: EvidenceData<"decky.changed">["state"],
  previous: EvidenceData<"decky.changed">["previous"],
  ts: number,
) {
  const persona = { hostname: "web-1", archetype: "linux-server", os: "Debian 12" };
  return evidence(
    "decky.changed",
    { state, previous, address: "192.0.2.7", mac: null, persona, services: [] },
    { ts },
  );
}

const closed = { reason: "client", duration_ms: 500, bytes_in: 10, bytes_out: 20 } as const;

describe("derivation", () => {
  test("a conversation becomes an attacker, a session and a credential", () => {
    const session = newSessionId();
    const at = (ts: number) => ({ session, ts });
    const tables = all([
      evidence("connection.opened", {}, at(1000)),
      password("hunter2", at(1100)),
      evidence("command.executed", { command: capture("id"), via: "shell" }, at(1200)),
      evidence("connection.closed", closed, at(1500)),
    ]);
    expect(tables.sessions.get(session)).toMatchObject({
      started_at: 1000,
      ended_at: 1500,
      duration_ms: 500,
      end_reason: "client",
      bytes_in: 10,
      evidence: 4,
      credentials: 1,
      commands: 1,
      logged_in: 0,
      announced: 0,
    });
    const attacker = tables.attackers.get("203.0.113.9");
    expect(attacker).toMatchObject({
      sessions: 1,
      evidence: 4,
      credentials: 1,
      commands: 1,
      first_seen: 1000,
      last_seen: 1500,
    });
    expect(attacker?.deckies).toBe('["web-1"]');
    expect([...tables.credentials.values()]).toMatchObject([{ method: "password", session, accepted: 0 }]);
  });

  test("what a sensor tells of itself makes no attacker", () => {
    const tables = all([
      changed("running", "unknown", 5),
      evidence("evidence.lost", { count: 3, reason: "quota" }),
    ]);
    expect(tables.attackers.size).toBe(0);
    expect(tables.deckies.get("web-1")).toMatchObject({ state: "running", changed_at: 5 });
  });

  test("a secret is reused once it is seen on another decky or from another source", () => {
    const same = [password("a"), password("a")];
    expect([...all(same).secrets.values()]).toMatchObject([{ reused: 0, attempts: 2 }]);
    const elsewhere = [...same, password("a", { decky: "db-1" })];
    expect([...all(elsewhere).secrets.values()]).toMatchObject([
      { reused: 1, attempts: 3, deckies: '["web-1","db-1"]' },
    ]);
    const others = [...same, password("a", { src: { ip: "198.51.100.1", port: 1 } }), password("b")];
    expect([...all(others).secrets.values()].map((row) => row.reused)).toEqual([1, 0]);
    expect(all([password(""), password("", { decky: "db-1" })]).secrets.size).toBe(0);
  });

  test("a decky's new life ends the sessions of the old one and no others", () => {
    const [old, done, other, fresh] = [newSessionId(), newSessionId(), newSessionId(), newSessionId()];
    const tables = all([
      changed("running", "unknown", 1),
      evidence("connection.opened", {}, { session: old, ts: 100 }),
      evidence("connection.opened", {}, { session: done, ts: 100 }),
      evidence("connection.closed", closed, { session: done, ts: 150 }),
      evidence("connection.opened", {}, { session: other, ts: 100, decky: "db-1" }),
      changed("running", "unknown", 900),
      evidence("connection.opened", {}, { session: fresh, ts: 950 }),
    ]);
    const ends = [old, done, other, fresh].map((id) => tables.sessions.get(id)?.ended_at);
    expect(ends).toEqual([900, 150, null, null]);
    expect(tables.sessions.get(old)).toMatchObject({ end_reason: "broken", duration_ms: 800 });
  });

  test("a decky that is removed has no row, and one of the same name that comes later has", () => {
    const session = newSessionId();
    const life = [changed("starting", "unknown", 50), evidence("connection.opened", {}, { session, ts: 60 })];
    const gone = all([...life, changed("removed", "running", 100)]);
    expect(gone.deckies.size).toBe(0);
    expect(gone.sessions.get(session)?.end_reason).toBe("broken");
    expect(all([changed("removed", "running", 100), ...life]).deckies.size).toBe(1);
  });

  test("last words that come late change nothing: the process that follows has spoken, or the decky is gone", () => {
    const stateOf = (records: readonly Evidence[]) => all(records).deckies.get("web-1")?.state;
    const life = [changed("running", "unknown", 100_000), changed("running", "unknown", 105_000)];
    expect(stateOf([...life, changed("stopped", "running", 104_000)])).toBe("running");
    expect(stateOf([...life, changed("stopped", "running", 106_000)])).toBe("stopped");
    // A clock that was set back by an hour.
    expect(stateOf([...life, changed("stopped", "running", 105_000 - 3_600_000)])).toBe("stopped");
    expect(
      stateOf([...life, changed("removed", "running", 107_000), changed("stopped", "running", 106_000)]),
    ).toBeUndefined();
    // One that could open none of its ports says so first of all.
    expect(stateOf([changed("stopped", "unknown", 100_000)])).toBe("stopped");
  });

  test("what a decky's firewall stopped makes no attacker", () => {
    const dropped = evidence("outbound.dropped", { tcp: 2, other: 1 });
    expect(all([dropped]).attackers.size).toBe(0);
  });

  test("a change within a decky's life ends nothing", () => {
    const session = newSessionId();
    const tables = all([
      changed("starting", "unknown", 1),
      evidence("connection.opened", {}, { session, ts: 2 }),
      changed("running", "starting", 3),
      changed("degraded", "running", 4),
      changed("running", "degraded", 5),
      changed("stopped", "running", 6),
    ]);
    expect(tables.sessions.get(session)?.ended_at).toBeNull();
  });

  test("drills are marked and rows of an earlier life are not announced again", () => {
    const session = newSessionId();
    const records = [
      evidence("connection.opened", {}, { session, ts: 1 }),
      password("x", { session }),
      password("x", { session, decky: "db-1" }),
      evidence("connection.closed", closed, { session, ts: 9 }),
    ];
    const drill = all(records, { drills: new Set(["203.0.113.9"]) });
    expect(drill.attackers.get("203.0.113.9")).toMatchObject({ drill: 1, announced: 0 });
    expect(drill.sessions.get(session)).toMatchObject({ drill: 1 });
    const known = all(records, { announcedSeq: 100 });
    expect(known.attackers.get("203.0.113.9")?.announced).toBe(1);
    expect(known.sessions.get(session)?.announced).toBe(2);
    expect([...known.secrets.values()][0]?.announced).toBe(1);
    const partly = all(records, { announcedSeq: 3 });
    expect(partly.sessions.get(session)?.announced).toBe(1);
  });

  test("damaged data counts as evidence and does no more", () => {
    const rows = toRows([password("x"), password("y"), changed("running", "unknown", 1)]).map((row, i) => ({
      ...row,
      data: ["{", "[]", "null"][i] ?? "",
    }));
    const tables = run(rows, [10]);
    expect(tables.attackers.get("203.0.113.9")).toMatchObject({ evidence: 2, credentials: 0 });
    expect(tables.deckies.size).toBe(0);
  });

  test("lists of names are bounded and hold each name once", () => {
    let names = "[]";
    for (let i = 0; i < 200; i++) names = addName(addName(names, `decky-${i}`), `decky-${i}`);
    expect(JSON.parse(names)).toEqual(Array.from({ length: MAX_NAMES }, (_, i) => `decky-${i}`));
  });
});

describe("derivation, whatever the evidence", () => {
  const sessions = Array.from({ length: 6 }, newSessionId);
  const over = fc.record({
    ts: fc.integer({ min: 0, max: 5_000_000 }),
    session: fc.option(fc.constantFrom(...sessions), { nil: null }),
    decky: fc.constantFrom("web-1", "db-1", "mail-1"),
    service: fc.constantFrom("ssh", "http"),
    src: fc.record({
      ip: fc.constantFrom("203.0.113.9", "198.51.100.1", "2001:db8::1"),
      port: fc.constant(5),
    }),
  });
  const record = fc.oneof(
    over.map((o) => evidence("connection.opened", {}, o)),
    over.map((o) => evidence("connection.closed", closed, o)),
    over.map((o) => evidence("evidence.lost", { count: 1, reason: "quota" }, o)),
    fc.tuple(over, fc.constantFrom("", "a", "b", "c")).map(([o, secret]) => password(secret, o)),
    fc
      .tuple(
        over,
        fc.constantFrom("starting", "running", "stopped", "removed"),
        fc.constantFrom("unknown", "starting", "running"),
      )
      .map(([o, state, previous]) => ({ ...changed(state, previous, o.ts), decky: o.decky })),
  );

  test("the cut into batches makes no difference", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 60 }), sizes, (records, cut) => {
        const rows = toRows(records);
        expect(run(rows, cut)).toEqual(run(rows, [1000]));
      }),
      { numRuns: 300 },
    );
  });

  test("deriving a batch twice from the same rows gives the same changes", () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 2, maxLength: 40 }), (records) => {
        const rows = toRows(records);
        const half = rows.length >> 1;
        const tables = run(rows.slice(0, half), [1000]);
        const batch = rows.slice(half);
        const loaded = tables.load(batch, {});
        expect(derive(loaded, batch)).toEqual(derive(loaded, batch));
      }),
      { numRuns: 200 },
    );
  });
});
