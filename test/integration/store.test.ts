// The store: opened by many at once, migrated once, read by pages, forgotten and derived again.

import { Database as SqliteDatabase } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { capture } from "../../src/contract/captured.ts";
import type { Evidence } from "../../src/contract/evidence.ts";
import { decodeRecord, encodeRecord } from "../../src/evidence/record.ts";
import type { DataFolder } from "../../src/kit/data-folder.ts";
import { getAttacker, listAttackers, listAttackerTargets } from "../../src/store/attackers.ts";
import { insertAudit, listAudit } from "../../src/store/audit.ts";
import { listCredentialReuse, listCredentials, topCredentials } from "../../src/store/credentials.ts";
import { listDeckies } from "../../src/store/deckies.ts";
import { resetDerived } from "../../src/store/derived.ts";
import { listDrillBlobs } from "../../src/store/drill-blobs.ts";
import { forgetDrills, insertDrillSources } from "../../src/store/drills.ts";
import { getEvidence, lastSeq, listEvidence } from "../../src/store/evidence.ts";
import { migrate } from "../../src/store/migrate.ts";
import { migrations, SCHEMA_VERSION } from "../../src/store/migrations/index.ts";
import type { Store } from "../../src/store/open.ts";
import { openStore } from "../../src/store/open.ts";
import { getSession, listSessionEvidence, listSessions } from "../../src/store/sessions.ts";
import { readStats } from "../../src/store/stats.ts";
import { deleteExpiredTokens, findToken, insertToken } from "../../src/store/tokens.ts";
import { deleteUser, findUser, insertUser, updateUser } from "../../src/store/users.ts";
import { createDerivedStore } from "../../src/workers/correlator/io.ts";
import { createIngestStore } from "../../src/workers/ingester/io.ts";
import {
  command,
  evidence,
  silent as log,
  newSessionId,
  password,
  temporaryFolder,
} from "../support/evidence-kit.ts";

function open(folder: DataFolder): Store {
  return openStore({ path: folder.database, log });
}

/** Stores records as the ingester does, and derives them. */
function put(store: Store, records: readonly Evidence[]): void {
  const ingest = createIngestStore(store);
  const rows = records.map((record) => decodeRecord(encodeRecord(record))).filter((row) => row !== null);
  ingest.ingest(rows, ingest.state().position + rows.length, 1_700_000_000_000);
  const derived = createDerivedStore(store);
  while (derived.deriveNext(7) > 0);
}

const DERIVED = ["attacker", "session", "credential", "credential_reuse", "decky", "activity"] as const;

function dump(store: Store): unknown {
  return DERIVED.map((table) => store.sqlite.query(`SELECT * FROM ${table} ORDER BY 1, 2, 3`).all());
}

/** A few conversations from `ip`, a minute apart. */
function conversations(ip: string, count: number, start = 1_700_000_000_000): Evidence[] {
  return Array.from({ length: count }, (_, i) => {
    const at = {
      session: newSessionId(),
      ts: start + i * 60_000,
      src: { ip, port: 1000 + i },
      decky: `decky-${i % 3}`,
    };
    return [
      evidence("connection.opened", {}, at),
      password(`secret-${i % 4}`, at),
      command(`echo 100%_done ${i}`, at),
      evidence("connection.closed", { reason: "client", duration_ms: 9, bytes_in: 1, bytes_out: 2 }, at),
    ];
  }).flat();
}

