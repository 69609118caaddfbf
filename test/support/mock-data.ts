// Fixed rows for the dashboard's tests: an install on an ordinary day, and one that nobody has touched.
// Typed by the API's own types, so that it can't drift from them.

import type {
  Attacker,
  AttackerDetail,
  Credential,
  CredentialReuse,
  Decky,
  EvidenceItem,
  SessionDetail,
  SessionSummary,
  Stats,
  Worker,
} from "../../src/api/types.ts";
import { BIDI, DRILL_IP, evidence, SESSION, SHA, seeds, text, ulid, who, XSS } from "./mock-evidence.ts";

const HOUR = 3_600_000;
const SECRET_SHA = "8d969eef6ecad3c29a3a629280e686cf0c3f5d5a86aff3ca12020c923adc6c92";

function attacker(now: number, at: number, ip: string): Attacker {
  const scale = (who.length - at) ** 2;
  const totals = {
    sessions: 3 * scale,
    evidence: 41 * scale,
    credentials: 12 * scale,
    commands: 7 * scale,
    files: scale,
  };
  return {
    id: ip,
    ip,
    first_seen: now - (at + 2) * HOUR,
    last_seen: now - at * 700_000 - 9_000,
    first_decky: "web-01",
    first_service: "ssh",
    totals,
    deckies: ["web-01", "db-02"].slice(0, 1 + (at % 2)),
    services: ["ssh", "http", "redis", "ftp"].slice(0, 1 + (at % 4)),
    drill: ip === DRILL_IP,
  };
}

function session(now: number, n: number, ip: string): SessionSummary {
  const recorded = n === 0;
  return {
    id: n === 0 ? SESSION : ulid(7001 + n),
    attacker_ip: ip,
    src_port: 51_000 + n,
    decky: n % 3 === 2 ? "db-02" : "web-01",
    service: ["ssh", "http", "redis"][n % 3] ?? "ssh",
    dst_ip: "192.0.2.10",
    dst_port: [22, 80, 6379][n % 3] ?? 22,
    started_at: now - n * 420_000 - 65_000,
    ended_at: n === 1 ? null : now - n * 420_000 - 3_000,
    duration_ms: n === 1 ? null : 62_000 + n * 1300,
    end_reason: n === 1 ? null : "client",
    bytes_in: 1_834 + n * 77,
    bytes_out: 18_340 + n * 9_177,
    totals: { evidence: 11 + n, credentials: 2, commands: recorded ? 5 : 0, files: recorded ? 1 : 0 },
    logged_in: recorded,
    recording_sha256: recorded ? SHA : null,
    drill: ip === DRILL_IP,
  };
}

function credential(now: number, n: number): Credential {
  const names = ["root", "admin", "root", "ubuntu", "oracle", "root", XSS, "postgres"];
  const secrets = ["123456", "P@ssw0rd!", "123456", "ubuntu", "oracle", "root", "x", BIDI];
  return {
    id: ulid(9000 + n),
    ts: now - n * 31_000,
    attacker_ip: who[n % who.length] ?? who[0],
    session: SESSION,
    decky: n % 2 === 0 ? "web-01" : "db-02",
    service: ["ssh", "ftp", "mysql"][n % 3] ?? "ssh",
    method: n % 5 === 4 ? "publickey" : "password",
    username: text(names[n % names.length] ?? "root"),
    secret: n % 5 === 4 ? null : text(secrets[n % secrets.length] ?? "x"),
    secret_sha256: SECRET_SHA,
    accepted: n === 1,
    drill: who[n % who.length] === DRILL_IP,
  };
}

function reuse(now: number): CredentialReuse[] {
  const row = (secret: string | null, attempts: number, n: number): CredentialReuse => ({
    secret_sha256: `${n}${SECRET_SHA.slice(1)}`,
    secret: secret === null ? null : text(secret),
    first_seen: now - 20 * HOUR,
    last_seen: now - n * 900_000,
    attempts,
    deckies: ["web-01", "db-02"],
    services: ["ssh", "ftp"].slice(0, 1 + (n % 2)),
    attackers: who.slice(0, 1 + (n % 4)),
    drill: false,
  });
  return [
    row("123456", 214, 1),
    row("P@ssw0rd!", 88, 2),
    row("root", 61, 3),
    row(null, 12, 4),
    row(XSS, 5, 5),
  ];
}

function decky(now: number, name: string, n: number): Decky {
  return {
    name,
    address: `192.0.2.${10 + n}`,
    mac: n === 1 ? "00:16:3e:5a:11:02" : null,
    state: n === 1 ? "degraded" : "running",
    reason: n === 1 ? "http: its port is closed" : "",
    persona: {
      hostname: ["srv-www-3", "pgsql-prod"][n] ?? "host",
      archetype: ["web-server", "database"][n] ?? "server",
      os: "Debian GNU/Linux 12 (bookworm)",
    },
    services: [
      { name: "ssh", port: 22, transport: "tcp", state: "listening" },
      {
        name: "http",
        port: 80,
        transport: "tcp",
        state: n === 1 ? "failed" : "listening",
        ...(n === 1 ? { detail: "port 80 is taken by another program" } : {}),
      },
      { name: "redis", port: 6379, transport: "tcp", state: "listening" },
      {
        name: "telnet",
        port: 23,
        transport: "tcp",
        state: "skipped",
        detail: "this machine would not offer it",
      },
    ],
    changed_at: now - 5 * HOUR,
  };
}

