// What the pages read, one hook per resource. The server's rows are the truth; live events only say when to read again.

import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type {
  Attacker,
  AttackerDetail,
  AuditEntry,
  Credential,
  CredentialReuse,
  Deckies,
  EvidenceItem,
  Me,
  Page,
  SessionDetail,
  SessionSummary,
  Stats,
  Workers,
} from "../../api/types.ts";
import { getJson, getText, isSignedOut, pathOf, type Query, withQuery } from "./http.ts";

/** The first part of each query's key. */
export const keys = {
  me: "me",
  stats: "stats",
  workers: "workers",
  deckies: "deckies",
  attackers: "attackers",
  attacker: "attacker",
  sessions: "sessions",
  session: "session",
  credentials: "credentials",
  reuse: "reuse",
  evidence: "evidence",
} as const;

/** How the attackers' table can be ordered. */
export const attackerSorts = [
  "last_seen",
  "first_seen",
  "sessions",
  "evidence",
  "credentials",
  "commands",
  "files",
] as const;
export type AttackerSort = (typeof attackerSorts)[number];

/** Who is signed in. */
export function useMe() {
  return useQuery({
    queryKey: [keys.me],
    queryFn: ({ signal }) => getJson<Me>("/auth/me", signal),
    staleTime: 60_000,
    // An answer, also a refusal, is final; only silence is worth asking again.
    retry: false,
    refetchInterval: ({ state }) => (state.status === "error" && !isSignedOut(state.error) ? 3_000 : false),
  });
}

/** The figures, with what drills made or without. */
export function useStats(drills: boolean) {
  return useQuery({
    queryKey: [keys.stats, drills],
    queryFn: ({ signal }) => getJson<Stats>(withQuery("/stats", { drills: String(drills) }), signal),
    refetchInterval: 60_000,
    placeholderData: keepPreviousData,
  });
}

/**
 * When to read again, counted from the last read. A fixed interval would begin anew with each row that is patched live,
 * and heartbeats that come more often than it would put it off for ever.
 */
function createPoll(everyMs: number): { begin(): void; waitMs(): number } {
  let begunAt = Number.NEGATIVE_INFINITY;
  return {
    begin: () => {
      begunAt = performance.now();
    },
    waitMs: () => Math.max(begunAt + everyMs - performance.now(), LEAST_WAIT_MS),
  };
}

/** Least time until the next read: zero would be none. */
const LEAST_WAIT_MS = 50;

const workersPoll = createPoll(10_000);

/** Polled too, since a broken bus cannot say that it is broken. */
export function useWorkers() {
  return useQuery({
    queryKey: [keys.workers],
    queryFn: ({ signal }) => {
      workersPoll.begin();
      return getJson<Workers>("/workers", signal);
    },
    refetchInterval: workersPoll.waitMs,
  });
}

/** The latest orders to workers; read again with the rows, which they change. */
export function useOrderLog(limit: number) {
  return useQuery({
    queryKey: [keys.workers, "orders", limit],
    queryFn: ({ signal }) =>
      getJson<Page<AuditEntry>>(withQuery("/audit", { action: "worker", limit: String(limit) }), signal),
    refetchInterval: 10_000,
  });
}

export function useDeckies() {
  return useQuery({
    queryKey: [keys.deckies],
    queryFn: ({ signal }) => getJson<Deckies>("/deckies", signal),
    refetchInterval: 60_000,
  });
}

function useRows<T>(key: string, path: string, query: Query) {
  return useInfiniteQuery({
    queryKey: [key, query],
    queryFn: ({ pageParam, signal }) =>
      getJson<Page<T>>(withQuery(path, { ...query, cursor: pageParam }), signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
    // A table that is watched live must not grow without bound.
    maxPages: 20,
    placeholderData: keepPreviousData,
  });
}

export function useAttackers(query: { readonly q: string; readonly sort: AttackerSort }) {
  return useRows<Attacker>(keys.attackers, "/attackers", query);
}

export function useSessions() {
  return useRows<SessionSummary>(keys.sessions, "/sessions", {});
}

export function useCredentials() {
  return useRows<Credential>(keys.credentials, "/credentials", {});
}

export function useReuse() {
  return useRows<CredentialReuse>(keys.reuse, "/credentials/reuse", {});
}

export function useAttacker(ip: string) {
  return useQuery({
    queryKey: [keys.attacker, ip],
    queryFn: ({ signal }) => getJson<AttackerDetail>(pathOf("attackers", ip), signal),
  });
}

/** The newest evidence of one source. */
export function useAttackerEvidence(ip: string) {
  return useQuery({
    queryKey: [keys.evidence, ip],
    queryFn: ({ signal }) => getJson<Page<EvidenceItem>>(withQuery("/evidence", { attacker: ip }), signal),
  });
}

export function useSession(id: string) {
  return useQuery({
    queryKey: [keys.session, id],
    queryFn: ({ signal }) => getJson<SessionDetail>(pathOf("sessions", id), signal),
  });
}

/** The terminal recording of one session, as asciicast text. */
export function useRecording(id: string, wanted: boolean) {
  return useQuery({
    queryKey: [keys.session, id, "recording"],
    queryFn: ({ signal }) => getText(pathOf("sessions", id, "recording"), signal),
    enabled: wanted,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
}