describe("opening", () => {
  test("several processes may open and migrate at once", async () => {
    using folder = temporaryFolder();
    const script = join(import.meta.dir, "../support/open-store.ts");
    const children = Array.from({ length: 6 }, () =>
      Bun.spawn([process.execPath, script, folder.database], { stdout: "pipe", stderr: "inherit" }),
    );
    const said = await Promise.all(children.map((child) => new Response(child.stdout).text()));
    expect(said).toEqual(Array(6).fill(`${SCHEMA_VERSION}\n`));
    const store = open(folder);
    expect(store.sqlite.query("SELECT * FROM ingest_state").all()).toEqual([{ id: 1, position: 0, seq: 0 }]);
    expect(statSync(folder.database).mode & 0o777).toBe(0o600);
    await store.close();
  }, 30_000);

  test("a newer database, a foreign one and a missing one are refused in words", async () => {
    using folder = temporaryFolder();
    expect(() => openStore({ path: folder.database, log, mode: "readonly" })).toThrow(
      "there is no store yet",
    );
    const store = open(folder);
    store.sqlite.run(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    await store.close();
    expect(() => open(folder)).toThrow(`schema ${SCHEMA_VERSION + 1}, newer than the ${SCHEMA_VERSION}`);
    const foreign = join(folder.root, "other.db");
    const other = new SqliteDatabase(foreign, { create: true });
    other.run("CREATE TABLE t (a)");
    other.close();
    expect(() => openStore({ path: foreign, log })).toThrow("another program");
  });

  test("migrations are numbered without a gap", () => {
    expect(migrations.map((migration) => migration.number)).toEqual(migrations.map((_, i) => i + 1));
  });

  test("readonly reads and cannot write; close is idempotent", async () => {
    using folder = temporaryFolder();
    const store = open(folder);
    put(store, [command("id")]);
    await store.sync();
    const reader = openStore({ path: folder.database, log, mode: "readonly" });
    expect(await lastSeq(reader.db)).toBe(1);
    expect(reader.db.deleteFrom("evidence").execute()).rejects.toThrow();
    await reader.close();
    await reader.close();
    await store.close();
  });

  test("transactions roll back, and wait for one another", async () => {
    using folder = temporaryFolder();
    const store = open(folder);
    const user = { username: "a", password: "x", role: "admin", created_at: 1, changed_at: 1 } as const;
    const failing = store.db.transaction().execute(async (trx) => {
      await insertUser(trx, user);
      await Promise.resolve();
      throw new Error("no");
    });
    const other = insertUser(store.db, { ...user, username: "b" });
    expect(failing).rejects.toThrow("no");
    expect(await other).toBe(true);
    expect(await findUser(store.db, "a")).toBeUndefined();
    expect(await findUser(store.db, "b")).toBeDefined();
    await store.close();
  });

  test("the partial indexes serve the queries that they are for", () => {
    using folder = temporaryFolder();
    const store = open(folder);
    const plan = (query: string): string =>
      JSON.stringify(store.sqlite.query(`EXPLAIN QUERY PLAN ${query}`).all());
    expect(plan("SELECT * FROM evidence WHERE session = 'x' ORDER BY seq")).toContain("evidence_session");
    expect(plan("SELECT * FROM evidence WHERE src_ip = 'x' ORDER BY seq DESC")).toContain("evidence_src");
    expect(
      plan("SELECT * FROM session WHERE announced = 1 AND ended_at IS NOT NULL ORDER BY first_seq LIMIT 5"),
    ).toContain("session_unended");
    expect(
      plan("SELECT * FROM session WHERE ended_at IS NULL AND decky IN (SELECT value FROM json_each('[]'))"),
    ).toContain("session_open");
    expect(plan("SELECT * FROM credential_reuse WHERE reused = 1 ORDER BY last_seen DESC LIMIT 5")).toContain(
      "credential_reused",
    );
  });
});

describe("reading", () => {
  test("evidence by pages, both ways, filtered and searched", async () => {
    using folder = temporaryFolder();
    const store = open(folder);
    const records = [...conversations("203.0.113.9", 5), ...conversations("198.51.100.1", 5)];
    put(store, records);
    const walk = async (order: "asc" | "desc", filter: Record<string, string> = {}) => {
      const seqs: number[] = [];
      for (let at: number | null = order === "asc" ? 0 : 1000; at !== null; ) {
        const where = order === "asc" ? { since: at } : { before: at };
        const page = await listEvidence(store.db, { ...filter, ...where, limit: 7, order });
        seqs.push(...page.rows.map((row) => row.seq));
        at = page.next;
      }
      return seqs;
    };
    const all = records.map((_, i) => i + 1);
    expect(await walk("asc")).toEqual(all);
    expect(await walk("desc")).toEqual([...all].reverse());
    expect(await walk("asc", { attacker: "198.51.100.1" })).toEqual(all.slice(20));
    expect((await walk("desc", { kind: "command.executed" })).length).toBe(10);
    expect((await walk("asc", { q: "100%_done 3" })).length).toBe(2);
    expect(await walk("asc", { q: "100x_done" })).toEqual([]);
    expect(await walk("asc", { decky: "nowhere" })).toEqual([]);
    const first = records[0];
    expect(await getEvidence(store.db, first?.id ?? "")).toMatchObject({ seq: 1, src: first?.src, data: {} });
    await store.close();
  });

  test("a rare match far away costs a bounded scan and still gets found", async () => {
    using folder = temporaryFolder();
    const store = open(folder);
    put(store, [command("needle"), command("hay")]);
    store.sqlite.run(`WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 230000)
      INSERT INTO evidence SELECT i, 'x' || i, 1, 's', 'd', 'v', 'command.executed', NULL, '192.0.2.1', 1, '192.0.2.2', 2, 'tcp', '{}', 1 FROM n`);
    const first = await listEvidence(store.db, { q: "needle", limit: 10, order: "desc" });
    expect(first.rows).toEqual([]);
    expect(first.next).toBe(30_001);
    const second = await listEvidence(store.db, {
      q: "needle",
      limit: 10,
      order: "desc",
      before: first.next ?? 0,
    });
    expect(second.rows.map((row) => row.seq)).toEqual([1]);
    expect(second.next).toBeNull();
    await store.close();
  });

  test("attackers, sessions, credentials and figures", async () => {
    using folder = temporaryFolder();
    const store = open(folder);
    for (let i = 1; i <= 12; i++)
      put(store, conversations(`203.0.113.${i}`, i, 1_700_000_000_000 + i * 1000));
    const seen: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await listAttackers(store.db, {
        sort: "sessions",
        limit: 5,
        ...(cursor === undefined ? {} : { cursor }),
      });
      seen.push(...page.rows.map((row) => row.ip));
      if (page.next === null) break;
      cursor = page.next;
    }
    expect(seen).toEqual(Array.from({ length: 12 }, (_, i) => `203.0.113.${12 - i}`));
    expect((await listAttackers(store.db, { q: "113.12", limit: 5 })).rows.map((row) => row.ip)).toEqual([
      "203.0.113.12",
    ]);
    expect((await listAttackers(store.db, { decky: "decky-2", limit: 50 })).rows.length).toBe(10);
    expect(await getAttacker(store.db, "203.0.113.3")).toMatchObject({
      sessions: 3,
      evidence: 12,
      deckies: ["decky-0", "decky-1", "decky-2"],
    });
    expect((await listAttackerTargets(store.db, "203.0.113.4"))[0]).toMatchObject({
      decky: "decky-0",
      sessions: 2,
      commands: 2,
    });

    const sessions = await listSessions(store.db, { attacker: "203.0.113.2", limit: 1 });
    expect(sessions.next).not.toBeNull();
    const id = sessions.rows[0]?.id ?? "";
    expect(await getSession(store.db, id)).toMatchObject({
      evidence: 4,
      duration_ms: 9,
      end_reason: "client",
    });
    const transcript = await listSessionEvidence(store.db, id, { limit: 10 });
    expect(transcript.rows.map((row) => row.kind)).toEqual([
      "connection.opened",
      "auth.attempted",
      "command.executed",
      "connection.closed",
    ]);

    const credentials = await listCredentials(store.db, { attacker: "203.0.113.5", limit: 3 });
    expect(credentials.rows[0]).toMatchObject({
      secret: capture("secret-0"),
      username: capture("root"),
      accepted: false,
    });
    const rest = await listCredentials(store.db, {
      attacker: "203.0.113.5",
      limit: 3,
      cursor: credentials.next ?? "",
    });
    expect(rest.rows.length).toBe(2);
    expect((await topCredentials(store.db, { limit: 2 })).map((row) => row.secret?.val)).toEqual([
      "secret-0",
      "secret-1",
    ]);
    expect((await listCredentialReuse(store.db, { limit: 10 })).rows.length).toBe(4);

    const stats = await readStats(store.db, { since: 1_700_000_000_000, now: 1_700_000_000_000 + 7_200_000 });
    expect(stats).toMatchObject({
      attackers: 12,
      sessions: 78,
      evidence: 312,
      commands: 78,
      credentials: 78,
      files: 0,
    });
    expect(stats.byService).toMatchObject([{ service: "ssh", evidence: 312 }]);
    expect(stats.byHour.reduce((sum, hour) => sum + hour.evidence, 0)).toBe(312);
    expect(listAttackers(store.db, { limit: 5, cursor: "nonsense" })).rejects.toMatchObject({
      code: "invalid",
    });
    await store.close();
  });

  test("deckies, users, tokens and the audit trail", async () => {
    using folder = temporaryFolder();
    const store = open(folder);
    const persona = { hostname: "db01", archetype: "linux-server", os: "Debian 12" };
    const services = [{ name: "ssh", port: 22, transport: "tcp", state: "listening" }] as const;
    put(store, [
      evidence("decky.changed", {
        state: "running",
        previous: "unknown",
        address: "192.0.2.7",
        mac: null,
        persona,
        services: [...services],
      }),
    ]);
    expect(await listDeckies(store.db)).toMatchObject([
      { name: "web-1", state: "running", persona, services },
    ]);

    const user = { username: "ann", password: "hash", role: "admin", created_at: 1, changed_at: 1 } as const;
    expect(await insertUser(store.db, user)).toBe(true);
    expect(await insertUser(store.db, user)).toBe(false);
    expect(await updateUser(store.db, "ann", { role: "viewer", changed_at: 2 })).toBe(true);
    await insertToken(store.db, { token_sha256: "t", username: "ann", created_at: 1, expires_at: 100 });
    expect(await findToken(store.db, "t", 99)).toMatchObject({ username: "ann", role: "viewer" });
    expect(await findToken(store.db, "t", 100)).toBeUndefined();
    expect(await deleteExpiredTokens(store.db, 50)).toBe(0);
    expect(await deleteUser(store.db, "ann")).toBe("removed");
    expect(await findToken(store.db, "t", 1)).toBeUndefined();

    for (let ts = 1; ts <= 3; ts++)
      await insertAudit(store.db, { ts, username: "ann", action: "login", target: "", detail: "" });
    const page = await listAudit(store.db, { limit: 2 });
    expect(page.rows.map((row) => row.ts)).toEqual([3, 2]);
    expect(
      (await listAudit(store.db, { limit: 2, cursor: page.next ?? "" })).rows.map((row) => row.ts),
    ).toEqual([1]);
    await store.close();
  });
});