function worker(now: number, name: string, status: Worker["status"], installed = true): Worker {
  const age = status === "ok" ? 7.4 : status === "stale" ? 412 : null;
  return {
    name,
    status,
    last_heartbeat_ts: age === null ? null : now / 1000 - age,
    seconds_since: age,
    pid: age === null ? null : 4000 + name.length,
    extra:
      age === null
        ? {}
        : {
            pid: 4000 + name.length,
            uptime_sec: 18_340,
            rss_bytes: 31_457_280,
            accepted_total: 71_422,
            queue: 0,
          },
    installed,
  };
}

function stats(now: number): Stats {
  const start = Math.floor(now / HOUR) * HOUR - 23 * HOUR;
  const hourly = Array.from({ length: 24 }, (_, h) => {
    const n = Math.round(180 + 150 * Math.sin(h / 3) + (h % 5) * 31);
    return {
      ts: start + h * HOUR,
      sessions: Math.round(n / 11),
      evidence: n,
      credentials: Math.round(n / 3),
      commands: Math.round(n / 9),
      files: h % 4,
    };
  });
  return {
    drills: false,
    attackers: 1288,
    sessions: 31_204,
    evidence: 714_220,
    credentials: 201_877,
    commands: 48_120,
    files: 913,
    sessions_open: 3,
    credentials_reused: 421,
    deckies: 2,
    deckies_running: 2,
    last_evidence_ts: now - 4000,
    by_service: [
      { name: "ssh", count: 401_222 },
      { name: "http", count: 190_021 },
      { name: "redis", count: 71_222 },
      { name: "ftp", count: 31_002 },
      { name: "mysql", count: 18_402 },
      { name: "telnet", count: 2351 },
    ],
    hourly,
  };
}

/** An install's rows at one time. */
export interface MockData {
  readonly attackers: readonly Attacker[];
  readonly sessions: readonly SessionSummary[];
  readonly evidence: readonly EvidenceItem[];
  readonly credentials: readonly Credential[];
  readonly reuse: readonly CredentialReuse[];
  readonly deckies: readonly Decky[];
  readonly workers: readonly Worker[];
  readonly stats: Stats;
}

/** An ordinary day, ending at `now`. */
export function busyInstall(now: number): MockData {
  const ok = ["bus", "api", "decky", "collector", "ingester"].map((name) => worker(now, name, "ok"));
  return {
    attackers: who.map((ip, at) => attacker(now, at, ip)),
    sessions: Array.from({ length: 9 }, (_, n) => session(now, n, who[n % who.length] ?? who[0])),
    evidence: seeds.map((seed, at) => evidence(at + 1, now - (seeds.length - at) * 4000, seed)),
    credentials: Array.from({ length: 24 }, (_, n) => credential(now, n)),
    reuse: reuse(now),
    deckies: ["web-01", "db-02"].map((name, n) => decky(now, name, n)),
    workers: [
      ...ok,
      worker(now, "correlator", "stale"),
      worker(now, "sniffer", "unknown", false),
      worker(now, "webhook", "unknown", false),
    ],
    stats: stats(now),
  };
}

/** An install that nobody has touched yet. */
export function freshInstall(now: number): MockData {
  const full = busyInstall(now);
  const hourly = full.stats.hourly.map(({ ts }) => ({
    ts,
    sessions: 0,
    evidence: 0,
    credentials: 0,
    commands: 0,
    files: 0,
  }));
  const none = {
    attackers: 0,
    sessions: 0,
    evidence: 0,
    credentials: 0,
    commands: 0,
    files: 0,
    sessions_open: 0,
    credentials_reused: 0,
  };
  return {
    attackers: [],
    sessions: [],
    evidence: [],
    credentials: [],
    reuse: [],
    deckies: full.deckies,
    workers: full.workers.filter(({ status }) => status !== "stale"),
    stats: { ...full.stats, ...none, last_evidence_ts: null, by_service: [], hourly },
  };
}

/** Everything about one source. */
export function attackerDetail(data: MockData, ip: string): AttackerDetail | undefined {
  const row = data.attackers.find((one) => one.ip === ip);
  if (!row) return undefined;
  const own = data.evidence.filter(({ src }) => src.ip === ip);
  const pick = (kind: string) => own.filter((item) => item.kind === kind);
  // Each record's data has the shape of its kind; the seeds above are written by that catalogue.
  const found = <T>(kind: string): T[] =>
    pick(kind).map(
      ({ id, seq, ts, session: of, decky: on, service, data: fields }) =>
        ({ id, seq, ts, session: of, decky: on, service, ...fields }) as T,
    );
  return {
    ...row,
    sessions: data.sessions.filter(({ attacker_ip }) => attacker_ip === ip),
    credentials: data.credentials.filter(({ attacker_ip }) => attacker_ip === ip),
    commands: found("command.executed"),
    files: found("file.uploaded"),
    fingerprints: found("client.fingerprinted"),
    clients: found("client.identified"),
  };
}

/** One conversation with its transcript. */
export function sessionDetail(data: MockData, id: string): SessionDetail | undefined {
  const row = data.sessions.find((one) => one.id === id);
  return (
    row && {
      ...row,
      transcript: data.evidence.filter((item) => item.session === id),
      transcript_complete: true,
    }
  );
}
