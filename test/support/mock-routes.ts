// What the stand-in for the API answers to each request, from rows that it is given.
// Holds no state and no socket; the answers have the API's own types.

import type {
  ApiError,
  AuditEntry,
  Drill,
  LoggedIn,
  Me,
  Page,
  Snapshot,
  Workers,
} from "../../src/api/types.ts";
import { attackerDetail, type MockData, sessionDetail } from "./mock-data.ts";
import { recording } from "./mock-evidence.ts";

export const PASSWORD = "correct horse battery";
const COOKIE = "decnet_mock";

/** What the stand-in stands in for at one moment. */
export interface MockState {
  readonly data: MockData;
  readonly busConnected: boolean;
  /** Paths that begin so are answered with 503. */
  readonly failing: string | undefined;
  /** False once every session has been forgotten. */
  readonly remembers: boolean;
  readonly role: Me["role"];
  /** Orders to workers, as they came in. */
  readonly orders: string[];
  /** The audit trail of orders to workers, newest first. */
  readonly audit: readonly AuditEntry[];
}

const hour = (): number => Date.now() + 3_600_000;

/** A failure as the API words it. */
function refuse(status: number, code: ApiError["error"]["code"], message: string): Response {
  return Response.json({ error: { code, message } } satisfies ApiError, { status });
}

function page<T>(rows: readonly T[]): Response {
  return Response.json({ data: rows, next: null } satisfies Page<T>);
}

function found(row: unknown): Response {
  return row ? Response.json(row) : refuse(404, "not_found", "no such record");
}

/** The first event of a stream. */
export function snapshotOf({ data, busConnected }: MockState): Snapshot {
  const { workers, deckies, stats } = data;
  const seq = data.evidence.at(-1)?.seq ?? 0;
  return { seq, missed: 0, workers: [...workers], bus_connected: busConnected, deckies: [...deckies], stats };
}

function workersOf({ data, busConnected }: MockState): Workers {
  return { workers: [...data.workers], generated_at: Date.now() / 1000, bus_connected: busConnected };
}

function drillsOf({ attackers }: MockData): { data: Drill[] } {
  const drills = attackers.filter(({ drill }) => drill);
  return { data: drills.map(({ ip, first_seen }) => ({ ip, run: "drill-1", started_at: first_seen })) };
}

/** Two pages, so that the way to the second is tested. */
function attackersOf({ attackers }: MockData, query: URLSearchParams): Response {
  const q = query.get("q") ?? "";
  const sort = query.get("sort");
  const fits = attackers.filter(({ ip, deckies, services }) =>
    [ip, ...deckies, ...services].some((name) => name.includes(q)),
  );
  const value = (row: (typeof fits)[number]): number =>
    sort === "first_seen" ? row.first_seen : sort === "evidence" ? row.totals.evidence : row.last_seen;
  const sorted = [...fits].sort((a, b) => value(b) - value(a));
  if (query.get("cursor") !== null) return page(sorted.slice(4));
  return Response.json({ data: sorted.slice(0, 4), next: sorted.length > 4 ? "4" : null });
}

function evidenceOf({ evidence }: MockData, query: URLSearchParams): Response {
  const ip = query.get("attacker");
  return page(evidence.filter(({ src }) => ip === null || src.ip === ip).toReversed());
}

function readOne({ data }: MockState, path: string): Response {
  const [, resource, id = "", part] = path.split("/").map(decodeURIComponent);
  if (resource === "attackers") return found(attackerDetail(data, id));
  if (resource === "sessions" && part === "recording") return new Response(recording());
  if (resource === "sessions") return found(sessionDetail(data, id));
  return refuse(404, "not_found", "no such resource");
}

function read(state: MockState, path: string, query: URLSearchParams): Response {
  const { data, role } = state;
  const me: Me = { username: "admin", role, expires_at: hour() };
  const answers = new Map<string, () => Response>([
    ["/auth/me", () => Response.json(me)],
    ["/stats", () => Response.json({ ...data.stats, drills: query.get("drills") === "true" })],
    ["/workers", () => Response.json(workersOf(state))],
    ["/drills", () => Response.json(drillsOf(data))],
    ["/deckies", () => Response.json({ data: data.deckies })],
    ["/attackers", () => attackersOf(data, query)],
    ["/sessions", () => page(data.sessions)],
    ["/credentials", () => page(data.credentials)],
    ["/credentials/reuse", () => page(data.reuse)],
    ["/evidence", () => evidenceOf(data, query)],
    [
      "/audit",
      () => (role === "admin" ? page(state.audit) : refuse(403, "forbidden", "this takes an admin")),
    ],
  ]);
  return answers.get(path)?.() ?? readOne(state, path);
}

async function login(request: Request): Promise<Response> {
  const body = (await request.json()) as { username?: string; password?: string };
  if (body.password !== PASSWORD) return refuse(401, "unauthorized", "wrong name or password");
  const answer: LoggedIn = { token: "not-for-the-page", role: "admin", expires_at: hour() };
  return Response.json(answer, {
    headers: { "Set-Cookie": `${COOKIE}=1; HttpOnly; SameSite=Strict; Path=/` },
  });
}

/** The correlator's service manager refuses. */
function order({ orders }: MockState, path: string): Response {
  orders.push(path);
  const [, , worker = "", action] = path.split("/");
  if (worker === "start-all")
    return Response.json({ started: ["correlator"], already_running: ["bus", "api"], failed: [] });
  if (worker === "correlator") return refuse(502, "refused", "Unit <b>decnet-correlator</b> is masked.");
  return Response.json({ accepted: true, worker, action }, { status: 202 });
}

async function write(state: MockState, path: string, request: Request): Promise<Response> {
  if (path.startsWith("/workers/")) return order(state, path);
  const gone = { "Set-Cookie": `${COOKIE}=; Max-Age=0; Path=/` };
  if (path === "/auth/logout") return new Response(null, { status: 204, headers: gone });
  if (path !== "/auth/password") return refuse(404, "not_found", "no such resource");
  const body = (await request.json()) as { current?: string };
  if (body.current !== PASSWORD) return refuse(403, "forbidden", "the current password is wrong");
  return new Response(null, { status: 204 });
}

/** Answers one request under the API; undefined for the event stream, which is the server's. */
export async function answer(
  state: MockState,
  path: string,
  request: Request,
): Promise<Response | undefined> {
  if (state.failing !== undefined && path.startsWith(state.failing))
    return refuse(503, "unavailable", "the store is busy");
  if (path === "/auth/login") return login(request);
  const isSignedIn = state.remembers && request.headers.get("cookie")?.includes(`${COOKIE}=1`);
  if (!isSignedIn) return refuse(401, "unauthorized", "sign in first");
  if (request.method === "POST") return write(state, path, request);
  return path === "/stream" ? undefined : read(state, path, new URL(request.url).searchParams);
}