describe("drills and derived rows", () => {
  test("forgetting a drill leaves the store as if it had never been, but for the gap in seq", async () => {
    using folder = temporaryFolder();
    using without = temporaryFolder();
    const [store, plain] = [open(folder), open(without)];
    const real = conversations("203.0.113.9", 4);
    const later = conversations("203.0.113.10", 2, 1_700_009_000_000);
    const drill = conversations("127.9.9.9", 6);
    await insertDrillSources(store.db, { run: "r1", ips: ["127.9.9.9"], startedAt: 1 });
    put(store, [...real, ...drill]);
    put(plain, real);
    expect(await getAttacker(store.db, "127.9.9.9")).toMatchObject({ drill: true });
    const figures = { since: 1_700_000_000_000, now: 1_700_003_600_000 };
    expect((await readStats(store.db, figures)).attackers).toBe(1);
    expect((await readStats(store.db, { ...figures, drills: true })).attackers).toBe(2);
    expect(await forgetDrills(store.db)).toEqual({ evidence: 24, attackers: 1, sessions: 6, credentials: 6 });
    expect(dump(store)).toEqual(dump(plain));
    put(store, later);
    expect(
      (await listEvidence(store.db, { attacker: "203.0.113.10", limit: 1, order: "asc" })).rows[0]?.seq,
    ).toBe(41);
    expect(await forgetDrills(store.db)).toEqual({ evidence: 0, attackers: 0, sessions: 0, credentials: 0 });
    await Promise.all([store.close(), plain.close()]);
  });

  test("what drills do with a secret says nothing of what others do with it", async () => {
    using folder = temporaryFolder();
    const store = open(folder);
    const from = (ip: string) => ({ src: { ip, port: 1 }, ts: 1_700_000_000_000 });
    await insertDrillSources(store.db, { run: "r1", ips: ["127.9.9.8", "127.9.9.9"], startedAt: 1 });
    put(store, [password("shared", from("127.9.9.8")), password("shared", from("203.0.113.9"))]);
    const reused = async (drill?: boolean) =>
      (await listCredentialReuse(store.db, { limit: 9, ...(drill !== undefined && { drill }) })).rows;
    expect(await reused()).toEqual([]);
    put(store, [password("shared", from("127.9.9.9"))]);
    expect(await reused()).toMatchObject([{ drill: true, attackers: ["127.9.9.8", "127.9.9.9"] }]);
    expect(await reused(false)).toEqual([]);
    put(store, [password("shared", from("203.0.113.10"))]);
    const [first] = (await listCredentialReuse(store.db, { limit: 1 })).rows;
    const page = await listCredentialReuse(store.db, { limit: 1 });
    const [second] = (await listCredentialReuse(store.db, { limit: 1, cursor: page.next ?? "" })).rows;
    expect([first?.drill, second?.drill]).toEqual([true, false]);
    await forgetDrills(store.db);
    expect(await reused()).toMatchObject([
      { drill: false, attempts: 2, attackers: ["203.0.113.9", "203.0.113.10"] },
    ]);
    await store.close();
  });

  test("a source named after it had acted is marked in every row, as if it had been named before", async () => {
    using folder = temporaryFolder();
    using before = temporaryFolder();
    const [store, plain] = [open(folder), open(before)];
    const records = [...conversations("203.0.113.9", 4), ...conversations("127.9.9.9", 6)];
    const named = { run: "r1", ips: ["127.9.9.9"], startedAt: 1 };
    put(store, records);
    await insertDrillSources(store.db, named);
    await insertDrillSources(plain.db, named);
    put(plain, records);
    expect(dump(store)).toEqual(dump(plain));
    const marked = await listEvidence(store.db, { drill: true, limit: 100, order: "asc" });
    expect(marked.rows.map((row) => row.src.ip)).toEqual(Array(24).fill("127.9.9.9"));
    expect(marked.rows.every((row) => row.drill)).toBe(true);
    await Promise.all([store.close(), plain.close()]);
  });

  test("files that a drill alone left behind are told from those that others name", async () => {
    using folder = temporaryFolder();
    const store = open(folder);
    await insertDrillSources(store.db, { run: "r1", ips: ["127.9.9.9"], startedAt: 1 });
    const uploaded = (fill: string, ip: string, ts: number) =>
      evidence(
        "file.uploaded",
        { name: capture("x"), sha256: fill.repeat(64) as never, size: 1, stored: 1, via: "ftp" },
        { src: { ip, port: 1 }, ts },
      );
    put(store, [
      uploaded("a", "127.9.9.9", 5),
      uploaded("a", "127.9.9.9", 9),
      uploaded("b", "127.9.9.9", 6),
      uploaded("b", "203.0.113.9", 7),
      uploaded("c", "203.0.113.9", 8),
    ]);
    expect(await listDrillBlobs(store.db)).toEqual([{ sha256: "a".repeat(64) as never, until: 9 }]);
    await store.close();
  });

  test("a store of before keeps its reused secrets, those of drills apart", async () => {
    using folder = temporaryFolder();
    const old = new SqliteDatabase(folder.database, { create: true });
    migrate(old, migrations.slice(0, 4));
    const attempt = old.prepare(
      "INSERT INTO credential VALUES (?, ?, 1, ?, NULL, ?, 'ssh', 'password', '\"\"', NULL, ?, 0, ?)",
    );
    for (const [seq, ip, decky, secret, drill] of [
      [1, "127.9.9.9", "a", "mixed", 1],
      [2, "203.0.113.9", "a", "mixed", 0],
      [3, "203.0.113.9", "a", "real", 0],
      [4, "203.0.113.9", "b", "real", 0],
      [5, "127.9.9.9", "a", "drill", 1],
      [6, "127.9.9.9", "b", "drill", 1],
    ] as const)
      attempt.run(`id-${seq}`, seq, ip, decky, secret, drill);
    const reuse = old.prepare(
      `INSERT INTO credential_reuse VALUES (?, 1, 1, 2, '["a","b"]', '["ssh"]', '["203.0.113.9"]', 1, 1)`,
    );
    for (const secret of ["mixed", "real", "drill"]) reuse.run(secret);
    old.close();
    const store = open(folder);
    const rows = store.sqlite.query(
      "SELECT secret_sha256 AS secret, drill, attempts, reused, announced FROM credential_reuse ORDER BY 1, 2",
    );
    expect(rows.all()).toEqual([
      { secret: "drill", drill: 1, attempts: 2, reused: 1, announced: 1 },
      { secret: "mixed", drill: 0, attempts: 1, reused: 0, announced: 0 },
      { secret: "mixed", drill: 1, attempts: 1, reused: 0, announced: 0 },
      { secret: "real", drill: 0, attempts: 2, reused: 1, announced: 1 },
    ]);
    await store.close();
  });

  test("losing the derived rows loses nothing: derived again, they are the same", async () => {
    using folder = temporaryFolder();
    const store = open(folder);
    put(store, [...conversations("203.0.113.9", 9), ...conversations("198.51.100.1", 3)]);
    const announceAll = (): void => {
      store.sqlite.run("UPDATE attacker SET announced = 1");
      store.sqlite.run("UPDATE session SET announced = 2");
      store.sqlite.run("UPDATE credential_reuse SET announced = reused");
    };
    announceAll();
    const before = dump(store);
    await resetDerived(store.db);
    expect(
      await store.db.selectFrom("attacker").select(sql<number>`count(*)`.as("n")).executeTakeFirst(),
    ).toEqual({ n: 0 });
    put(store, []);
    expect(dump(store)).toEqual(before);
    await resetDerived(store.db);
    await resetDerived(store.db);
    put(store, []);
    expect(dump(store)).toEqual(before);
    await store.close();
  });

  test("a record that comes twice is stored once and takes no seq", async () => {
    using folder = temporaryFolder();
    const store = open(folder);
    const [a, b, c] = [command("a"), command("b"), command("c")];
    put(store, [a, b, a]);
    put(store, [b, c]);
    const page = await listEvidence(store.db, { limit: 10, order: "asc" });
    expect(page.rows.map((row) => [row.seq, row.id])).toEqual([
      [1, a.id],
      [2, b.id],
      [3, c.id],
    ]);
    expect(createIngestStore(store).state()).toEqual({ position: 5, seq: 3 });
    await store.close();
  });
});
